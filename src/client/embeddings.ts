import type { ComponentApi } from "../component/_generated/component.js";
import type { BuildPlace, Generation, WorkTarget } from "../validators/embedding.js";
import type { Caller } from "../validators/principal.js";
import type { EntryVector, PendingEntry } from "../validators/recallEntry.js";
import type { Usage } from "../validators/usage.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

/** Vectors to store, and texts that the embedder refused. */
export type StoreVectors = {
  embedder: string;
  vectors: EntryVector[];
  /** Entries whose text the embedder refuses: they wait behind the others, and are given up after the third time. */
  refused?: string[];
  /** What all the vectors cost; the owners of the entries pay by the `tokens` of each, or alike where none has them. */
  usage?: Usage;
  /** Of a page of `listUnembedded`. */
  build?: BuildPlace;
};

/** Where work is to be done: in one thread, on what a user has, or, for the app's own code, on everything. */
export type WorkPlace = { threadId?: string };

type Lease = WorkPlace & { holder: string };

/** Vectors: what waits for one, and which embedder's are searched. `defineWorker` of `./ai` does the work. */
export class EmbeddingsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * What waits for a vector, at most 64 entries: of a thread, of the principal, or, for the system, of everything. New
   * entries come first; one that an embedder refused comes alone, when nothing else waits. `embedded` is the vector of
   * an entry whose text was embedded before. Throws `THREAD_NOT_FOUND` or `INVALID_ARGUMENT`.
   *
   * @example const waiting = await memory.as(principal).embeddings.listPending(ctx, { threadId, limit: 32 });
   */
  async listPending(ctx: QueryCtx, args: WorkPlace & { limit: number }): Promise<PendingEntry[]> {
    return await ctx.runQuery(this.component.embeddings.listPending, {
      caller: this.caller,
      target: this.target(args),
      limit: args.limit,
    });
  }

  /**
   * Stores vectors for entries that `listPending` gave, at most 128. Safe to retry: what has its vector, or is gone, is
   * passed over and not paid for again. Throws `INVALID_ARGUMENT` and stores nothing when the vectors differ in
   * length, are not finite or have more than 4,096 dimensions. A vector of zeros counts as made and is not kept.
   */
  async store(ctx: MutationCtx, args: StoreVectors): Promise<{ stored: number; refused: number }> {
    return await ctx.runMutation(this.component.embeddings.store, { ...args, caller: this.caller });
  }

  /**
   * Begins vectors of another embedder, or of another length, beside those that are searched; the worker fills them.
   * System only. With no vectors yet it is active at once. Safe to retry: it gives the generation that is there.
   *
   * Throws `INVALID_ARGUMENT` while there are two generations already, and `FORBIDDEN`.
   *
   * @example await memory.asSystem().embeddings.createGeneration(ctx, { embedder: embedderName(model), length: 1_536 });
   */
  async createGeneration(
    ctx: MutationCtx,
    args: { embedder: string; length: number },
  ): Promise<{ generationId: string }> {
    return await ctx.runMutation(this.component.embeddings.createGeneration, {
      ...args,
      caller: this.caller,
    });
  }

  /** The generations and how far each is filled; live in a query. System only. None: nothing was ever switched. */
  async progress(ctx: QueryCtx): Promise<{ generations: Generation[] }> {
    return await ctx.runQuery(this.component.embeddings.progress, { caller: this.caller });
  }

  /**
   * Makes a generation the one that is searched, in one mutation. While entries lack its vectors it changes nothing and
   * says `switched: false`, unless `force` is true. Safe to retry. Throws `GENERATION_NOT_FOUND`, `INVALID_ARGUMENT`
   * for one that is not being built, and `FORBIDDEN`.
   */
  async switchGeneration(
    ctx: MutationCtx,
    args: { generationId: string; force?: boolean },
  ): Promise<{ switched: boolean }> {
    const { generationId, force = false } = args;
    return await ctx.runMutation(this.component.embeddings.switchGeneration, {
      generationId,
      force,
      caller: this.caller,
    });
  }

  /**
   * Makes the generation that was active before active again; the other goes on being built. What was written in
   * between waits for its vector. Safe to retry. Throws as `switchGeneration`.
   */
  async rollBack(ctx: MutationCtx, args: { generationId: string }): Promise<null> {
    return await ctx.runMutation(this.component.embeddings.rollBack, { ...args, caller: this.caller });
  }

  /**
   * Removes a generation that is not active, with its vectors, in the background. Safe to retry until it is gone.
   * Throws as `switchGeneration`.
   */
  async retire(ctx: MutationCtx, args: { generationId: string }): Promise<null> {
    return await ctx.runMutation(this.component.embeddings.retire, { ...args, caller: this.caller });
  }

  /** For workers: the next entries that a generation lacks. System only. */
  async listUnembedded(
    ctx: QueryCtx,
    args: { generationId: string; after?: number; limit: number },
  ): Promise<{ page: PendingEntry[]; to: number; isDone: boolean }> {
    return await ctx.runQuery(this.component.embeddings.listUnembedded, { ...args, caller: this.caller });
  }

  /** For workers: takes a target, for 5 minutes at most; false while another worker has it. */
  async claim(ctx: MutationCtx, { holder, ...place }: Lease): Promise<{ claimed: boolean }> {
    const lease = { caller: this.caller, target: this.target(place), holder };
    return await ctx.runMutation(this.component.embeddings.claim, lease);
  }

  /** For workers: gives a target back. */
  async release(ctx: MutationCtx, { holder, ...place }: Lease): Promise<null> {
    const lease = { caller: this.caller, target: this.target(place), holder };
    return await ctx.runMutation(this.component.embeddings.release, lease);
  }

  private target({ threadId }: WorkPlace): WorkTarget {
    if (threadId !== undefined) return { kind: "thread", threadId };
    return { kind: this.caller === "system" ? "all" : "user" };
  }
}
