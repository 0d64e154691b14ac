import { addTotals } from "../../shared/runTotals.js";
import type { Caller } from "../../validators/principal.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { settleUsed } from "./budgetSettle.js";
import { passUp } from "./nestedEnds.js";
import { keptTotals, stepsOf, totalsOf } from "./runRows.js";
import { keepLate, recordRunUsage } from "./turnUsage.js";

/** True when another action took up the run after the one that asks, which is `takeUps` behind. */
export const isSuperseded = (run: Doc<"runs">, takeUps: number | undefined): boolean =>
  takeUps !== undefined && takeUps !== (run.takeUps ?? 0);

type LateCall = { caller: Caller; usage: Usage; step: number };

/** Nothing that such an action says is kept, but what it used was paid for. */
export async function recordSuperseded(ctx: MutationCtx, run: Doc<"runs">, call: LateCall): Promise<void> {
  const used = await recordRunUsage(ctx, run, call);
  await passUp(ctx, run, used);
  const totals = keptTotals(addTotals(totalsOf(run), used), stepsOf(run));
  await keepLate(ctx, run, { totals, ...(await settleUsed(ctx, run, used)) });
}
