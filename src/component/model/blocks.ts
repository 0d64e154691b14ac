import { stream } from "convex-helpers/server/stream";
import type { Block, BlockVersion } from "../../validators/block.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { blocksIn, openBlock, openLabel, toBlock, type BlockArgs } from "./blockRows.js";
import { pageOf } from "./paging.js";
import { openScope, type ScopeArgs } from "./scopeAccess.js";
import type { SweepBudget } from "./sweepBudget.js";

export { create, remove, restore, update } from "./blockWrite.js";

/** The block of a label, or null. */
export async function get(ctx: QueryCtx, args: BlockArgs): Promise<Block | null> {
  const { block } = await openLabel(ctx, args, "read");
  return block === null ? null : toBlock(block, args.scope);
}

/** All blocks of a scope by label. */
export async function list(ctx: QueryCtx, args: ScopeArgs): Promise<Block[]> {
  const { scope } = await openScope(ctx, args, "read");
  return (await blocksIn(ctx, scope)).map((block) => toBlock(block, args.scope));
}

/** The values that a block had, newest first. */
export async function history(ctx: QueryCtx, args: BlockArgs & PageRequest): Promise<Page<BlockVersion>> {
  const { block } = await openBlock(ctx, args, "read");
  const rows = stream(ctx.db, schema)
    .query("blockVersions")
    .withIndex("by_block", (q) => q.eq("blockId", block._id))
    .order("desc");
  const { page, cursor } = await pageOf(rows, args);
  return {
    page: page.map(({ version, value, writtenBy, _creationTime }) => ({
      version,
      value,
      writtenAt: Math.floor(_creationTime),
      ...(writtenBy === undefined ? {} : { writtenBy }),
    })),
    cursor,
  };
}

/** Removes a page of a thread's blocks; false when the page is full before the last. */
export async function removeBlocksOfThread(
  ctx: MutationCtx,
  { threadId, budget }: { threadId: Id<"threads">; budget: SweepBudget },
): Promise<boolean> {
  const blocks = ctx.db.query("blocks").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  for await (const block of blocks) {
    const versions = ctx.db.query("blockVersions").withIndex("by_block", (q) => q.eq("blockId", block._id));
    for await (const version of versions) {
      if (!(await budget.take())) return false;
      await ctx.db.delete("blockVersions", version._id);
    }
    if (!(await budget.take())) return false;
    await ctx.db.delete("blocks", block._id);
  }
  return true;
}
