import { FACT_SWEEP_MAX_SLEEP_MS, PURGE_PER_WRITE, SWEEP_INTERVAL_MS } from "../../shared/limits.js";
import type { MutationCtx } from "../_generated/server.js";
import { writeTally, type FactTally } from "./factCounts.js";
import { deleteFact } from "./factRows.js";
import { armSweep } from "./sweeps.js";

/** Sees to it that a fact which expires is removed some day, and removes a few that have. */
export async function armFactSweep(ctx: MutationCtx, expiresAt: number): Promise<void> {
  await purgeFacts(ctx, PURGE_PER_WRITE);
  const now = Date.now();
  await armSweep(ctx, "facts", { delayMs: nextSweep(expiresAt, now) - now });
}

/** Not too often, and never so late that no timer holds it. */
const nextSweep = (expiresAt: number, now: number): number =>
  Math.min(Math.max(expiresAt, now + SWEEP_INTERVAL_MS), now + FACT_SWEEP_MAX_SLEEP_MS);

/** Facts that one step of the sweep removes: each has up to 16 sources, an entry and a vector. */
const FACTS_PER_SWEEP = 100;

/** One page of the sweep of expired facts; says when the next is due, or null when none expires. */
export async function sweepFacts(ctx: MutationCtx): Promise<number | null> {
  await purgeFacts(ctx, FACTS_PER_SWEEP);
  const next = await ctx.db
    .query("facts")
    .withIndex("by_expiry", (q) => q.gte("expiresAt", 0))
    .first();
  if (next?.expiresAt === undefined) return null;
  const now = Date.now();
  return next.expiresAt <= now ? now : nextSweep(next.expiresAt, now);
}

async function purgeFacts(ctx: MutationCtx, limit: number): Promise<void> {
  const now = Date.now();
  const expired = await ctx.db
    .query("facts")
    .withIndex("by_expiry", (q) => q.gte("expiresAt", 0).lte("expiresAt", now))
    .take(limit);
  const counts: FactTally = new Map();
  for (const fact of expired) await deleteFact(ctx, fact, counts);
  await writeTally(ctx, counts);
}
