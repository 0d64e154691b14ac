import { v } from "convex/values";
import { closeLog } from "../../shared/runLog.js";
import { SWEEP_INTERVAL_MS, SWEEP_MAX_FILES, SWEEP_MAX_ROWS } from "../../shared/limits.js";
import { internal } from "../_generated/api.js";
import type { MutationCtx } from "../_generated/server.js";
import { sweepSlabs } from "./budgetErase.js";
import { sweepRecalled } from "./contextParts.js";
import { sweepDocument, sweepDrafts } from "./documentSweep.js";
import { sweepQueries } from "./embeddingCache.js";
import { sweepFacts } from "./factExpiry.js";
import { sweepFactSources } from "./factFollow.js";
import { sweepFiles } from "./files.js";
import { sweepGeneration } from "./generationSweep.js";
import { sweepNested } from "./nestedEnds.js";
import { purgeOperations } from "./operations.js";
import { sweepLostStreams } from "./lostStreams.js";
import { sweepStreams } from "./streamSweep.js";
import { sweepBudget } from "./sweepBudget.js";
import { sweepQueue } from "./runLost.js";
import { findSweep, type SweepKind } from "./sweeps.js";
import { sweepMessage, sweepThread } from "./threadSweep.js";
import { endNested } from "./turnEnd.js";
import { sweepUsageUser } from "./usageErase.js";

export const vSweepKind = v.union(
  v.literal("operations"),
  v.literal("streams"),
  v.literal("files"),
  v.literal("queries"),
  v.literal("thread"),
  v.literal("document"),
  v.literal("drafts"),
  v.literal("message"),
  v.literal("generation"),
  v.literal("facts"),
  v.literal("factSources"),
  v.literal("recalled"),
  v.literal("nested"),
  v.literal("queue"),
  v.literal("lostStreams"),
  v.literal("slabs"),
  v.literal("usageUser"),
);

type Sweep = (ctx: MutationCtx, target: string) => Promise<number | null>;

/** Each does one page and says when the next is due (ms since the epoch), or null when nothing is left. */
const SWEEPS: Record<SweepKind, Sweep> = {
  operations: sweepOperations,
  streams: sweepStreams,
  lostStreams: sweepLostStreams,
  files: async (ctx) => (await sweepFiles(ctx, SWEEP_MAX_FILES)).nextAt,
  queries: sweepQueries,
  thread: sweepThread,
  document: async (ctx, target) => (await sweepDocument(ctx, target, SWEEP_MAX_ROWS)).nextAt,
  drafts: sweepDrafts,
  message: sweepMessage,
  generation: sweepGeneration,
  facts: sweepFacts,
  factSources: sweepFactSources,
  recalled: async (ctx, target) => ((await sweepRecalled(ctx, target, sweepBudget(ctx))) ? null : Date.now()),
  nested: (ctx, target) => sweepNested(ctx, target, endNested(ctx)),
  queue: sweepQueue,
  slabs: sweepSlabs,
  usageUser: sweepUsageUser,
};

/** One page of a sweep. Its row stays while something is left, so that nobody arms it twice. */
export async function sweepPage(
  ctx: MutationCtx,
  { kind, target }: { kind: SweepKind; target?: string },
): Promise<null> {
  const row = await findSweep(ctx, kind, target);
  if (row !== null && row.dueAt > Date.now()) return null; // it was armed anew, for another time
  const nextAt = await SWEEPS[kind](ctx, target ?? "");
  closeLog(ctx);
  if (nextAt === null) {
    if (row !== null) await ctx.db.delete("sweeps", row._id);
    return null;
  }
  if (row !== null) await ctx.db.patch("sweeps", row._id, { dueAt: nextAt });
  await ctx.scheduler.runAt(nextAt, internal.retention.sweep, { kind, target });
  return null;
}

async function sweepOperations(ctx: MutationCtx): Promise<number | null> {
  await purgeOperations(ctx, SWEEP_MAX_ROWS);
  const oldest = await ctx.db.query("operations").withIndex("by_expiry").first();
  if (oldest === null) return null;
  const now = Date.now();
  return oldest.expiresAt <= now ? now : Math.max(oldest.expiresAt, now + SWEEP_INTERVAL_MS);
}
