import { canonicalJson, hashText } from "../../shared/canonicalJson.js";
import { checkName } from "../../shared/checkedArguments.js";
import { ACTIVITY_RESOLUTION_MS, RECALL_PENDING_PER_TURN, RUN_LEASE_MS } from "../../shared/limits.js";
import { previewOf, textOf } from "../../shared/messageText.js";
import { PROMPT_STEP } from "../../shared/position.js";
import { userScope } from "../../shared/scope.js";
import type { ContextAsk } from "../../validators/context.js";
import { memoryError } from "../../validators/errors.js";
import type { HookHandles } from "../../validators/hook.js";
import type { Caller } from "../../validators/principal.js";
import type { RunDriver, RunEngine } from "../../validators/run.js";
import type { ContextLimits, TurnStart } from "../../validators/turn.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { overlayOf, readGiven, type Overlay } from "./contextGiven.js";
import { embeddingOf } from "./embeddingQueue.js";
import { tellMessages } from "./hooks.js";
import { findComplete, readTail, type ShownTurn } from "./messages.js";
import { pendingOf } from "./recall.js";
import { isActive, stateOf } from "./runRows.js";
import { startStream } from "./streams.js";
import { openThread } from "./threads.js";
import { calibrated, clampLimits, readTurnContext, type ClampedLimits } from "./turnContext.js";
import { endRun } from "./turnEnd.js";
import { findPrompt, indexPrompt, reopened, savePrompt, type Prompt } from "./turnPrompt.js";

