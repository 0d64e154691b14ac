import { groupBy, type Mismatch } from "./mismatch.js";
import type { BudgetRow, EventRow, LedgerRows, LedgerRun } from "./rows.js";
import { isCounted } from "./totals.js";

type Bounds = { least: number; most: number };

/**
 * Budgets that say something else than the runs spent that draw on them. Runs that lie in the budget's period from their
 * beginning on are counted to the unit. Of a run that began before, of one that is gone with its thread, of calls
 * outside of runs, and where the app has taken over a rule's budget, nobody can tell any more what counted in this
 * budget: at most all.
 */
export function wrongSpent({ budgets, runs, usageEvents }: LedgerRows): Mismatch[] {
  const events = groupBy(usageEvents.filter(isCounted), ({ runId = "" }) => runId);
  const there = new Set(runs.map(({ _id }) => _id));
  const others = usageEvents.filter((event) => !isCounted(event) || !there.has(event.runId ?? ""));
  return budgets.flatMap((budget) => {
    const bounds: Bounds = { least: 0, most: 0 };
    for (const run of runs) if (isLimited(run, budget)) count(bounds, { run, budget, events });
    bounds.most += amountOf(
      others.filter((event) => subjectsOf(event).includes(budget.subject)),
      budget,
    );
    const found = budget.spent + inFlight(runs, budget);
    if (bounds.least <= found && found <= bounds.most) return [];
    const expected = found < bounds.least ? bounds.least : bounds.most;
    return [{ table: "budgets", id: budget._id, what: "spent, with what is in flight", expected, found }];
  });
}

type Counting = { run: LedgerRun; budget: BudgetRow; events: Map<string, EventRow[]> };

function count(bounds: Bounds, { run, budget, events }: Counting): void {
  const own = events.get(run._id) ?? [];
  const amount = amountOf(own, budget);
  const began = Math.max(budget._creationTime, budget.startedAt);
  const isInside =
    run._creationTime >= began &&
    budget.isByRule !== false &&
    own.every((event) => event._creationTime < endOf(budget));
  if (isInside) bounds.least += amount;
  bounds.most += amount;
}

/** Whether it draws from the budget, by whose it is and, of a rule's budget, by the rules of its agent. */
function isLimited({ scope, agentName, threadId, budgets }: LedgerRun, budget: BudgetRow): boolean {
  if (budgets === undefined) return false;
  const [tenant = ""] = scope.split("|");
  if (!subjectsIn({ tenant, user: scope, agentName, threadId }).includes(budget.subject)) return false;
  if (budget.isByRule !== true) return true;
  return budgets.ask.rules.some(
    ({ per, unit, period }) => per === budget.per && unit === budget.unit && period === budget.period,
  );
}

type Subjects = { tenant: string; user: string; agentName: string | undefined; threadId: string | undefined };

const subjectsIn = ({ tenant, user, agentName, threadId }: Subjects): string[] => [
  ...[tenant, user],
  ...(agentName === undefined ? [] : [`${tenant}|a:${encodeURIComponent(agentName)}`]),
  ...(threadId === undefined ? [] : [`thread:${threadId}`]),
];

function subjectsOf({ tenantId = "", userId, agentName, threadId }: EventRow): string[] {
  const tenant = `t:${encodeURIComponent(tenantId)}`;
  return subjectsIn({ tenant, user: `${tenant}|u:${encodeURIComponent(userId)}`, agentName, threadId });
}

/** Spent since it was drawn: on the runs' own rows until they return it. */
const inFlight = (runs: readonly LedgerRun[], budget: BudgetRow): number =>
  runs
    .flatMap(({ budgets }) => budgets?.held ?? [])
    .filter(({ budgetId, startedAt }) => budgetId === budget._id && startedAt === budget.startedAt)
    .reduce((sum, { spent }) => sum + spent, 0);

const amountOf = (events: readonly EventRow[], { unit }: BudgetRow): number =>
  events.reduce(
    (sum, { inputTokens, outputTokens, costMicros = 0 }) =>
      sum + (unit === "tokens" ? inputTokens + outputTokens : costMicros),
    0,
  );

/** When the next period begins, in ms; midnight and the first of a month are those of UTC. */
function endOf({ period, startedAt }: BudgetRow): number {
  const date = new Date(startedAt);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (period === "day") return Date.UTC(year, month, day + 1);
  return period === "month" ? Date.UTC(year, month + 1, 1) : Infinity;
}
