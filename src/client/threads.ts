import type { Page } from "../validators/page.js";
import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller, ParticipantRole, Principal } from "../validators/principal.js";
import type { Participant, Thread, ThreadHit, ThreadStatus } from "../validators/thread.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

type ThreadFields = { title?: string; metadata?: string };

/** Conversations: opening, listing, sharing and removing them. */
export class ThreadsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Opens a thread that belongs to the caller; the system names the `owner`. `metadata` is JSON text of at most
   * 16 KiB, `title` has at most 1 KiB. With `operationId` it is safe to retry: the same id gives the same thread, with
   * another payload it throws `OPERATION_MISMATCH`. Throws `INVALID_ARGUMENT`, `FORBIDDEN`, and `THREAD_NOT_FOUND`
   * for the parent.
   *
   * @example const { threadId } = await memory.as(principal).threads.create(ctx, { title: "Trip to Oslo" });
   */
  async create(
    ctx: MutationCtx,
    args: ThreadFields & { operationId?: string; parentThreadId?: string; owner?: Principal } = {},
  ): Promise<{ threadId: string }> {
    return await ctx.runMutation(this.component.threads.create, { ...args, caller: this.caller });
  }

  /** A thread with its counts and the words of its last message, live in a query. Throws `THREAD_NOT_FOUND`. */
  async get(ctx: QueryCtx, args: { threadId: string }): Promise<Thread> {
    return await ctx.runQuery(this.component.threads.get, { ...args, caller: this.caller });
  }

  /**
   * The caller's own threads, newest activity first, in pages of at most 200 (20 unless named). Start with
   * `cursor: null` and go on until the page's cursor is `null`. Threads that others share are not listed.
   * Throws `INVALID_ARGUMENT` for a cursor or limit that is none, `FORBIDDEN` for naming another owner.
   */
  async list(
    ctx: QueryCtx,
    args: { cursor: string | null; limit?: number; status?: ThreadStatus; owner?: Principal },
  ): Promise<Page<Thread>> {
    return await ctx.runQuery(this.component.threads.list, { ...args, caller: this.caller });
  }

  /**
   * The caller's own threads that fit some words, of which the last may be begun only, live in a query: those whose
   * title fits, then those in which it was said, best first, 20 unless told and 50 at most. Archived ones are among
   * them, threads that others share are not. One question looks at the 64 messages that fit best.
   * Throws `INVALID_ARGUMENT`, `FORBIDDEN` for naming another owner.
   *
   * @example const hits = await memory.as(principal).threads.search(ctx, { query: "trip to os" });
   */
  async search(
    ctx: QueryCtx,
    args: { query: string; limit?: number; owner?: Principal },
  ): Promise<ThreadHit[]> {
    return await ctx.runQuery(this.component.threads.search, { ...args, caller: this.caller });
  }

  /** How many threads the caller has, archived ones too. Reads one row, however many there are. */
  async count(ctx: QueryCtx, args: { owner?: Principal } = {}): Promise<number> {
    return await ctx.runQuery(this.component.threads.count, { ...args, caller: this.caller });
  }

  /**
   * Changes what is named; an empty `title` and `metadata` of `"null"` take theirs away. For owners. Safe to retry.
   * Throws `THREAD_NOT_FOUND`, `FORBIDDEN`, `INVALID_ARGUMENT`.
   */
  async update(
    ctx: MutationCtx,
    args: ThreadFields & { threadId: string; status?: ThreadStatus },
  ): Promise<void> {
    await ctx.runMutation(this.component.threads.update, { ...args, caller: this.caller });
  }

  /**
   * Removes a thread: it is closed to everyone when this returns, and its messages, runs, streams and entries of
   * recall follow in the background, in bounded pages. Files that only it held are removed after their grace period.
   * The ledger of usage stays. For owners. Throws `THREAD_NOT_FOUND` (also when repeated) and `FORBIDDEN`.
   */
  async remove(ctx: MutationCtx, args: { threadId: string }): Promise<void> {
    await ctx.runMutation(this.component.threads.remove, { ...args, caller: this.caller });
  }

  /**
   * Lets a user of the same tenant into a thread, or changes their role: a reader reads, a writer also writes and
   * starts runs, an owner does everything. At most 100. For owners. Safe to retry.
   * Throws `THREAD_NOT_FOUND`, `FORBIDDEN`, `INVALID_ARGUMENT`.
   *
   * @example await memory.as(principal).threads.setParticipant(ctx, { threadId, userId: "bob", role: "writer" });
   */
  async setParticipant(
    ctx: MutationCtx,
    args: { threadId: string; userId: string; role: ParticipantRole },
  ): Promise<void> {
    await ctx.runMutation(this.component.threads.setParticipant, { ...args, caller: this.caller });
  }

  /**
   * Shuts a user out of a thread, at once; a run of theirs fails at its next step. For owners; anyone may leave. Safe
   * to retry. Throws `THREAD_NOT_FOUND` and `FORBIDDEN`.
   */
  async removeParticipant(ctx: MutationCtx, args: { threadId: string; userId: string }): Promise<void> {
    await ctx.runMutation(this.component.threads.removeParticipant, { ...args, caller: this.caller });
  }

  /** Who may open the thread besides its owner: at most 100. Throws `THREAD_NOT_FOUND`. */
  async listParticipants(ctx: QueryCtx, args: { threadId: string }): Promise<Participant[]> {
    return await ctx.runQuery(this.component.threads.listParticipants, { ...args, caller: this.caller });
  }
}
