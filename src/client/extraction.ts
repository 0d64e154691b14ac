import type { ComponentApi } from "../component/_generated/component.js";
import type { ExtractedFact, ExtractionCommit, Unread } from "../validators/extraction.js";
import type { PageRequest } from "../validators/page.js";
import type { Caller, Principal, ScopeKind } from "../validators/principal.js";
import type { ThreadPlace } from "../validators/thread.js";
import type { Usage } from "../validators/usage.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

/** Where facts of a thread go: the thread's own scope when it is shared, else the user's, unless told. */
type ThreadToRead = { threadId: string; scope?: ScopeKind };

/**
 * The cursor of an extraction, for those who bring a way to find facts of their own. `extractFacts` of
 * `convex-agent-memory/ai` does both calls and the model's between them.
 */
export class ExtractionClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * What people and agents said in a thread after its cursor, with known facts that are like it: at most 40 messages
   * and 48 KiB. Needs to write the thread. Throws `THREAD_NOT_FOUND`, `FORBIDDEN`.
   */
  async read(ctx: QueryCtx, args: ThreadToRead): Promise<Unread> {
    return await ctx.runQuery(this.component.extraction.read, { ...args, caller: this.caller });
  }

  /**
   * Writes what was found in a reading and moves the cursor, if it stands where the reading began; else it answers
   * `stale` and writes only what the call cost. So a late or repeated commit changes nothing. Each fact rests on
   * messages of that reading; one whose messages were edited or removed meanwhile is dropped, as is one that was
   * declined or forgotten before. Throws `THREAD_NOT_FOUND`, `FORBIDDEN`, `RUN_NOT_FOUND`, `INVALID_ARGUMENT`.
   */
  async commit(
    ctx: MutationCtx,
    args: ThreadToRead & {
      from: ThreadPlace | null;
      to: ThreadPlace;
      readAt: number;
      isLast: boolean;
      facts: ExtractedFact[];
      status: "active" | "candidate";
      usage?: Usage;
      /** The run that it was done for, in the ledger. */
      runId?: string;
    },
  ): Promise<ExtractionCommit> {
    return await ctx.runMutation(this.component.extraction.commit, { ...args, caller: this.caller });
  }

  /**
   * Threads, newest activity first, and whether something in them was not read yet: the caller's own, or for the system
   * an owner's or everyone's. Throws `INVALID_ARGUMENT`.
   */
  async list(
    ctx: QueryCtx,
    args: PageRequest & { owner?: Principal },
  ): Promise<{ page: { threadId: string; isUnread: boolean }[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.extraction.list, { ...args, caller: this.caller });
  }
}
