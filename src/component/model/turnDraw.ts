import { checkName } from "../../shared/checkedArguments.js";
import type { Caller } from "../../validators/principal.js";
import type { CallDrawn } from "../../validators/turn.js";
import type { MutationCtx } from "../_generated/server.js";
import { checkAmount } from "./budgetAsk.js";
import { drawNext } from "./budgetTurn.js";
import { findRunToWrite, stateOf, totalsOf } from "./runRows.js";
import { isSuperseded } from "./runSuperseded.js";

type DrawArgs = {
  caller: Caller;
  runId: string;
  /** What the call is to be shown. */
  inputTokens: number;
  /** The model that is to be asked. */
  provider: string;
  model: string;
  /** Of an action: how often the run had been taken up when it came to it. */
  takeUps?: number;
};

/**
 * Draws for a call that is not as it was held to be: longer, by what tools gave in an action or a step has prepared, or
 * of another model. Where there is no room the run holds nothing afterwards, and whoever drives it ends it. Repeating
 * it draws nothing more.
 */
export async function draw(ctx: MutationCtx, args: DrawArgs): Promise<CallDrawn> {
  const { inputTokens, provider, model } = args;
  checkAmount("inputTokens", inputTokens);
  checkName("provider", provider);
  checkName("model", model);
  const run = await findRunToWrite(ctx, args.caller, args.runId);
  const isItsOwn = stateOf(run).kind === "running" && !isSuperseded(run, args.takeUps);
  if (run.budgets === undefined || !isItsOwn) return {}; // it finds that where it saves
  const ask = { ...run.budgets.ask, provider, model };
  const next = { inputTokens, outputTokens: ask.outputTokens };
  const asked = { ...run, budgets: { ...run.budgets, ask, next } };
  const { budgets, said, failure } = await drawNext(ctx, { run: asked, totals: totalsOf(run) });
  await ctx.db.patch("runs", run._id, { budgets });
  const { waitUntil, exceeded } = said;
  return {
    ...(waitUntil === undefined ? {} : { waitUntil }),
    ...(exceeded === undefined ? {} : { exceeded }),
    ...(failure === undefined ? {} : { refused: { code: failure.code, message: failure.message } }),
  };
}
