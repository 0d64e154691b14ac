// A run whose first step waits, and what is done about it.
import type { CallDecision } from "../../src/validators/runDriving.js";
import type { AskedWait } from "../../src/validators/turn.js";
import { aThread, call, OWNER, text, type TestThread } from "./aMemory.js";
import { used } from "./turns.js";

export type Waiting = TestThread & { runId: string; messageId: string };
export const held = (callId: string, more: Partial<AskedWait> = {}): AskedWait => ({
  ...{ callId, runs: true, approvalTimeoutMs: 60_000 },
  ...more,
});
export const later = (callId: string): AskedWait => ({ callId, runs: false, answerTimeoutMs: 60_000 });

/** A run whose first step called tools; some of the calls wait. */
export async function aWaitingRun(
  calls: string[],
  waits: AskedWait[],
  { inputs = {} }: { inputs?: Record<string, string> } = {},
): Promise<Waiting> {
  const thread = await aThread();
  const { ctx, owner, threadId } = thread;
  const begin = { threadId, agentName: "a", engine: "action" as const, prompt: [text("Go.")] };
  const { runId } = await owner.turns.begin(ctx, begin);
  const parts = calls.map((callId) => call(callId, inputs[callId]));
  const step = { runId, step: 0, message: { parts }, results: [], usage: used, finish: false, waits };
  const { messageId = "" } = await owner.turns.saveStep(ctx, step);
  return { ...thread, runId, messageId };
}

export const decide = ({ owner, ctx, runId }: Waiting, ...list: CallDecision[]) =>
  owner.runs.decide(ctx, { runId, decisions: list });
export const approve = (callId: string, input?: string): CallDecision => ({
  ...{ callId, kind: "approve" },
  ...(input === undefined ? {} : { input }),
});
export const deny = (callId: string, reason?: string): CallDecision => ({ callId, kind: "deny", reason });
export const callsOf = async ({ owner, ctx, runId }: Waiting) =>
  (await owner.runs.listToolCalls(ctx, { runId, cursor: null, limit: 100 })).page;

/** The door itself, for what the client would not let through. */
export const atTheDoor = ({ ctx, component, runId }: Waiting, list: CallDecision[]) =>
  ctx.runMutation(component.runs.decide, { caller: OWNER, runId, decisions: list });

/** A run in an action, in a thread of its own of the owner's. */
export async function anActionRun({ ctx, owner }: TestThread): Promise<string> {
  const { threadId } = await owner.threads.create(ctx, {});
  const run = { threadId, agentName: "a", engine: "action" as const, prompt: [text("x")] };
  return (await owner.turns.begin(ctx, run)).runId;
}
