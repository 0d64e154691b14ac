import { tokensOf } from "../../shared/partBodies.js";
import { NO_TOTALS } from "../../shared/runTotals.js";
import { userScope } from "../../shared/scope.js";
import { estimateTokens } from "../../shared/tokens.js";
import type { ContextGiven } from "../../validators/contextGiven.js";
import type { Message } from "../../validators/message.js";
import type { TurnStart } from "../../validators/turn.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { applyDraw, type Plan } from "./budgetDraw.js";
import { roomFor } from "./budgetRoom.js";
import { tellBudgets } from "./budgetTold.js";
import { planBegin } from "./budgetTurn.js";
import { parseParts } from "./messages.js";
import type { BeginArgs } from "./turnArgs.js";

type Shown = {
  head: Doc<"threadHeads">;
  args: BeginArgs;
  read: { messages: readonly Message[] };
  given: ContextGiven | null;
};

/** What a run draws that is about to begin: for the principal that asks, or for the thread's owner. */
export async function drawAtBegin(
  ctx: MutationCtx,
  { head, args, read, given }: Shown,
): Promise<(Plan & { waitUntil?: number }) | null> {
  const { budgets: ask, caller, agentName, engine, prompt } = args;
  if (ask === undefined) return null;
  const scope = userScope(caller === "system" ? head : caller);
  const asked = prompt === undefined ? 0 : tokensOf(parseParts(prompt));
  const contextTokens = shownTokens({ head, context: read.messages, given, asked });
  return await planBegin(ctx, {
    spender: { scope, agentName, threadId: head.threadId },
    ...{ ask, engine, contextTokens },
  });
}

/** Writes what the run has drawn, now that its row is there, tells which soft budgets were passed, and what it holds. */
export async function tellDrawn(
  ctx: MutationCtx,
  runId: Id<"runs">,
  plan: Plan | null,
): Promise<Pick<TurnStart, "warned" | "holds">> {
  if (plan === null) return {};
  await applyDraw(ctx, runId, plan);
  const room = await roomFor(ctx, plan.budgets, NO_TOTALS);
  if (plan.warned.length === 0) return room;
  const run = await ctx.db.get("runs", runId);
  if (run !== null) await tellBudgets(ctx, run, plan.warned);
  return { warned: plan.warned, ...room };
}

type Sized = {
  head: Pick<Doc<"threadHeads">, "tokenFactor">;
  context: readonly Message[];
  given: ContextGiven | null;
  asked?: number;
};

/** How large a context is, in the tokens of the thread's provider. */
export function shownTokens({ head, context, given, asked = 0 }: Sized): number {
  const said = context.reduce((sum, { tokens }) => sum + tokens, asked);
  const blocks = (given?.blocks ?? []).reduce((sum, { value }) => sum + estimateTokens(value), 0);
  return Math.ceil((said + blocks + (given?.summary?.tokens ?? 0)) * (head.tokenFactor ?? 1));
}
