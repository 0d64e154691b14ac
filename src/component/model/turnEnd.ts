import { ACTIVITY_RESOLUTION_MS } from "../../shared/limits.js";
import { previewOf, textOf } from "../../shared/messageText.js";
import { PROMPT_STEP } from "../../shared/position.js";
import type { Part } from "../../validators/content.js";
import type { Caller } from "../../validators/principal.js";
import type { RunOutcome, RunState } from "../../validators/run.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { discardMessage, insertMessage, parseParts, replaceMessage } from "./messages.js";
import { findHead } from "./threadAccess.js";
import { findOwnRun, isActive } from "./runRows.js";
import { endStream, foldStream } from "./streams.js";
import { interruptOpen, settleOpenCalls, type Result } from "./toolCalls.js";
import { addUsage, recordRunUsage } from "./turnUsage.js";

export type EndArgs = {
  caller: Caller;
  runId: string;
  outcome: RunOutcome;
  partial?: unknown[];
  results?: Result[];
  usage?: Usage;
};

/** Ends a run other than by its last step. Repeating it, or ending an ended run, changes nothing but the ledger. */
export async function end(ctx: MutationCtx, args: EndArgs): Promise<{ state: RunState }> {
  const run = await findOwnRun(ctx, args.caller, args.runId);
  const partial = args.partial === undefined ? undefined : parseParts(args.partial);
  return { state: await endRun(ctx, run, { ...args, partial }) };
}

export type Ending = {
  outcome: RunOutcome;
  partial?: Part[];
  results?: Result[];
  usage?: Usage;
  caller?: Caller;
};

/** As `end`, for a run row that was checked before. */
export async function endRun(ctx: MutationCtx, run: Doc<"runs">, ending: Ending): Promise<RunState> {
  const totals = ending.usage === undefined ? run.totals : addUsage(run.totals, ending.usage);
  if (ending.usage !== undefined)
    await recordRunUsage(ctx, run, {
      caller: ending.caller ?? "system",
      usage: ending.usage,
      step: run.steps,
    });
  if (!isActive(run.state)) {
    if (ending.usage !== undefined) await ctx.db.patch("runs", run._id, { totals });
    return run.state;
  }
  if (run.engine === "durable") await interruptOpen(ctx, run);
  else await settleOpenCalls(ctx, run, ending.results ?? []);
  const kept = await keepPartial(ctx, run, ending);
  const endedAt = Date.now();
  const state: RunState = { ...ending.outcome, endedAt };
  const ended = {
    ...run,
    totals,
    nextStep: run.nextStep + kept.messages,
  };
  const head = await findHead(ctx, run.threadId);
  await closeRun(ctx, { run: ended, head, state, preview: previewOf(textOf(kept.parts)) });
  return state;
}

/** What was said before a failure stays as a failed message; an empty placeholder goes. */
async function keepPartial(
  ctx: MutationCtx,
  run: Doc<"runs">,
  ending: Ending,
): Promise<{ messages: number; parts: Part[] }> {
  const { outcome } = ending;
  const failure = failureOf(outcome);
  const stream = run.streamId === undefined ? null : await ctx.db.get("streams", run.streamId);
  const parts = (ending.partial ?? (stream === null ? [] : await foldStream(ctx, stream._id))).filter(isKept);
  const state = failure === null ? { kind: "complete" as const } : { kind: "failed" as const, ...failure };
  if (stream !== null) {
    await endStream(ctx, stream, failure ?? undefined);
    if (parts.length === 0) await discardMessage(ctx, stream.messageId);
    else await replaceMessage(ctx, stream.messageId, { parts, state });
  } else if (parts.length > 0) {
    const place = { threadId: run.threadId, turn: run.turn, step: run.nextStep };
    const said = { role: "assistant" as const, parts, state, runId: run._id, agentName: run.agentName };
    await insertMessage(ctx, { ...place, ...said });
  }
  return { messages: parts.length === 0 ? 0 : 1, parts };
}

/** A call that was cut off has no result and never will: only words survive a failure. */
const isKept = (part: Part): boolean =>
  part.type === "text" || part.type === "reasoning" || part.type === "source";

function failureOf(outcome: RunOutcome): { code: string; reason: string } | null {
  switch (outcome.kind) {
    case "completed":
      return null;
    case "failed":
      return { code: outcome.code, reason: outcome.message };
    case "canceled":
      return { code: "RUN_CANCELED", reason: outcome.reason ?? "The run was canceled." };
  }
}

type Closing = { run: Doc<"runs">; head: Doc<"threadHeads"> | null; state: RunState; preview: string };

/** Writes the run's end and frees its thread; `head` is null when the thread is being removed. */
export async function closeRun(ctx: MutationCtx, { run, head, state, preview }: Closing): Promise<void> {
  const { steps, nextStep, totals } = run;
  const open = { openCalls: undefined, streamId: undefined };
  await ctx.db.patch("runs", run._id, {
    state,
    steps,
    nextStep,
    totals,
    activeAt: Date.now(),
    ...open,
  });
  if (head === null) return;
  await ctx.db.patch("threadHeads", head._id, {
    messages: head.messages + nextStep - (run.firstStep ?? PROMPT_STEP + 1),
    ...(head.activeRunId === run._id ? { activeRunId: undefined } : {}),
    ...(preview === "" ? {} : { preview: { role: "assistant", text: preview } }),
  });
  if (Date.now() - run._creationTime >= ACTIVITY_RESOLUTION_MS)
    await ctx.db.patch("threads", run.threadId, { lastActivityAt: Date.now() });
}
