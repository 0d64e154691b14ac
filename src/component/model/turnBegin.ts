import { canonicalJson, hashText } from "../../shared/canonicalJson.js";
import { checkName } from "../../shared/checkedArguments.js";
import { RECALL_PENDING_PER_TURN } from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { PROMPT_STEP } from "../../shared/position.js";
import { memoryError } from "../../validators/errors.js";
import type { TurnStart } from "../../validators/turn.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { checkAsk } from "./budgetAsk.js";
import { noteWait } from "./budgetWait.js";
import { drawAtBegin, tellDrawn } from "./turnBudget.js";
import { overlayOf, readGiven, type Overlay } from "./contextGiven.js";
import { embeddingOf } from "./embeddingQueue.js";
import { tellMessages } from "./hooks.js";
import { readTail, type ShownTurn } from "./messages.js";
import { pendingOf } from "./recall.js";
import { findActive } from "./runLost.js";
import { countPrompt, openRun } from "./runOpening.js";
import { stateOf } from "./runRows.js";
import { promoteNext } from "./runQueue.js";
import { checkedStart } from "./runSchedule.js";
import { findRow } from "./summaryPlaces.js";
import { openThread } from "./threads.js";
import { calibrated, clampLimits, readTurnContext, type ClampedLimits } from "./turnContext.js";
import type { BeginArgs } from "./turnArgs.js";
import { endRun } from "./turnEnd.js";
import { beginLater } from "./turnLater.js";
import { findPrompt, reopened, savePrompt, type Prompt } from "./turnPrompt.js";
import { findSteered, steerActive } from "./turnSteer.js";

/**
 * Saves the prompt, opens the run and reads the context; or saves the prompt and lets the run wait. With
 * `operationId`, repeating it gives the first run.
 */
export async function begin(ctx: MutationCtx, args: BeginArgs): Promise<TurnStart> {
  checkNames(args);
  const limits = clampLimits(args.limits);
  const startAt = checkedStart(args);
  const head = await openThread(ctx, args.caller, args.threadId, "write");
  const payloadHash = args.operationId === undefined ? undefined : await hashOf(args);
  const first = await findRepeated(ctx, { head, args, payloadHash });
  if (first !== null) return first;
  const steered = await findSteered(ctx, { head, args });
  if (steered !== null) return steered;
  const opening = { args, payloadHash, startAt };
  if (startAt !== undefined) return await beginLater(ctx, { ...opening, head, active: null });
  const occupied = await findActive(ctx, head);
  const { active } = occupied;
  if (active === null) return await beginNow(ctx, { ...opening, head: occupied.head, limits });
  switch (args.whileRunning) {
    case undefined:
    case "reject":
      throw runActive(active);
    case "interrupt":
      return await interrupt(ctx, active, { ...opening, head: occupied.head, limits });
    case "queue":
      return await beginLater(ctx, { ...opening, ...occupied });
    case "steer":
      return (
        (await steerActive(ctx, { head: occupied.head, active, args })) ??
        (await beginLater(ctx, { ...opening, ...occupied }))
      );
  }
}

const runActive = ({ _id: runId, agentName }: Doc<"runs">) =>
  memoryError("RUN_ACTIVE", "The thread has an active run: wait for it, or cancel it.", { runId, agentName });

/**
 * Ends the active run, keeps what it said, and takes its place before all that wait; not before a run that a hook of the
 * app has begun in answer to that end.
 */
async function interrupt(
  ctx: MutationCtx,
  run: Doc<"runs">,
  opening: Now & { startAt: number | undefined },
): Promise<TurnStart> {
  const outcome = { kind: "canceled" as const, reason: "Interrupted by a new prompt." };
  await endRun(ctx, run, { outcome, replaced: true });
  const freed = (await ctx.db.get("threadHeads", opening.head._id)) ?? opening.head;
  const { head, active } = await findActive(ctx, freed);
  if (active !== null) return await beginLater(ctx, { ...opening, head, active });
  const begun = await beginNow(ctx, { ...opening, head });
  if (begun.state.kind === "queued") await promoteNext(ctx, head._id); // it waits for a budget: the thread is free
  return begun;
}

type Now = {
  head: Doc<"threadHeads">;
  args: BeginArgs;
  payloadHash: string | undefined;
  limits: ClampedLimits;
};

