import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller } from "../validators/principal.js";
import type { Part } from "../validators/content.js";
import type { Run, RunState, ToolCall } from "../validators/run.js";
import type { SteeringPlace } from "../validators/turn.js";
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

  /**
   * Whether a run goes on, for the code that drives it: the cheapest question there is, one row. Throws
   * `RUN_NOT_FOUND`, also for whoever did not begin the run.
   *
   * @example if (!(await memory.as(principal).runs.isActive(ctx, { runId }))) abort.abort();
   */
  async isActive(ctx: QueryCtx, args: { runId: string }): Promise<boolean> {
    return await ctx.runQuery(this.component.runs.isActive, { ...args, caller: this.caller });
  }

  /** The thread's active run, else its last one that does not wait for its time, else `null`. Throws `THREAD_NOT_FOUND`. */
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
   * Says something to a run under way: the message is written at once, and the next call of the model reads it, also
   * where the run would have ended. A run that ends before leaves it in the thread, where the next run reads it.
   *
   * Throws `RUN_NOT_FOUND`, `FORBIDDEN` for who may only read the thread, `PROMPT_EMPTY`, `RUN_ENDED`, `RUN_QUEUED` for
   * a run that has not begun, `STEERING_FULL` past 16 unread messages or 64 in all, `OPERATION_MISMATCH`,
   * `MESSAGE_TOO_LARGE` or `FILE_NOT_FOUND`. Safe to retry with an `operationId`, remembered for 24 h.
   *
   * @example await memory.as(principal).runs.steer(ctx, { runId, prompt: "Only books after 1990.", operationId });
   */
  async steer(
    ctx: MutationCtx,
    { prompt, ...args }: { runId: string; prompt: string | Part[]; operationId?: string },
  ): Promise<SteeringPlace> {
    const parts: Part[] = typeof prompt === "string" ? [{ type: "text", text: prompt }] : prompt;
    return await ctx.runMutation(this.component.runs.steer, { ...args, prompt: parts, caller: this.caller });
  }

  /**
   * Cancels a run with the runs that are nested in it: it is over at once, and its thread free for the next that waits.
   * A call of the model and tools in flight are aborted, at the next append of a stream or else within seconds; nothing
   * follows them. What was said is kept as a failed message. One that waits leaves the queue, and its prompt stays as a
   * message. An ended run stays as it ended. Safe to retry.
   * Throws `RUN_NOT_FOUND`, and `FORBIDDEN` for who may only read the thread.
   */
  async cancel(ctx: MutationCtx, args: { runId: string; reason?: string }): Promise<{ state: RunState }> {
    return await ctx.runMutation(this.component.runs.cancel, { ...args, caller: this.caller });
  }
}
