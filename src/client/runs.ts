import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller } from "../validators/principal.js";
import type { Run, RunState, ToolCall } from "../validators/run.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";
import { logEnd } from "./runLog.js";
import type { ClientSettings } from "./settings.js";

type PageRequest = { cursor: string | null; limit?: number };

/** The runs of a thread: what an agent is doing, has done, and what it used. */
export class RunsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
    private readonly settings: ClientSettings,
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
   * Cancels a run. It stops before its next step or tool; a streaming model call stops at its next append; what was
   * said is kept as a failed message. An ended run stays as it ended. Safe to retry.
   * Throws `RUN_NOT_FOUND`, and `FORBIDDEN` for who may only read the thread.
   */
  async cancel(ctx: MutationCtx, args: { runId: string; reason?: string }): Promise<{ state: RunState }> {
    const ended = await ctx.runMutation(this.component.runs.cancel, { ...args, caller: this.caller });
    logEnd(ctx, this.settings, { runId: args.runId, ...ended });
    return { state: ended.state };
  }
}
