import type { Page, PageRequest } from "../validators/page.js";
import type { Run, RunState, ToolCall, WaitingCall } from "../validators/run.js";
import type { PublicMutation, PublicQuery } from "./references.js";

type OneRun = { runId: string };
type StateNow = { state: RunState };

/** The app's functions that `useRun` calls, as `memory.exposeApi` makes them. */
export type RunApi = {
  getRun: PublicQuery<{ threadId: string }, Run | null>;
  getRunById: PublicQuery<OneRun, Run>;
  listToolCalls: PublicQuery<OneRun & PageRequest, Page<ToolCall>>;
  listWaiting: PublicQuery<OneRun, WaitingCall[]>;
  decideApproval: PublicMutation<
    OneRun & { callId: string; step?: number; approved: boolean; input?: unknown; reason?: string },
    StateNow
  >;
  answerTool: PublicMutation<OneRun & { callId: string; output?: unknown; error?: string }, StateNow>;
  cancelRun: PublicMutation<OneRun & { reason?: string }, StateNow>;
  steerRun: PublicMutation<OneRun & { prompt: string; operationId?: string }, unknown>;
};

/** Which run: a thread's active one, else its last; or one by its id. */
export type WhichRun = { threadId: string } | { runId: string };
