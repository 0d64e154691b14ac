import type { BoundMemory, BudgetStatus, QueryCtx } from "../client/index.js";
import { estimateIn } from "../shared/budgetEstimate.js";
import { refusalError } from "../shared/budgetRefusal.js";
import { periodAt } from "../shared/usageCost.js";
import type { CallEstimate } from "../validators/budgetRun.js";
import type { TokenPrices } from "../validators/price.js";
import { nameOf, outputCap } from "./budgetAsk.js";
import type { ResolvedAgent } from "./definition.js";

/** The hard budgets that a call meets which no run makes, and what its model costs. */
export type Room = { hard: BudgetStatus[]; outputTokens: number; prices: TokenPrices | null };

type Asking = { ctx: QueryCtx; memory: BoundMemory; threadId: string };

/** Where the budgets stand before the call; nothing is reserved. Null for an agent that looks at none. */
export async function roomFor(agent: ResolvedAgent, asking: Asking): Promise<Room | null> {
  if (agent.spending === null) return null;
  const { ctx, memory, threadId } = asking;
  const status = await memory.budgets.status(ctx, { threadId, agentName: agent.name });
  const hard = status.filter(({ mode }) => mode === "hard");
  const isCostly = hard.some(({ unit }) => unit === "cost");
  return {
    hard,
    outputTokens: outputCap(agent),
    prices: isCostly ? await pricesOf(agent, asking) : null,
  };
}

/** Throws `BUDGET_EXCEEDED` and `PRICE_UNKNOWN` where a hard budget has no room for the call. */
export function checkRoom(agent: ResolvedAgent, room: Room | null, inputTokens: number): void {
  if (room === null) return;
  const estimate: CallEstimate = { inputTokens, outputTokens: room.outputTokens };
  for (const budget of room.hard) {
    const needed = estimateIn(budget.unit, estimate, room.prices);
    if (needed === null) throw refusalError({ code: "PRICE_UNKNOWN", ...nameOf(agent.model()) });
    if (needed <= budget.remaining) continue;
    const { budgetId, per, unit, period, limit, spent, reserved, resetsAt } = budget;
    throw refusalError({
      code: "BUDGET_EXCEEDED",
      exceeded: { budgetId, per, unit, period, limit, spent, reserved, resetsAt },
      waitUntil: needed > limit ? null : resetsAt,
    });
  }
}

const PRICED_MODELS_PAGE = 200;

/** What the model that is asked costs now, by the longest name of its provider that has a price. */
async function pricesOf(agent: ResolvedAgent, { ctx, memory }: Asking): Promise<TokenPrices | null> {
  const { provider, model } = nameOf(agent.model());
  const names = provider.split(".").map((_, index, words) => words.slice(0, words.length - index).join("."));
  for (const name of names) {
    let cursor: string | null = null;
    do {
      const read = await memory.prices.list(ctx, { provider: name, cursor, limit: PRICED_MODELS_PAGE });
      const found = read.page.find((entry) => entry.model === model);
      const period = found === undefined ? undefined : periodAt(found.periods, Date.now());
      if (period !== undefined) return period.prices;
      ({ cursor } = read);
    } while (cursor !== null);
  }
  return null;
}
