import type { RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import { vBudgetStatus, type BudgetStatus } from "../../validators/budget.js";
import { type Page, type PageRequest, vPage, vPageRequest } from "../../validators/page.js";
import { vUsageEvent, type UsageEvent } from "../../validators/usage.js";
import {
  vSeriesQuestion,
  vSummaryQuestion,
  vTopQuestion,
  vUsageSeries,
  vUsageSummary,
  vUsageTop,
  type SeriesQuestion,
  type SummaryQuestion,
  type TopQuestion,
  type UsageSeries,
  type UsageSummary,
  type UsageTop,
} from "../../validators/usageSums.js";
import { query, type DoorsOf } from "./door.js";
import { vOptionalNumber, vOptionalText } from "./shapes.js";

// Whom the system may name, nobody may here: what the caller used, or what a thread or a run did that they may read.

type ExposedSummary = Omit<SummaryQuestion, "tenantId" | "userId">;
type ExposedSeries = Omit<SeriesQuestion, "tenantId" | "userId">;
type ExposedTop = Omit<TopQuestion, "tenantId" | "userId">;
type ExposedEvents = PageRequest & {
  threadId?: string;
  runId?: string;
  parentRunId?: string;
  from?: number;
  to?: number;
};

export type ExposedUsage = {
  /** What the caller used, or what a thread or a run did that they may read. */
  usageSummary: RegisteredQuery<"public", ExposedSummary, Promise<UsageSummary>>;
  /** The same as points of hours, days or months. */
  usageTimeseries: RegisteredQuery<"public", ExposedSeries, Promise<UsageSeries>>;
  /** Of the same, the models, agents, providers or purposes that have most. */
  usageTop: RegisteredQuery<"public", ExposedTop, Promise<UsageTop>>;
  /** The events themselves, newest first. */
  listUsage: RegisteredQuery<"public", ExposedEvents, Promise<Page<UsageEvent>>>;
  /** Where each budget stands that limits the caller, and the agent's and the thread's where they are named. */
  budgetStatus: RegisteredQuery<"public", { agentName?: string; threadId?: string }, Promise<BudgetStatus[]>>;
};

export const usageDoors: DoorsOf<ExposedUsage> = {
  usageSummary: query(
    vSummaryQuestion.omit("tenantId", "userId").fields,
    vUsageSummary,
    ({ memory, ctx }, args) => memory.usage.summary(ctx, args),
  ),
  usageTimeseries: query(
    vSeriesQuestion.omit("tenantId", "userId").fields,
    vUsageSeries,
    ({ memory, ctx }, args) => memory.usage.timeseries(ctx, args),
  ),
  usageTop: query(vTopQuestion.omit("tenantId", "userId").fields, vUsageTop, ({ memory, ctx }, args) =>
    memory.usage.top(ctx, args),
  ),
  listUsage: query(
    {
      threadId: vOptionalText,
      runId: vOptionalText,
      parentRunId: vOptionalText,
      from: vOptionalNumber,
      to: vOptionalNumber,
      ...vPageRequest,
    },
    vPage(vUsageEvent),
    ({ memory, ctx }, args) => memory.usage.list(ctx, args),
  ),
  budgetStatus: query(
    { agentName: vOptionalText, threadId: vOptionalText },
    v.array(vBudgetStatus),
    ({ memory, ctx }, args) => memory.budgets.status(ctx, args),
  ),
};
