import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller } from "../validators/principal.js";
import type { Run, RunState, ToolCall } from "../validators/run.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

type PageRequest = { cursor: string | null; limit?: number };

/** The runs of a thread: what an agent is doing, has done, and what it used. */
export class RunsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /** A run by its id, live in a query. Throws `RUN_NOT_FOUND`. */
  async get(ctx: QueryCtx, args: { runId: string }): Promise<Run> {
    return await ctx.runQuery(this.component.runs.get, { ...args, caller: this.caller });
  }

  /** The thread's active run, else its last one, else `null`. Throws `THREAD_NOT_FOUND`. */
  async latest(ctx: QueryCtx, args: { threadId: string }): Promise<Run | null> {
    return await ctx.runQuery(this.component.runs.latest, { ...args, caller: this.caller });
  }

  /**
   * The runs of a thread, newest first, in pages of at most 200 (20 unless named). Throws `THREAD_NOT_FOUND`, and
   * `INVALID_ARGUMENT` for a cursor or limit that is none.
   */
  async list(
    ctx: QueryCtx,
    args: { threadId: string } & PageRequest,
  ): Promise<{ page: Run[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.runs.list, { ...args, caller: this.caller });
  }

  /**
   * The tool calls of a run in the order of their places, in pages of at most 200 (20 unless named). Throws
   * `RUN_NOT_FOUND` and `INVALID_ARGUMENT`.
   */
  async listToolCalls(
    ctx: QueryCtx,
    args: { runId: string } & PageRequest,
  ): Promise<{ page: ToolCall[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.runs.listToolCalls, { ...args, caller: this.caller });
  }

  /**
   * Opens a thread below that of the caller's run, for another agent that the run asks; it is removed with that thread.
   * With `operationId` it is safe to retry. `agentTool` does this by itself. Throws `RUN_NOT_FOUND`, `RUN_ENDED`,
   * `NESTING_TOO_DEEP`, `OPERATION_MISMATCH` and `INVALID_ARGUMENT`.
   *
   * @example const { threadId } = await ctx.memory.runs.createNestedThread(ctx, { runId: ctx.runId, operationId: ctx.operationId });
   */
  async createNestedThread(
    ctx: MutationCtx,
    args: { runId: string; title?: string; operationId?: string },
  ): Promise<{ threadId: string }> {
    return await ctx.runMutation(this.component.runs.createNestedThread, { ...args, caller: this.caller });
  }

  /**
   * The runs of the agents that a run asked, newest first, each in a thread of its own, in pages of at most 200 (20
   * unless named). Throws `RUN_NOT_FOUND` and `INVALID_ARGUMENT`.
   *
   * @example const { page } = await memory.as(principal).runs.listNested(ctx, { runId, cursor: null });
   */
  async listNested(
    ctx: QueryCtx,
    args: { runId: string } & PageRequest,
  ): Promise<{ page: Run[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.runs.listNested, { ...args, caller: this.caller });
  }

  /**
   * Cancels a run with the runs that are nested in it. It stops before its next step or tool; a streaming model call stops at its next append; what was
   * said is kept as a failed message. An ended run stays as it ended. Safe to retry.
   * Throws `RUN_NOT_FOUND`, and `FORBIDDEN` for who may only read the thread.
   */
  async cancel(ctx: MutationCtx, args: { runId: string; reason?: string }): Promise<{ state: RunState }> {
    return await ctx.runMutation(this.component.runs.cancel, { ...args, caller: this.caller });
  }
}
