import { memoryError } from "../validators/errors.js";
import type { RunState, WaitingCall } from "../validators/run.js";
import { newOperationId } from "./operationId.js";
import type { RunApi } from "./runApi.js";
import type { MemoryClient } from "./watchingStore.js";

/** A call that waits: as `waiting` lists it, or its id. */
export type WhichCall = string | Pick<WaitingCall, "callId" | "step">;

type StateNow = { state: RunState };

/**
 * What people do about a run. Each is about the run that is shown when it is called, and rejects with `RUN_NOT_FOUND`
 * where none is, else with what the app's function throws. The same decision or answer again changes nothing.
 */
export type RunActions = {
  /** Lets a call run; with `input` the tool is given that instead of what the model asked for. */
  approve: (call: WhichCall, edited?: { input?: unknown }) => Promise<StateNow>;
  /** Keeps a call from running; the model is told the reason. */
  deny: (call: WhichCall, why?: { reason?: string }) => Promise<StateNow>;
  /** Gives the result of a call that is answered from outside, or why there is none. */
  answer: (call: WhichCall, given: { output: unknown } | { error: string }) => Promise<StateNow>;
  /** Stops the run; what it has said is kept. */
  cancel: (why?: { reason?: string }) => Promise<StateNow>;
  /** Says something to the run under way. Makes an `operationId` for each call that brings none. */
  steer: (prompt: string, given?: { operationId?: string }) => Promise<void>;
};

type Changes = Pick<RunApi, "decideApproval" | "answerTool" | "cancelRun" | "steerRun">;

/** What is shown: the run, and the calls that wait. */
type Shown = { run: { runId: string } | null; waiting: readonly WaitingCall[] };

/** What people do about the run that `read` shows, without React. */
export function runActions(
  client: Pick<MemoryClient, "mutation">,
  api: Changes,
  read: () => Shown,
): RunActions {
  const runId = () => runIdOf(read());
  const decide = async (call: WhichCall, decision: { approved: boolean; input?: unknown; reason?: string }) =>
    await client.mutation(api.decideApproval, { runId: runId(), ...placeOf(call, read()), ...decision });
  return {
    approve: (call, { input } = {}) => decide(call, { approved: true, input }),
    deny: (call, { reason } = {}) => decide(call, { approved: false, reason }),
    answer: async (call, given) =>
      await client.mutation(api.answerTool, { runId: runId(), callId: idOf(call), ...given }),
    cancel: async ({ reason } = {}) => await client.mutation(api.cancelRun, { runId: runId(), reason }),
    steer: async (prompt, { operationId = newOperationId() } = {}) => {
      await client.mutation(api.steerRun, { runId: runId(), prompt, operationId });
    },
  };
}

function runIdOf({ run }: Shown): string {
  if (run !== null) return run.runId;
  throw memoryError("RUN_NOT_FOUND", "No run is shown yet: wait until `run` is there.");
}

const idOf = (call: WhichCall): string => (typeof call === "string" ? call : call.callId);

/** With its place as listed, so that no later call of the same id is meant. */
function placeOf(call: WhichCall, { waiting }: Shown): { callId: string; step?: number } {
  const listed = typeof call === "string" ? waiting.find(({ callId }) => callId === call) : call;
  return listed === undefined ? { callId: idOf(call) } : { callId: listed.callId, step: listed.step };
}
