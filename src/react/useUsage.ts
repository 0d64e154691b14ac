import type { FunctionReturnType } from "convex/server";
import type { SeriesQuestion, SummaryQuestion, UsageSeries, UsageSummary } from "../validators/usageSums.js";
import type { PublicQuery } from "./references.js";
import { useQueryResult } from "./useQueryResult.js";

type Asks<Question> = Omit<Question, "tenantId" | "userId">;

/** The app's functions that `useUsage` calls, as `memory.exposeApi` makes them. */
export type UsageApi = {
  usageSummary: PublicQuery<Asks<SummaryQuestion>, UsageSummary>;
  usageTimeseries: PublicQuery<Asks<SeriesQuestion>, UsageSeries>;
};

/**
 * Whose usage, of when, and by what it is told apart. With `every` and `from` there is a series as well. Times are in
 * ms since the epoch: round what you take from the clock, or each rendering asks something else.
 */
export type UsageQuestion = Asks<SummaryQuestion> & Partial<Pick<SeriesQuestion, "every">>;

export type UseUsageResult<Api extends UsageApi> = {
  /** The sums; `undefined` until they are there. */
  summary: FunctionReturnType<Api["usageSummary"]> | undefined;
  /** The same as points of hours, days or months; `undefined` where none was asked for, and until it is there. */
  series: FunctionReturnType<Api["usageTimeseries"]> | undefined;
  /** True until all that was asked for is there. */
  isLoading: boolean;
};

/**
 * What was used, live. `"skip"` for nothing. Throws while rendering what the queries throw.
 *
 * @example
 * const { summary, series } = useUsage(api.spending, { from: startOfMonth, every: "day", by: "model" });
 */
export function useUsage<Api extends UsageApi>(
  api: Api,
  question: UsageQuestion | "skip",
): UseUsageResult<Api> {
  const { summary: sums, series: points } = questionsOf(question);
  const summary = useQueryResult<Api["usageSummary"]>(api.usageSummary, sums);
  const series = useQueryResult<Api["usageTimeseries"]>(api.usageTimeseries, points);
  const isLoading = (sums !== "skip" && summary === undefined) || (points !== "skip" && series === undefined);
  return { summary, series, isLoading };
}

/** A summary is of a period or between times; a series begins somewhere. */
function questionsOf(question: UsageQuestion | "skip") {
  if (question === "skip") return { summary: question, series: question } as const;
  const { every, period, ...asked } = question;
  const { from } = asked;
  return {
    summary: { ...asked, period },
    series: every === undefined || from === undefined ? "skip" : { ...asked, from, every },
  } as const;
}
