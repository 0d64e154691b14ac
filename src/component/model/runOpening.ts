import { ACTIVITY_RESOLUTION_MS } from "../../shared/limits.js";
import { previewOf, textOf } from "../../shared/messageText.js";
import { PROMPT_STEP } from "../../shared/position.js";
import { isScheduled } from "../../shared/runState.js";
import { userScope } from "../../shared/scope.js";
import type { RunBudgets } from "../../validators/budgetRun.js";
import type { RunState, WaitsFor } from "../../validators/run.js";
import type { TurnStart } from "../../validators/turn.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { undrawn } from "./budgetTurn.js";
import { linkCall, placeBelow } from "./nestedRuns.js";
import { keptLevel, logTransition } from "./runTransitions.js";
import { startStream } from "./streams.js";
import type { BeginArgs } from "./turnArgs.js";
import { indexPrompt, type Prompt } from "./turnPrompt.js";

type Opening = {
  head: Doc<"threadHeads">;
  args: BeginArgs;
  prompt: Prompt;
  payloadHash: string | undefined;
  /** Of a run that waits; it has no stream yet. */
  waiting?: RunState;
  /** Why it waits for its time, where nobody has asked for that. */
  waitsFor?: WaitsFor;
  /** What it has drawn; one that waits draws when its turn has come. */
  budgets?: RunBudgets;
};
type Opened = Pick<TurnStart, "runId" | "streamId" | "messageId" | "promptEntryId"> & { runId: Id<"runs"> };

/** Writes the run's row, makes its prompt findable and opens its stream. */
export async function openRun(ctx: MutationCtx, opening: Opening): Promise<Opened> {
  const { head, args, prompt, waiting } = opening;
  const below = await placeBelow(ctx, { ...args, threadId: head.threadId });
  const run = { ...runOf(opening), ...below };
  const runId = await ctx.db.insert("runs", run);
  await linkCall(ctx, below, runId);
  logTransition(ctx, { _id: runId, ...run }, waiting ?? { kind: "running" });
  const isSaid = prompt.isNew && (waiting === undefined || !isScheduled(waiting));
  const promptEntryId = isSaid ? await indexPrompt(ctx, head, prompt) : null;
  const opened: Opened = { runId, ...(promptEntryId === null ? {} : { promptEntryId }) };
  if (args.stream !== true || waiting !== undefined) return opened;
  const stream = await startStream(ctx, { run: { _id: runId, ...run }, step: prompt.nextStep });
  await ctx.db.patch("runs", runId, { streamId: stream.streamId });
  return { ...opened, ...stream };
}

/** Fields that say the usual are left out. Where a run that waits begins to write is known when its turn has come. */
function runOf(opening: Opening) {
  const { head, args, prompt, payloadHash, waiting } = opening;
  const scope = userScope(args.caller === "system" ? head : args.caller);
  const isFirst = prompt.nextStep === PROMPT_STEP + 1;
  return {
    ...{ threadId: head.threadId, scope, turn: prompt.turn, agentName: args.agentName },
    ...(args.engine === "action" ? {} : { engine: args.engine }),
    ...(isFirst || waiting !== undefined ? {} : { firstStep: prompt.nextStep }),
    ...(scope === userScope(head) ? {} : { isGuest: true }),
    ...(payloadHash === undefined ? {} : { operationId: args.operationId, payloadHash }),
    ...known(args),
    ...limited(opening),
    ...keptLevel(args),
    ...(waiting === undefined ? {} : { state: waiting }),
    ...held(opening),
    ...(waiting === undefined || args.engine === "durable" ? {} : { isWaiting: true, activeAt: Date.now() }),
  };
}

/** As a run says it that waits in the middle. */
const held = ({ waiting, waitsFor }: Opening): Pick<Doc<"runs">, "waitsUntil" | "waitsFor"> =>
  waitsFor === undefined || waiting?.kind !== "queued" ? {} : { waitsUntil: waiting.startAt, waitsFor };

const limited = ({ args, budgets }: Opening): { budgets?: RunBudgets } => {
  if (args.budgets === undefined) return {};
  return { budgets: budgets ?? undrawn(args.budgets) };
};

/** Whom a run's end and its waits are told, as far as there is anybody. */
const known = ({ driver, workflowId, hooks }: BeginArgs) => ({
  ...(driver === undefined ? {} : { driver }),
  ...(workflowId === undefined ? {} : { workflowId }),
  ...(hooks === undefined ? {} : { hooks }),
});

type Occupation = {
  head: Doc<"threadHeads">;
  prompt: Prompt;
  /** What else changes: who is active, or how many wait. */
  changed: Partial<Doc<"threadHeads">>;
};

/** The thread's hot row: the prompt is counted, and shown in lists once it is said. */
export async function countPrompt(ctx: MutationCtx, { head, prompt, changed }: Occupation): Promise<void> {
  const isSaid = prompt.row.state.kind === "complete";
  const preview = { role: "user" as const, text: previewOf(textOf(prompt.row.parts)) };
  await ctx.db.patch("threadHeads", head._id, {
    ...changed,
    ...(prompt.isNew ? { nextTurn: prompt.turn + 1, messages: head.messages + 1 } : {}),
    ...(prompt.isNew && isSaid ? { preview } : {}),
  });
  const now = Date.now();
  if (now - head._creationTime >= ACTIVITY_RESOLUTION_MS && isSaid)
    // made just now, it says so already
    await ctx.db.patch("threads", head.threadId, { lastActivityAt: now });
}
