import type { Page, PageRequest } from "../validators/page.js";
import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller } from "../validators/principal.js";
import type { Usage, UsageEvent } from "../validators/usage.js";
import type {
  SeriesQuestion,
  SummaryQuestion,
  TopQuestion,
  UsageSeries,
  UsageSummary,
  UsageTop,
} from "../validators/usageSums.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

/** Whose events, and of when: see `list`. */
type EventsRequest = {
  threadId?: string;
  runId?: string;
  parentRunId?: string;
  tenantId?: string;
  userId?: string;
  from?: number;
  to?: number;
};

/** The ledger: one event for each call of a model or a service. Runs record theirs; this is for other calls, and for reading. */
export class UsageClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Records a call of a model or a service. With `operationId` it is safe to retry for 24 h; with another payload the same id
   * throws `OPERATION_MISMATCH`. `agentName`: of an agent whose call no run made; its own budgets, and those that its
   * rules have opened, count it too. `costMicros` is absent where the cost is unknown. Throws `THREAD_NOT_FOUND`,
   * `RUN_NOT_FOUND`, `CURRENCY_MISMATCH`, `INVALID_ARGUMENT`.
   *
   * @example await memory.as(principal).usage.record(ctx, { usage, threadId, operationId: jobId });
   */
  async record(
    ctx: MutationCtx,
    args: { usage: Usage; threadId?: string; runId?: string; agentName?: string; operationId?: string },
  ): Promise<{ eventId: string; costMicros?: number }> {
    return await ctx.runMutation(this.component.usage.record, { ...args, caller: this.caller });
  }

  /**
   * Events, newest first: of a run, of a thread, of the runs nested right below `parentRunId`, or the caller's own; the
   * system names a `tenantId` or a `userId` (with the tenant they are in), or reads all. `from` and `to` in ms since the
   * epoch, `to` not included. Pages of at most 200 (20 unless named). Throws `THREAD_NOT_FOUND`, `RUN_NOT_FOUND`,
   * `FORBIDDEN`, `INVALID_ARGUMENT`.
   */
  async list(ctx: QueryCtx, args: EventsRequest & PageRequest): Promise<Page<UsageEvent>> {
    return await ctx.runQuery(this.component.usage.list, { ...args, caller: this.caller });
  }

  /**
   * What was used: calls, tokens of each kind, what it cost in millionths of the ledger's currency. Of a run, of a
   * thread, or the caller's own; the system names a `tenantId` or a `userId`, or asks for all. Of all time, or `from` and
   * `to` (ms since the epoch, `to` not included), or the `period` that it is: `"day"` or `"month"`, UTC. `by` tells it
   * apart: the 200 groups that cost most. Filters: `agentName`, `provider`, `model`, `purpose`.
   *
   * Exact at every moment. A month reads 31 rows a group, and the events of the last minute; a span that begins or ends
   * within a day reads that day's events. Beyond 8,000 rows or 4,000 events `isComplete` is false, and the
   * oldest are left out: ask for less at once. `costMicros` is of the calls whose cost is known, and absent where none is;
   * `unpricedCalls` counts the others. Throws `THREAD_NOT_FOUND`, `RUN_NOT_FOUND`, `FORBIDDEN`, `INVALID_ARGUMENT`.
   *
   * @example const { costMicros, groups } = await memory.asSystem().usage.summary(ctx, { tenantId, period: "month", by: "model" });
   */
  async summary(ctx: QueryCtx, args: SummaryQuestion): Promise<UsageSummary> {
    return await ctx.runQuery(this.component.usage.summary, { ...args, caller: this.caller });
  }

  /**
   * What was used in each hour, day or month (UTC) from `from` on, until `to` or now: at most 400 points, empty ones too.
   * Whose, what and how exact as in `summary`; with `by` each point has its 20 groups that cost most. Hours are added up
   * from events, of which one question reads 4,000. Throws as `summary`.
   *
   * @example const { points } = await memory.as(principal).usage.timeseries(ctx, { from, every: "day", by: "model" });
   */
  async timeseries(ctx: QueryCtx, args: SeriesQuestion): Promise<UsageSeries> {
    return await ctx.runQuery(this.component.usage.timeseries, { ...args, caller: this.caller });
  }

  /**
   * The groups that have most, by `measure`: `"cost"` unless told, `"tokens"` (input and output) or `"calls"`; 20 unless
   * told, 200 at most. By `"user"` of a tenant or of all, by `"tenant"` of all, by the others of anything. Exact where
   * `isComplete`; else of the newest days that could be read. Whose and when as in `summary`. Throws as `summary`.
   *
   * @example const { items } = await memory.asSystem().usage.top(ctx, { tenantId, period: "month", by: "user" });
   */
  async top(ctx: QueryCtx, args: TopQuestion): Promise<UsageTop> {
    return await ctx.runQuery(this.component.usage.top, { ...args, caller: this.caller });
  }

  /**
   * A page of events as lines of JSON, oldest first; `cursor` leads on until it is null, also in another action. Whose
   * and of when as in `list`. Throws as `list`.
   */
  async export(
    ctx: QueryCtx,
    args: EventsRequest & PageRequest,
  ): Promise<{ lines: string; cursor: string | null }> {
    return await ctx.runQuery(this.component.usage.exportLines, { ...args, caller: this.caller });
  }

  /**
   * All of it, page by page: for an action, which may read more than one transaction can. Name a `to`, else it goes on
   * with what comes meanwhile.
   *
   * @example for await (const lines of memory.asSystem().usage.exportAll(ctx, { tenantId, from, to })) write(lines);
   */
  async *exportAll(ctx: QueryCtx, args: EventsRequest): AsyncGenerator<string, void> {
    let cursor: string | null = null;
    do {
      const page: { lines: string; cursor: string | null } = await this.export(ctx, {
        ...args,
        cursor,
        limit: EXPORT_PAGE_EVENTS,
      });
      if (page.lines !== "") yield page.lines;
      cursor = page.cursor;
    } while (cursor !== null);
  }

  /**
   * Takes a user's name out of the ledger, for the system: the events stay, without the name and the provider's record,
   * and count for nobody of that tenant, so that the sums of tenant and app stay what they are. The user's budgets go. A page of 200 events at
   * once, a sweep does the rest; every sum is exact in between. Safe to retry: `isDone` says that nothing is left. Usage
   * that is recorded for the user later is there again. Throws `FORBIDDEN`, `INVALID_ARGUMENT`.
   *
   * @example await memory.asSystem().usage.eraseUser(ctx, { tenantId, userId });
   */
  async eraseUser(
    ctx: MutationCtx,
    args: { tenantId?: string; userId: string },
  ): Promise<{ isDone: boolean }> {
    return await ctx.runMutation(this.component.usage.eraseUser, { ...args, caller: this.caller });
  }
}

const EXPORT_PAGE_EVENTS = 200;