async function beginNow(ctx: MutationCtx, { head, args, payloadHash, limits }: Now): Promise<TurnStart> {
  const { free, earlier, changed } = await findPlace(ctx, head, args);
  const overlay = await overlayOf(ctx, free, earlier?.turn ?? free.nextTurn);
  const read = await readContext(ctx, { head: free, limits, earlier, overlay });
  const { shown: ask, agentName } = args;
  const given =
    ask === undefined ? null : await readGiven(ctx, { head: free, agentName, ask, overlay, ...read });
  const drawn = await drawAtBegin(ctx, { head: free, args, read, given });
  if (drawn?.waitUntil !== undefined) {
    const { waitUntil: startAt, refusal } = drawn;
    const opening = { head, args, payloadHash, startAt, active: null };
    const later = await beginLater(ctx, { ...opening, waitsFor: "budget" });
    await noteWait(ctx, later.runId, { refusal, waitUntil: startAt });
    return later;
  }
  const pending = args.recall === true ? await pendingOf(ctx, free.threadId, RECALL_PENDING_PER_TURN) : [];
  const prompt = earlier ?? (await savePrompt(ctx, free, { caller: args.caller, prompt: args.prompt }));
  const opened = await openRun(ctx, { head: free, args, prompt, payloadHash, ...drawn });
  const warned = await tellDrawn(ctx, opened.runId, drawn);
  await countPrompt(ctx, { head: free, prompt, changed: { ...changed, activeRunId: opened.runId } });
  await tellMessages(ctx, args.hooks);
  return {
    ...opened,
    turn: prompt.turn,
    repeated: false,
    state: { kind: "running" },
    promptMessageId: prompt.messageId,
    context: earlier === null && limits.maxMessages > 0 ? [...read.messages, prompt.row] : read.messages,
    ...(given === null ? {} : { given: { ...given, long: [...given.long, ...prompt.long] } }),
    ...warned,
    pending,
    ...(args.recall === true ? await embeddingOf(ctx, textOf(prompt.row.parts)) : {}),
  };
}

type Place = {
  free: Doc<"threadHeads">;
  /** A prompt that is in the thread; null: a new one. */
  earlier: Prompt | null;
  /** What of the head an earlier prompt changes. */
  changed: Partial<Doc<"threadHeads">>;
};

async function findPlace(
  ctx: MutationCtx,
  head: Doc<"threadHeads">,
  { promptMessageId }: BeginArgs,
): Promise<Place> {
  if (promptMessageId === undefined) return { free: head, earlier: null, changed: {} };
  const earlier = await findPrompt(ctx, head, promptMessageId);
  const changed = await reopened(ctx, head, earlier);
  return { free: { ...head, ...changed }, earlier, changed };
}

function checkNames({ agentName, operationId, prompt, promptMessageId, budgets }: BeginArgs): void {
  checkAsk(budgets);
  checkName("agentName", agentName);
  checkName("operationId", operationId);
  if ((prompt === undefined) === (promptMessageId === undefined))
    throw memoryError("INVALID_ARGUMENT", "Give either `prompt` or `promptMessageId`.");
}

const hashOf = ({ agentName, engine, prompt, promptMessageId }: BeginArgs): Promise<string> =>
  hashText(canonicalJson({ agentName, engine, prompt, promptMessageId }));

type Repeat = { head: Doc<"threadHeads">; args: BeginArgs; payloadHash: string | undefined };

async function findRepeated(
  ctx: MutationCtx,
  { head, args, payloadHash }: Repeat,
): Promise<TurnStart | null> {
  if (args.operationId === undefined) return null;
  const run = await ctx.db
    .query("runs")
    .withIndex("by_operation", (q) => q.eq("threadId", head.threadId).eq("operationId", args.operationId))
    .unique();
  if (run === null) return null;
  if (run.payloadHash !== payloadHash)
    throw memoryError(
      "OPERATION_MISMATCH",
      "This operationId was used with another prompt: make a new one.",
      {
        runId: run._id,
      },
    );
  const prompt = await findRow(ctx, run.threadId, { turn: run.turn, step: PROMPT_STEP });
  return {
    runId: run._id,
    turn: run.turn,
    repeated: true,
    state: stateOf(run),
    promptMessageId: prompt?._id ?? "",
    context: [],
    pending: [],
  };
}

type Context = {
  head: Doc<"threadHeads">;
  limits: ClampedLimits;
  earlier: Prompt | null;
  overlay: Overlay;
};

async function readContext(ctx: MutationCtx, context: Context): Promise<ShownTurn> {
  const { head, earlier } = context;
  const { after } = context.overlay;
  const limits = calibrated(context.limits, head.tokenFactor);
  if (limits.maxMessages === 0) return { messages: [], long: [] };
  if (earlier === null) return { ...(await readTail(ctx, head.threadId, { ...limits, after })), long: [] };
  return await readTurnContext(ctx, { threadId: head.threadId, turn: earlier.turn, after }, limits);
}
