import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller } from "../validators/principal.js";
import type { RunTotals } from "../validators/run.js";
import type { Usage, UsageEvent } from "../validators/usage.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

/** The ledger: one event for each call of a model. Runs record theirs; this is for other calls, and for reading. */
export class UsageClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Records a call of a model. With `operationId` it is safe to retry for 24 h; with another payload the same id
   * throws `OPERATION_MISMATCH`. Throws `THREAD_NOT_FOUND`, `RUN_NOT_FOUND`, `INVALID_ARGUMENT`.
   *
   * @example await memory.as(principal).usage.record(ctx, { usage, threadId, operationId: jobId });
   */
  async record(
    ctx: MutationCtx,
    args: { usage: Usage; threadId?: string; runId?: string; operationId?: string },
  ): Promise<{ eventId: string }> {
    return await ctx.runMutation(this.component.usage.record, { ...args, caller: this.caller });
  }

  /**
   * Events of a run, of a thread, of the runs nested right below `parentRunId`, or the caller's own, newest first, in
   * pages of at most 200 (20 unless named). Throws `THREAD_NOT_FOUND` and `RUN_NOT_FOUND`.
   */
  async list(
    ctx: QueryCtx,
    args: {
      threadId?: string;
      runId?: string;
      parentRunId?: string;
      cursor: string | null;
      limit?: number;
    },
  ): Promise<{ page: UsageEvent[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.usage.list, { ...args, caller: this.caller });
  }

  /**
   * What a thread used in all: the exact sum of its events, read in pages of 200. Inside a query or mutation it is
   * for threads of up to some thousand events; an action has no such limit. Throws `THREAD_NOT_FOUND`.
   */
  async total(ctx: QueryCtx, args: { threadId: string }): Promise<RunTotals> {
    const sum: RunTotals = { calls: 0, inputTokens: 0, outputTokens: 0 };
    let cursor: string | null = null;
    do {
      const page: RunTotals & { cursor: string | null } = await ctx.runQuery(this.component.usage.total, {
        caller: this.caller,
        ...args,
        cursor,
      });
      sum.calls += page.calls;
      sum.inputTokens += page.inputTokens;
      sum.outputTokens += page.outputTokens;
      cursor = page.cursor;
    } while (cursor !== null);
    return sum;
  }
}
