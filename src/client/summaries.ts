import type { Page, PageRequest } from "../validators/page.js";
import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller, Principal } from "../validators/principal.js";
import type { Summary } from "../validators/summary.js";
import type {
  Committed,
  CompactionHead,
  NewSummary,
  OwnedSummary,
  Uncovered,
} from "../validators/summaryWork.js";
import type { ThreadPlace } from "../validators/thread.js";
import type { Usage } from "../validators/usage.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

export type CommitSummary = {
  threadId: string;
  /** Where the thread stood when it was read: `head` of `listUncovered`. */
  expected: CompactionHead;
  /** Up to here outputs of tools are shown as placeholders; it only moves forward. */
  prunedTo?: ThreadPlace;
  summary?: NewSummary;
  /** The call of the model that wrote it: recorded in the ledger as `compaction`, once. */
  usage?: Usage;
  runId?: string;
  /** Names the job: with it a call that came too late is recorded too, once. */
  operationId?: string;
};

/**
 * Summaries that stand in contexts for the older messages of a thread. They are overlays: the messages stay readable
 * and findable. Most apps let an agent, or `compactThread` of `convex-agent-memory/ai`, write them.
 */
export class SummariesClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Writes a summary, moves `prunedTo`, or both, in one compare-and-set: a job that is late or repeated changes nothing
   * and gets `committed: false` with where the thread stands. A summary must begin right behind the one before it and
   * end between whole tool groups; at most 32 KiB. For writers. Safe to retry. Throws `THREAD_NOT_FOUND`, `FORBIDDEN`,
   * `INVALID_ARGUMENT`, and `OPERATION_MISMATCH` for an operationId that was used with another usage.
   *
   * @example
   * const { head, messages } = await memory.as(principal).summaries.listUncovered(ctx, { threadId, after: null });
   * await memory.as(principal).summaries.commit(ctx, { threadId, expected: head, summary: { from, to, text } });
   */
  async commit(ctx: MutationCtx, args: CommitSummary): Promise<Committed> {
    return await ctx.runMutation(this.component.summaries.commit, { ...args, caller: this.caller });
  }

  /** A summary by its id. Throws `SUMMARY_NOT_FOUND`, also when it was removed with a message that it covered. */
  async get(ctx: QueryCtx, args: { summaryId: string }): Promise<Summary> {
    return await ctx.runQuery(this.component.summaries.get, { ...args, caller: this.caller });
  }

  /**
   * The summaries of a thread, newest first, in pages of at most 200 (20 unless named): the last 64 are kept. Throws
   * `THREAD_NOT_FOUND` and `INVALID_ARGUMENT`.
   */
  async list(ctx: QueryCtx, args: { threadId: string } & PageRequest): Promise<Page<Summary>> {
    return await ctx.runQuery(this.component.summaries.list, { ...args, caller: this.caller });
  }

  /**
   * The newest summary, live in a query, or `null`. With `beforeTurn`, the newest that tells nothing of that turn or
   * later ones. Throws `THREAD_NOT_FOUND`.
   */
  async latest(ctx: QueryCtx, args: { threadId: string; beforeTurn?: number }): Promise<Summary | null> {
    return await ctx.runQuery(this.component.summaries.latest, { ...args, caller: this.caller });
  }

  /**
   * The messages that no summary covers, in order, from behind `after` on: at most 200 (20 unless named), fewer when
   * they are long. `cursor` is the next page's `after`, `null` at the thread's end. Throws `THREAD_NOT_FOUND` and
   * `INVALID_ARGUMENT`.
   */
  async listUncovered(
    ctx: QueryCtx,
    args: { threadId: string; after: ThreadPlace | null; limit?: number },
  ): Promise<Uncovered> {
    return await ctx.runQuery(this.component.summaries.listUncovered, { ...args, caller: this.caller });
  }

  /**
   * Summaries that were written from `since` until before `until` (ms since the epoch), newest first, with the owner
   * of their thread, in pages of at most 200 (20 unless named). A principal gets its own; the system names an `owner`,
   * or gets everyone's. Throws `FORBIDDEN` for another's, and `INVALID_ARGUMENT`.
   */
  async listRecent(
    ctx: QueryCtx,
    args: { owner?: Principal; since: number; until: number } & PageRequest,
  ): Promise<Page<OwnedSummary>> {
    return await ctx.runQuery(this.component.summaries.listRecent, { ...args, caller: this.caller });
  }
}
