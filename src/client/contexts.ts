import type { ComponentApi } from "../component/_generated/component.js";
import { materialOf, type ContextMaterial } from "../parts/contextMaterial.js";
import type { ContextExplanation, ContextHindrance } from "../validators/context.js";
import type { Caller } from "../validators/principal.js";
import type { QueryCtx } from "./ctx.js";

/**
 * What came of showing a context again. `same`: `text` is, byte for byte, the canonical JSON of the `instructions`,
 * `tools` and `messages` that the model was given. Else the source that was changed or erased since.
 */
export type ReplayedContext = { kind: "same"; text: string } | ContextHindrance;

/** What models were shown: why each thing was in a context, and the whole of it again. */
export class ContextsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * What was in the call of a model that wrote this message: its sections in order, what stood in each and why, with
   * ranks and tokens, and what was left out. Live in a query; for whoever may read the thread. Throws
   * `TRACE_NOT_FOUND` for messages that no agent wrote.
   *
   * @example const { sections } = await memory.as(principal).contexts.explain(ctx, { messageId });
   */
  async explain(ctx: QueryCtx, args: { messageId: string }): Promise<ContextExplanation> {
    return await ctx.runQuery(this.component.contexts.explain, { ...args, caller: this.caller });
  }

  /**
   * Builds the context of that call again and compares it with the hash of what was sent. What was edited since
   * answers `SOURCE_CHANGED`, what is gone `SOURCE_ERASED`, with the source: erased words are never shown. Throws
   * `TRACE_NOT_FOUND`, and `FORBIDDEN` where it shows blocks or recalled text to another than the one who was answered
   * and the thread's owner.
   *
   * @example
   * const replayed = await memory.as(principal).contexts.replay(ctx, { messageId });
   * if (replayed.kind === "same") console.log(replayed.text);
   */
  async replay(ctx: QueryCtx, args: { messageId: string }): Promise<ReplayedContext> {
    return await ctx.runQuery(this.component.contexts.replay, { ...args, caller: this.caller });
  }

  /**
   * What that call was shown, for runtimes that show it to a model again; or what stands in the way. Throws as `replay`.
   */
  async material(ctx: QueryCtx, args: { messageId: string }): Promise<ContextMaterial | ContextHindrance> {
    const read = await ctx.runQuery(this.component.contexts.read, { ...args, caller: this.caller });
    return read.kind === "material" ? materialOf(read) : read;
  }
}