export type BeginArgs = {
  caller: Caller;
  threadId: string;
  agentName: string;
  engine: RunEngine;
  prompt?: unknown[];
  promptMessageId?: string;
  operationId?: string;
  limits?: ContextLimits;
  shown?: ContextAsk;
  stream?: boolean;
  recall?: boolean;
  /** Of a durable run; `workflowId` where its workflow is under way already. */
  driver?: RunDriver;
  workflowId?: string;
  hooks?: HookHandles;
};
/** Saves the prompt, opens the run and reads the context. With `operationId`, repeating it gives the first run. */
export async function begin(ctx: MutationCtx, args: BeginArgs): Promise<TurnStart> {
  checkNames(args);
  const limits = clampLimits(args.limits);
  const head = await openThread(ctx, args.caller, args.threadId, "write");
  const payloadHash = args.operationId === undefined ? undefined : await hashOf(args);
  const first = await findRepeated(ctx, { head, args, payloadHash });
  if (first !== null) return first;
  const { free, earlier, changed } = await findPlace(ctx, await freeThread(ctx, head), args);
  const overlay = await overlayOf(ctx, free, earlier?.turn ?? free.nextTurn);
  const read = await readContext(ctx, { head: free, limits, earlier, overlay });
  const pending = args.recall === true ? await pendingOf(ctx, free.threadId, RECALL_PENDING_PER_TURN) : [];
  const prompt = earlier ?? (await savePrompt(ctx, free, args));
  const { shown: ask, agentName } = args;
  const long = [...read.long, ...prompt.long];
  const given =
    ask === undefined ? null : await readGiven(ctx, { head: free, agentName, ask, overlay, long });
  const opened = await openRun(ctx, { head: free, args, prompt, payloadHash });
  await occupy(ctx, { head: free, prompt, runId: opened.runId, changed });
  await tellMessages(ctx, args.hooks);
  return {
    ...opened,
    turn: prompt.turn,
    repeated: false,
    state: { kind: "running" },
    promptMessageId: prompt.messageId,
    context: earlier === null && limits.maxMessages > 0 ? [...read.messages, prompt.row] : read.messages,
    ...(given === null ? {} : { given }),
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

function checkNames({ agentName, operationId, prompt, promptMessageId }: BeginArgs): void {
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
  const prompt = await findComplete(ctx, { threadId: run.threadId, turn: run.turn, step: PROMPT_STEP });
  return {
    runId: run._id,
    turn: run.turn,
    repeated: true,
    state: stateOf(run),
    promptMessageId: prompt?.messageId ?? "",
    context: [],
    pending: [],
  };
}

/** One active run per thread. An in-action run that was silent past its lease is ended as failed and makes room. */
async function freeThread(ctx: MutationCtx, head: Doc<"threadHeads">): Promise<Doc<"threadHeads">> {
  const active = head.activeRunId === undefined ? null : await ctx.db.get("runs", head.activeRunId);
  if (active === null || !isActive(stateOf(active))) return head;
  const activeAt = active.activeAt ?? active._creationTime;
  if (active.engine !== "durable" && activeAt + RUN_LEASE_MS < Date.now()) {
    await endRun(ctx, active, {
      outcome: { kind: "failed", code: "RUN_LOST", message: "The action ended without a word." },
    });
    return (await ctx.db.get("threadHeads", head._id)) ?? head;
  }
  throw memoryError("RUN_ACTIVE", "The thread has an active run: wait for it, or cancel it.", {
    runId: active._id,
    agentName: active.agentName,
  });
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
  if (earlier === null)
    return { messages: await readTail(ctx, head.threadId, { ...limits, after }), long: [] };
  return await readTurnContext(ctx, { threadId: head.threadId, turn: earlier.turn, after }, limits);
}

type Opening = { head: Doc<"threadHeads">; args: BeginArgs; prompt: Prompt; payloadHash: string | undefined };
type Opened = Pick<TurnStart, "runId" | "streamId" | "messageId" | "promptEntryId"> & { runId: Id<"runs"> };

async function openRun(ctx: MutationCtx, { head, args, prompt, payloadHash }: Opening): Promise<Opened> {
  const scope = userScope(args.caller === "system" ? head : args.caller);
  const run = { threadId: head.threadId, scope, turn: prompt.turn, agentName: args.agentName };
  const runId = await ctx.db.insert("runs", {
    ...run,
    ...(args.engine === "action" ? {} : { engine: args.engine }),
    ...(prompt.nextStep === PROMPT_STEP + 1 ? {} : { firstStep: prompt.nextStep }),
    ...(scope === userScope(head) ? {} : { isGuest: true }),
    ...(payloadHash === undefined ? {} : { operationId: args.operationId, payloadHash }),
    ...(args.driver === undefined ? {} : { driver: args.driver }),
    ...(args.workflowId === undefined ? {} : { workflowId: args.workflowId }),
    ...(args.hooks === undefined ? {} : { hooks: args.hooks }),
  });
  const promptEntryId = prompt.isNew ? await indexPrompt(ctx, head, prompt) : null;
  const opened: Opened = { runId, ...(promptEntryId === null ? {} : { promptEntryId }) };
  if (args.stream !== true) return opened;
  const stream = await startStream(ctx, { run: { _id: runId, ...run }, step: prompt.nextStep });
  await ctx.db.patch("runs", runId, { streamId: stream.streamId });
  return { ...opened, ...stream };
}

type Occupation = {
  head: Doc<"threadHeads">;
  prompt: Prompt;
  runId: Id<"runs">;
  changed: Partial<Doc<"threadHeads">>;
};

/** The thread's hot row: the run is active, the prompt is counted and shown in lists. */
async function occupy(ctx: MutationCtx, { head, prompt, runId, changed }: Occupation): Promise<void> {
  await ctx.db.patch("threadHeads", head._id, {
    ...changed,
    activeRunId: runId,
    ...(prompt.isNew
      ? {
          nextTurn: prompt.turn + 1,
          messages: head.messages + 1,
          preview: { role: "user", text: previewOf(textOf(prompt.row.parts)) },
        }
      : {}),
  });
  const now = Date.now();
  if (now - head._creationTime >= ACTIVITY_RESOLUTION_MS)
    // made just now, it says so already
    await ctx.db.patch("threads", head.threadId, { lastActivityAt: now });
}
