import type { ComponentApi } from "../component/_generated/component.js";
import type { Block, BlockEdit, BlockVersion } from "../validators/block.js";
import type { Page, PageRequest } from "../validators/page.js";
import type { Caller } from "../validators/principal.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";
import type { MemoryScope } from "./scopes.js";

/** What a block is besides its value; only the app itself may change it, an agent may not. */
export type BlockSettings = {
  /** What belongs in it, for the agent that keeps it: at most 1 KiB. An empty one stands for none. */
  description?: string;
  /** The longest value, by our estimate: 500 tokens unless told, at most 4,000. */
  maxTokens?: number;
  /** Agents may not write it: a principal with `agentName` gets `BLOCK_READ_ONLY`. */
  readOnly?: boolean;
};

type Labelled = MemoryScope & { label: string };

/** Working memory: short labelled texts that are in every context of their scope. At most 32 in a scope. */
export class BlocksClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Makes a block at version 1. Throws `BLOCK_EXISTS` when the scope has the label (also when repeated),
   * `BLOCK_TOO_LARGE`, `INVALID_ARGUMENT`, `THREAD_NOT_FOUND`, `FORBIDDEN`.
   *
   * @example await memory.as(principal).blocks.create(ctx, { scope: "user", label: "human", maxTokens: 300 });
   */
  async create(
    ctx: MutationCtx,
    args: Labelled & BlockSettings & { value?: string },
  ): Promise<{ blockId: string; version: number }> {
    return await ctx.runMutation(this.component.blocks.create, { ...args, caller: this.caller });
  }

  /** The block of a label, or null; live in a query. Throws `THREAD_NOT_FOUND`, `INVALID_ARGUMENT`. */
  async get(ctx: QueryCtx, args: Labelled): Promise<Block | null> {
    return await ctx.runQuery(this.component.blocks.get, { ...args, caller: this.caller });
  }

  /** All blocks of a scope by label, at most 32. Throws `THREAD_NOT_FOUND`, `INVALID_ARGUMENT`. */
  async list(ctx: QueryCtx, args: MemoryScope): Promise<Block[]> {
    return await ctx.runQuery(this.component.blocks.list, { ...args, caller: this.caller });
  }

  /**
   * Changes the value, the settings or both. `edit` sets the value, appends a line, or replaces a passage that stands
   * in it exactly once. With `version` it is a compare-and-set. A lower limit is not held against the value that
   * stands, only against the next. Safe to retry with `operationId`, or with `version` and a `set`.
   *
   * Throws `BLOCK_NOT_FOUND`, `VERSION_MISMATCH` (`details.version` is the one that stands), `BLOCK_TOO_LARGE`
   * (`details` names `maxTokens`, `tokens` and `overrun`), `BLOCK_READ_ONLY`, `FORBIDDEN` for settings by an agent,
   * `INVALID_ARGUMENT`, `OPERATION_MISMATCH`, `THREAD_NOT_FOUND`.
   *
   * @example
   * const edit = { kind: "append" as const, text: "Prefers short answers." };
   * await memory.as(principal).blocks.update(ctx, { scope: "user", label: "human", edit, version: 3 });
   */
  async update(
    ctx: MutationCtx,
    args: Labelled & BlockSettings & { edit?: BlockEdit; version?: number; operationId?: string },
  ): Promise<{ version: number }> {
    return await ctx.runMutation(this.component.blocks.update, { ...args, caller: this.caller });
  }

  /** The last 50 values of a block, newest first, in pages. Throws `BLOCK_NOT_FOUND`, `INVALID_ARGUMENT`. */
  async history(ctx: QueryCtx, args: Labelled & PageRequest): Promise<Page<BlockVersion>> {
    return await ctx.runQuery(this.component.blocks.history, { ...args, caller: this.caller });
  }

  /**
   * Writes the value of version `from` anew, if the block stands at `version`. Throws as `update`, and
   * `BLOCK_NOT_FOUND` when that version is not kept any more.
   */
  async restore(
    ctx: MutationCtx,
    args: Labelled & { from: number; version: number },
  ): Promise<{ version: number }> {
    return await ctx.runMutation(this.component.blocks.restore, { ...args, caller: this.caller });
  }

  /** Removes a block with its history. Throws `BLOCK_NOT_FOUND` (also when repeated), `BLOCK_READ_ONLY`. */
  async remove(ctx: MutationCtx, args: Labelled): Promise<void> {
    await ctx.runMutation(this.component.blocks.remove, { ...args, caller: this.caller });
  }
}
