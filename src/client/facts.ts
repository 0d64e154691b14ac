import type { ComponentApi } from "../component/_generated/component.js";
import type { Fact, FactCounts, FactStatus, FactWrite, NewFact } from "../validators/fact.js";
import type { Page, PageRequest } from "../validators/page.js";
import type { Caller } from "../validators/principal.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";
import type { MemoryScope } from "./scopes.js";

/** What is known: facts with the time in which they are true, the time at which we learned them, and their sources. */
export class FactsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Writes 1 to 50 facts of at most 4 KiB each, in one transaction, and makes them findable. A text that the scope
   * holds already, whatever its case, spacing and closing marks, under the same key and in the same span of time is
   * not written again: the answer is `duplicate` with the fact that is there (`confirmed` when it was a candidate). So
   * it is safe to retry; the fact that is there lives as long as it was last said to. With `operationId` a repeated call
   * of the last 24 h gives the first answer whatever came between. A fact of the same key closes nothing: `supersedes`
   * does.
   *
   * Throws `INVALID_ARGUMENT`, `FACT_NOT_FOUND` and `FACT_CLOSED` for what it supersedes, `MESSAGE_NOT_FOUND` and
   * `RUN_NOT_FOUND` for sources that the caller may not read, `OPERATION_MISMATCH`, `THREAD_NOT_FOUND`, `FORBIDDEN`.
   *
   * @example
   * await memory.as(principal).facts.append(ctx, {
   *   scope: "user",
   *   facts: [{ text: "Lives in Oslo.", key: "home.city", sources: [{ kind: "message", messageId }] }],
   * });
   */
  async append(
    ctx: MutationCtx,
    args: MemoryScope & { facts: NewFact[]; operationId?: string },
  ): Promise<{ facts: FactWrite[] }> {
    return await ctx.runMutation(this.component.facts.append, { ...args, caller: this.caller });
  }

  /**
   * Replaces a fact by another, or by a chain of others, oldest first. The old one was true until the new one begins
   * (`validFrom`, now unless told) and is `superseded`; a chain is closed link by link, all in one transaction. The
   * new ones keep the key unless they name one. Safe to retry with `operationId`.
   *
   * Throws `FACT_NOT_FOUND`, `FACT_CLOSED` when it is closed already (`details.by` names what superseded it), and as
   * `append`.
   *
   * @example await memory.as(principal).facts.supersede(ctx, { factId, facts: [{ text: "Lives in Bergen." }] });
   */
  async supersede(
    ctx: MutationCtx,
    args: { factId: string; facts: NewFact[]; operationId?: string },
  ): Promise<{ facts: FactWrite[] }> {
    return await ctx.runMutation(this.component.facts.supersede, { ...args, caller: this.caller });
  }

  /**
   * Changes importance (0 to 1), pin, expiry (ms since the epoch, null for none) or metadata (JSON text, `"null"` for
   * none) of an open fact. A pinned fact loses its expiry. Safe to retry. Throws `FACT_NOT_FOUND`, `FACT_CLOSED`,
   * `FORBIDDEN`, `INVALID_ARGUMENT`.
   */
  async update(
    ctx: MutationCtx,
    args: {
      factId: string;
      importance?: number;
      pinned?: boolean;
      expiresAt?: number | null;
      metadata?: string;
    },
  ): Promise<void> {
    await ctx.runMutation(this.component.facts.update, { ...args, caller: this.caller });
  }

  /**
   * It was never true: recall and contexts do not find it any more. What was known before can still be asked with
   * `asOf`. Safe to retry. Throws `FACT_NOT_FOUND`, `FORBIDDEN`, and `FACT_CLOSED` unless it is active.
   */
  async retract(ctx: MutationCtx, args: { factId: string; reason?: string }): Promise<void> {
    await ctx.runMutation(this.component.facts.retract, { ...args, caller: this.caller });
  }

  /**
   * Erases what a fact says, in whatever state it is: its text and metadata are gone from the row, recall and `asOf`;
   * the row stays with key, times and the reason. An extraction does not learn the same words again; an append may
   * write them again. Safe to retry. Throws `FACT_NOT_FOUND`, `FORBIDDEN`.
   */
  async forget(ctx: MutationCtx, args: { factId: string; reason: string }): Promise<void> {
    await ctx.runMutation(this.component.facts.forget, { ...args, caller: this.caller });
  }

  /**
   * Takes a candidate: it is active and found from now on, and what it was to supersede is closed. Safe to retry.
   * Throws `FACT_NOT_FOUND`, `FORBIDDEN`, and `FACT_CLOSED` when it was declined or forgotten.
   *
   * @example
   * const { page } = await memory.as(principal).facts.list(ctx, { scope: "user", status: "candidate", cursor: null });
   */
  async confirm(ctx: MutationCtx, args: { factId: string }): Promise<void> {
    await ctx.runMutation(this.component.facts.confirm, { ...args, caller: this.caller });
  }

  /** Does not take a candidate; no extraction brings it again. Safe to retry. Throws as `confirm`. */
  async decline(ctx: MutationCtx, args: { factId: string; reason?: string }): Promise<void> {
    await ctx.runMutation(this.component.facts.decline, { ...args, caller: this.caller });
  }

  /** A fact in whatever state, live in a query. Throws `FACT_NOT_FOUND` for all that is not the caller's. */
  async get(ctx: QueryCtx, args: { factId: string }): Promise<Fact> {
    return await ctx.runQuery(this.component.facts.get, { ...args, caller: this.caller });
  }

  /**
   * Facts of a scope, the newest first, of one key by when they begin to be true: active ones unless `status` names
   * others or `any`. In pages, which may hold fewer than their limit where facts are filtered out. Throws
   * `INVALID_ARGUMENT`, `THREAD_NOT_FOUND`.
   */
  async list(
    ctx: QueryCtx,
    args: MemoryScope & PageRequest & { key?: string; status?: FactStatus | "any" },
  ): Promise<Page<Fact>> {
    return await ctx.runQuery(this.component.facts.list, { ...args, caller: this.caller });
  }

  /**
   * What was true at `validAt` by what was known at `knownAt` (both now unless told, in ms since the epoch), by key
   * and beginning. In pages, which may hold fewer than their limit. Throws `INVALID_ARGUMENT`, `THREAD_NOT_FOUND`.
   *
   * @example await memory.as(principal).facts.asOf(ctx, { scope: "user", key: "home.city", validAt, cursor: null });
   */
  async asOf(
    ctx: QueryCtx,
    args: MemoryScope & PageRequest & { key?: string; validAt?: number; knownAt?: number },
  ): Promise<Page<Fact>> {
    return await ctx.runQuery(this.component.facts.asOf, { ...args, caller: this.caller });
  }

  /** What a fact superseded and what superseded it, oldest first, at most 100 either way. Throws `FACT_NOT_FOUND`. */
  async history(ctx: QueryCtx, args: { factId: string }): Promise<{ facts: Fact[] }> {
    return await ctx.runQuery(this.component.facts.history, { ...args, caller: this.caller });
  }

  /**
   * How many facts a scope holds in each state, those that have expired and wait to be deleted among them. Reads one
   * row. Throws `INVALID_ARGUMENT`, `THREAD_NOT_FOUND`.
   */
  async count(ctx: QueryCtx, args: MemoryScope): Promise<FactCounts> {
    return await ctx.runQuery(this.component.facts.count, { ...args, caller: this.caller });
  }
}
