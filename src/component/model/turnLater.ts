import { QUEUE_MAX_RUNS } from "../../shared/runLimits.js";
import { memoryError } from "../../validators/errors.js";
import type { RunState, WaitsFor } from "../../validators/run.js";
import type { TurnStart } from "../../validators/turn.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { countPrompt, openRun } from "./runOpening.js";
import { watchQueue, withOneMore } from "./runQueue.js";
import { checkScheduled, schedule } from "./runSchedule.js";
import type { BeginArgs } from "./turnArgs.js";
import { findPrompt, savePrompt } from "./turnPrompt.js";

type Later = {
  head: Doc<"threadHeads">;
  args: BeginArgs;
  payloadHash: string | undefined;
  /** When it is to start; undefined: when those before it are answered. */
  startAt: number | undefined;
  active: Doc<"runs"> | null;
  /** Why it starts at that time, where nobody has asked for it. */
  waitsFor?: WaitsFor;
};

/** Saves the prompt and a run that waits: for its turn, or for its time. No context is read yet. */
export async function beginLater(ctx: MutationCtx, later: Later): Promise<TurnStart> {
  const { head, args, payloadHash, startAt, active, waitsFor } = later;
  checkQueue(head);
  if (startAt !== undefined) await checkScheduled(ctx, head.threadId);
  const prompt =
    args.promptMessageId === undefined
      ? await savePrompt(ctx, head, { ...args, startAt })
      : await findPrompt(ctx, head, args.promptMessageId);
  const state: RunState = { kind: "queued", ...(startAt === undefined ? {} : { startAt }) };
  const { runId } = await openRun(ctx, { head, args, prompt, payloadHash, waiting: state, waitsFor });
  const changed = startAt === undefined ? withOneMore(head) : {};
  await countPrompt(ctx, { head, prompt, changed });
  if (startAt !== undefined) await schedule(ctx, runId, startAt);
  else if (active !== null) await watchQueue(ctx, active);
  await tellMessages(ctx, args.hooks);
  return {
    ...{ runId, turn: prompt.turn, repeated: false, state, promptMessageId: prompt.messageId },
    ...(startAt !== undefined || active === null ? {} : { behind: active._id }),
    context: [],
    pending: [],
  };
}

/** Those that wait for their time join the queue whatever its length: together they stay within twice the limit. */
function checkQueue({ queuedRuns = 0 }: Doc<"threadHeads">): void {
  if (queuedRuns < QUEUE_MAX_RUNS) return;
  throw memoryError(
    "QUEUE_FULL",
    `The thread has ${QUEUE_MAX_RUNS} prompts that wait for their answer: wait for one, or cancel some.`,
    { maxRuns: QUEUE_MAX_RUNS },
  );
}
