import type { Refusal } from "../../shared/budgetRefusal.js";
import type { MutationCtx } from "../_generated/server.js";

type Waiting = { refusal: Refusal | null; waitUntil: number };

/** Notes for which budget a run waits, as a slab of nothing: a limit that is raised wakes it. */
export async function noteWait(
  ctx: MutationCtx,
  waiting: string,
  { refusal, waitUntil }: Waiting,
): Promise<void> {
  const told = refusal?.code === "BUDGET_EXCEEDED" ? refusal.exceeded.budgetId : undefined;
  const runId = ctx.db.normalizeId("runs", waiting);
  const budgetId = ctx.db.normalizeId("budgets", told ?? "");
  if (runId === null || budgetId === null) return;
  await ctx.db.insert("slabs", { budgetId, runId, amount: 0, startedAt: 0, expiresAt: waitUntil });
}
