import { SERIES_MAX_GROUPS, SERIES_MAX_POINTS, USAGE_MAX_GROUPS } from "../../shared/ledgerLimits.js";
import { checkedLimit, checkTime } from "../../shared/checkedArguments.js";
import { UsageTally, type UsageEntry } from "../../shared/usageGroups.js";
import { shownSums } from "../../shared/usageSums.js";
import { ALWAYS, startOf, startsIn, type Span } from "../../shared/usageTimes.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type {
  SeriesQuestion,
  SummaryQuestion,
  TopQuestion,
  UsageBy,
  UsageSeries,
  UsageSummary,
  UsageTop,
} from "../../validators/usageSums.js";
import type { QueryCtx } from "../_generated/server.js";
import { currencyOf } from "./currency.js";
import { gather } from "./usageGather.js";
import { openTarget, type UsageTarget } from "./usageTargets.js";

/** What was used, exact at every moment; apart by `by` where that is asked. */
export async function summary(
  ctx: QueryCtx,
  question: SummaryQuestion & { caller: Caller },
): Promise<UsageSummary> {
  const { tally, ...answer } = await tallyOf(ctx, question);
  return { ...shownSums(tally.sum), ...tally.shownGroups(USAGE_MAX_GROUPS), ...answer };
}

/** The groups that have most. */
export async function top(ctx: QueryCtx, question: TopQuestion & { caller: Caller }): Promise<UsageTop> {
  const limit = checkedLimit(question.limit);
  const { tally, ...answer } = await tallyOf(ctx, question);
  return { items: tally.top(question.measure ?? "cost", limit), ...answer };
}

async function tallyOf(ctx: QueryCtx, question: SummaryQuestion & { caller: Caller }) {
  const { by } = question;
  const span = spanOf(question);
  const target = await openTarget(ctx, question);
  checkBy(by, target);
  const tally = new UsageTally(by);
  const add = only(question, (entry) => tally.add(entry));
  const isComplete = await gather(ctx, { target, span, by, add });
  return { tally, currency: await currencyOf(ctx), isComplete };
}

/** Points of hours, days or months, also of those in which nothing was used. */
export async function timeseries(
  ctx: QueryCtx,
  question: SeriesQuestion & { caller: Caller },
): Promise<UsageSeries> {
  const { every, by } = question;
  const span = spanOf(question);
  const until = question.to ?? Math.max(span.from, Date.now());
  const starts = startsIn({ from: span.from, to: until }, every, SERIES_MAX_POINTS);
  if (starts === null)
    throw memoryError(
      "INVALID_ARGUMENT",
      `A series has ${SERIES_MAX_POINTS} points at most: ask for less time.`,
    );
  const target = await openTarget(ctx, question);
  checkBy(by, target);
  const tallies = new Map(starts.map((start) => [start, new UsageTally(by)]));
  const add = only(question, (entry) => {
    const start = startOf(entry.at, every);
    const tally = tallies.get(start) ?? new UsageTally(by); // a clock that is ahead
    tally.add(entry);
    tallies.set(start, tally);
  });
  const isComplete = await gather(ctx, { target, span, every, by, add });
  const points = [...tallies.entries()]
    .sort(([first], [second]) => first - second)
    .map(([at, tally]) => ({ at, ...shownSums(tally.sum), ...tally.shownGroups(SERIES_MAX_GROUPS) }));
  return { points, currency: await currencyOf(ctx), isComplete };
}

/** The time that is meant. Throws `INVALID_ARGUMENT` for times that are none, or for two answers to when. */
export function spanOf({ from, to, period }: Pick<SummaryQuestion, "from" | "to" | "period">): Span {
  checkTime("from", from);
  checkTime("to", to);
  if (period === undefined) return { from: from ?? ALWAYS.from, to: to ?? ALWAYS.to };
  if (from !== undefined || to !== undefined)
    throw memoryError("INVALID_ARGUMENT", "Give either a `period`, or `from` and `to`.");
  return { from: startOf(Date.now(), period), to: ALWAYS.to };
}

/** Rows of one user say nothing of users, and a tenant's nothing of tenants. */
function checkBy(by: UsageBy | undefined, { kind }: UsageTarget): void {
  if (by === "tenant" && kind !== "all")
    throw memoryError("INVALID_ARGUMENT", "Only all usage can be told apart by tenant.");
  if (by === "user" && kind !== "all" && kind !== "tenant")
    throw memoryError("INVALID_ARGUMENT", "Only the usage of a tenant, or all, can be told apart by user.");
}

type Filter = Pick<SummaryQuestion, "agentName" | "provider" | "model" | "purpose">;

/** Passes on what the filter lets through. */
const only =
  ({ agentName, provider, model, purpose }: Filter, add: (entry: UsageEntry) => void) =>
  (entry: UsageEntry): void => {
    const isMeant =
      (agentName === undefined || agentName === entry.agentName) &&
      (provider === undefined || provider === entry.provider) &&
      (model === undefined || model === entry.model) &&
      (purpose === undefined || purpose === entry.purpose);
    if (isMeant) add(entry);
  };
