// The driver's way to the host that is alive just now: what a host's death cuts off is asked again.
import { ConvexHttpClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { api } from "./api.js";
import { promptOf, type Script } from "./script.js";

const RETRY_MS = 60;
const POLL_MS = 150;
/** A call, or a state that is waited for, that takes longer than this is stuck: hosts may die a hundred times meanwhile. */
const PATIENCE_MS = 600_000;

/** Something that was to happen did not, in time. */
export class StuckError extends Error {}

type Mutation = FunctionReference<"mutation">;
type Query = FunctionReference<"query">;
type Action = FunctionReference<"action">;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Send = FunctionArgs<typeof api.desk.send>;
type Sending = { script: Script } & Pick<Send, "threadId"> &
  Partial<Pick<Send, "agent" | "whileRunning" | "startAt">>;
export type Choice = FunctionArgs<typeof api.desk.decide>["choice"];

export class Desk {
  #url: string | null = null;

  constructor(
    /** All that is asked for, is asked as this user. */
    private readonly userId: string,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** The host that answers from now on; null: it is down. */
  set url(url: string | null) {
    this.#url = url;
  }

  mutation<Asked extends Mutation>(
    asked: Asked,
    args: FunctionArgs<Asked>,
  ): Promise<FunctionReturnType<Asked>> {
    return this.#ask((client) => client.mutation<Mutation>(asked, args, { skipQueue: true })) as Promise<
      FunctionReturnType<Asked>
    >;
  }

  query<Asked extends Query>(asked: Asked, args: FunctionArgs<Asked>): Promise<FunctionReturnType<Asked>> {
    return this.#ask((client) => client.query<Query>(asked, args)) as Promise<FunctionReturnType<Asked>>;
  }

  action<Asked extends Action>(asked: Asked, args: FunctionArgs<Asked>): Promise<FunctionReturnType<Asked>> {
    return this.#ask((client) => client.action<Action>(asked, args)) as Promise<FunctionReturnType<Asked>>;
  }

  createThread(operationId: string): Promise<string> {
    return this.mutation(api.desk.createThread, { ...this.as, operationId });
  }

  /** Sets prices, and budgets for all that is asked. */
  async prepare(): Promise<void> {
    await this.mutation(api.desk.prepare, this.as);
  }

  async limitThread(threadId: string, limit: number, period: "day" | "lifetime" = "lifetime"): Promise<void> {
    await this.mutation(api.desk.limitThread, { ...this.as, threadId, limit, period });
  }

  /** Resolves with what a run waits for: a budget, or its turn; null where it has ended without. */
  async waiting(runId: string): Promise<string | null> {
    const read = async () => ({
      waitsFor: await this.query(api.desk.waitsFor, { ...this.as, runId }),
      state: await this.stateOf(runId),
    });
    const holds = ({ waitsFor, state }: Awaited<ReturnType<typeof read>>) =>
      waitsFor !== null || ENDED.includes(state);
    return (await this.until(read, holds)).waitsFor;
  }

  async removeThread(threadId: string): Promise<void> {
    await this.mutation(api.desk.removeThread, { ...this.as, threadId });
  }

  /** The host's clock, in ms since the epoch. */
  now(): Promise<number> {
    return this.query(api.desk.now, {});
  }

  /** Starts a run that plays a script; gives its id. */
  send({ script, agent = "solo", ...asked }: Sending): Promise<string> {
    const said = { prompt: promptOf(script), operationId: script.key };
    return this.mutation(api.desk.send, { ...this.as, agent, ...asked, ...said });
  }

  listWaiting(runId: string): Promise<{ callId: string; toolName: string }[]> {
    return this.query(api.desk.listWaiting, { ...this.as, runId });
  }

  async decide(decision: { runId: string; callId: string; choice: Choice }): Promise<void> {
    await this.mutation(api.desk.decide, { ...this.as, ...decision });
  }

  stateOf(runId: string): Promise<string | null> {
    return this.query(api.desk.stateOf, { ...this.as, runId });
  }

  /** Says something to a run; false when it was over. */
  steer(said: { runId: string; prompt: string; operationId: string }): Promise<boolean> {
    return this.mutation(api.desk.steer, { ...this.as, ...said });
  }

  async cancel(runId: string): Promise<void> {
    await this.mutation(api.desk.cancel, { ...this.as, runId });
  }

  /** Clears away the workflow of a run whose module was renamed. */
  async clearWorkflow(runId: string): Promise<void> {
    await this.mutation(api.desk.clearWorkflow, { ...this.as, runId });
  }

  /** As whom all is asked. */
  get as(): { userId: string } {
    return { userId: this.userId };
  }

  /** Resolves with a run's state when it has ended. */
  ended(runId: string): Promise<string | null> {
    return this.until(
      () => this.stateOf(runId),
      (state) => ENDED.includes(state),
    );
  }

  /** Reads until a value holds. Throws `StuckError` when it takes too long. */
  async until<Value>(read: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value> {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const value = await read();
      if (holds(value)) return value;
      if (performance.now() > deadline) throw new StuckError(`Still ${JSON.stringify(value)}`);
      await pause(POLL_MS);
    }
  }

  async #ask<Value>(call: (client: ConvexHttpClient) => Promise<Value>): Promise<Value> {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      try {
        if (this.#url !== null) return await call(new ConvexHttpClient(this.#url, { logger: false }));
      } catch (error) {
        if (!isCutOff(error)) throw error;
      }
      if (performance.now() > deadline) throw new StuckError("No host answered");
      await pause(RETRY_MS);
    }
  }
}

const ENDED: (string | null)[] = ["completed", "failed", "canceled"];

/** `fetch` fails with a TypeError, and half an answer is no JSON; what a function throws is neither. */
const isCutOff = (error: unknown): boolean => error instanceof TypeError || error instanceof SyntaxError;
