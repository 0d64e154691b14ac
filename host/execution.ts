// What the host knows about the request whose function is running right now.
import { AsyncLocalStorage } from "node:async_hooks";
import type { FunctionAddress, FunctionKind } from "./convexTestInternals.js";
import type { ReadInterval } from "./readSets.js";

export type Identity = {
  subject: string;
  issuer?: string;
  tokenIdentifier?: string;
  [claim: string]: unknown;
};

/** A client's mutation, so that a resend after a reconnect or a crash is answered, not applied again. */
export type RequestKey = { sessionId: string; requestId: number };

/** A scheduled function's row, in the component that scheduled it. */
export type JobKey = { componentPath: string; id: string };

/** A cron, by the component whose `crons.ts` names it. */
export type CronKey = { componentPath: string; name: string };

/** How a cron stands after its run: kept with the effects of that run. */
export type CronAdvance = CronKey & { spec: string; nextAt: number; isRunning: boolean };

export type FunctionRequest = {
  kind: FunctionKind;
  address: FunctionAddress;
  args: Record<string, unknown>;
  identity?: Identity | null;
  /** Where a paginated query's page ended last time. */
  journal?: string | null;
  requestKey?: RequestKey;
  /** Set for scheduled mutations: the job is marked done in the transaction of its own effects. */
  job?: JobKey;
  /** Set for mutations of crons: their next run is written in the transaction of their effects. */
  cronRow?: () => CronAdvance;
};

/** State of one request from outside: a client's call, an in-process call or a scheduled function. */
export type Root = {
  request: FunctionRequest;
  reads: ReadInterval[] | null;
  commitTs: bigint | null;
  journal: string | null;
  /** The serialized result of a mutation, known just before it commits. */
  result: string | null;
};

export const currentRoot = new AsyncLocalStorage<Root>();

export function newRoot(request: FunctionRequest): Root {
  return {
    request,
    reads: request.kind === "query" ? [] : null,
    commitTs: null,
    journal: null,
    result: null,
  };
}

/** A job that was cancelled between coming due and starting. */
export class JobCancelledError extends Error {}
