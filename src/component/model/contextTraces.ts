import { tokenFactor } from "../../shared/contextBudget.js";
import { decodeTrace, type ContextTrace } from "../../shared/contextTrace.js";
import {
  TRACE_MAX_BYTES,
  TRACE_MAX_SOURCES,
  TRACE_MAX_TEXTS,
  TRACE_TEXTS_MAX_BYTES,
} from "../../shared/limits.js";
import { agentScopeIn, tenantScopeIn, threadScope } from "../../shared/scope.js";
import { utf8Bytes } from "../../shared/utf8.js";
import type { ContextCall } from "../../validators/contextGiven.js";
import { memoryError } from "../../validators/errors.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { keepAgentPart, keepPart } from "./contextParts.js";
import { touchRecalled } from "./factChanges.js";
import { nextStepOf, stepsOf } from "./runRows.js";
import { findHead } from "./threadAccess.js";

/** Saves what a call was shown, beside the message that it gave at `step`: a row, and the texts that are not kept yet. */
export async function keepContext(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { step, context }: { step: number; context: ContextCall | undefined },
): Promise<void> {
  if (context === undefined) return;
  checkCall(context);
  const { trace, texts } = context;
  await ctx.db.insert("contextTraces", { runId: run._id, step, trace });
  const [agent, thread] = [agentScopeIn(run.scope, run.agentName), threadScope(run.threadId)];
  for (const kept of texts)
    if (kept.sourceIds === undefined) await keepAgentPart(ctx, agent, kept);
    else await keepPart(ctx, thread, kept);
  // Later calls of the run show what its first did.
  if (stepsOf(run) > 0) return;
  const scopes = new Set([run.scope, tenantScopeIn(run.scope), agent, thread]);
  await touchRecalled(ctx, factsIn(trace), scopes);
}

/**
 * As `keepContext`, for a call whose run was ended meanwhile: the half answer that it left has its trace too, once.
 */
export async function keepLateContext(
  ctx: MutationCtx,
  run: Doc<"runs">,
  context: ContextCall | undefined,
): Promise<void> {
  if (context === undefined) return;
  const { _id: runId, threadId, turn } = run;
  const step = nextStepOf(run) - 1;
  const half = await ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).eq("turn", turn).eq("step", step))
    .unique();
  if (half?.runId !== runId || half.role !== "assistant" || half.state?.kind !== "failed") return;
  const head = await findHead(ctx, threadId);
  if (head === null || head.removing === true || (await traceAt(ctx, runId, step)) !== null) return;
  await keepContext(ctx, run, { step, context });
}

/** The facts that a run's first call was shown. Throws `INVALID_ARGUMENT` for what is no trace. */
function factsIn(trace: string): string[] {
  const { recalled = [] } = readTrace(trace);
  return recalled.flatMap(([kind, sourceId]) => (kind === "fact" ? [sourceId] : []));
}

function readTrace(trace: string): ContextTrace {
  try {
    return decodeTrace(trace, null);
  } catch {
    throw memoryError("INVALID_ARGUMENT", "The trace of a call must be what `encodeTrace` made.");
  }
}

function checkCall({ trace, texts }: ContextCall): void {
  const bytes = texts.reduce((sum, { text }) => sum + utf8Bytes(text), 0);
  const sources = texts.reduce((sum, { sourceIds = [] }) => sum + sourceIds.length, 0);
  const isTooMuch = texts.length > TRACE_MAX_TEXTS || sources > TRACE_MAX_SOURCES;
  if (trace.length > TRACE_MAX_BYTES || isTooMuch || bytes > TRACE_TEXTS_MAX_BYTES)
    throw memoryError("INVALID_ARGUMENT", "The trace of a call or its texts are too long to be kept.", {
      traceLength: trace.length,
      texts: texts.length,
      sources,
      bytes,
    });
}

/** The factor that the last call's count gives, where the count can be believed. */
export function factorOf(usage: Usage, context: ContextCall | undefined): { tokenFactor?: number } {
  if (context === undefined || usage.isEstimated === true) return {};
  const factor = tokenFactor(usage.inputTokens, context.estimate);
  return factor === null ? {} : { tokenFactor: factor };
}

/** The trace of a run's first call as it is stored: later ones build on it. */
export const firstTrace = (
  ctx: Pick<QueryCtx, "db">,
  runId: Id<"runs">,
): Promise<Doc<"contextTraces"> | null> =>
  ctx.db
    .query("contextTraces")
    .withIndex("by_run", (q) => q.eq("runId", runId))
    .first();

const traceAt = (
  ctx: Pick<QueryCtx, "db">,
  runId: Id<"runs">,
  step: number,
): Promise<Doc<"contextTraces"> | null> =>
  ctx.db
    .query("contextTraces")
    .withIndex("by_run", (q) => q.eq("runId", runId).eq("step", step))
    .unique();

/** What the call was shown that wrote a message; null when that was no call, or its trace is gone. */
export async function traceOf(
  ctx: Pick<QueryCtx, "db">,
  { runId, step }: { runId: Id<"runs">; step: number },
): Promise<{ row: Doc<"contextTraces">; trace: ContextTrace } | null> {
  const row = await traceAt(ctx, runId, step);
  const first = row === null ? null : await firstTrace(ctx, runId);
  if (row === null || first === null) return null;
  if (first._id === row._id) return { row, trace: decodeTrace(row.trace, null) };
  return { row, trace: decodeTrace(row.trace, decodeTrace(first.trace, null)) };
}
