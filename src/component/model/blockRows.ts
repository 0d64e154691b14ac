import { checkName } from "../../shared/checkedArguments.js";
import { BLOCKS_PER_SCOPE } from "../../shared/limits.js";
import { estimateTokens } from "../../shared/tokens.js";
import type { Block } from "../../validators/block.js";
import { memoryError } from "../../validators/errors.js";
import type { ScopeKind } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { openScope, type OpenScope, type ScopeArgs } from "./scopeAccess.js";

/** A block by its natural key: where it lives and its label. */
export type BlockArgs = ScopeArgs & { label: string };

/** The scope that the caller may use, and the block of that label in it, or null. */
export async function openLabel(
  ctx: QueryCtx,
  args: BlockArgs,
  need: "read" | "write",
): Promise<{ place: OpenScope; block: Doc<"blocks"> | null }> {
  checkName("label", args.label);
  const place = await openScope(ctx, args, need);
  const block = await ctx.db
    .query("blocks")
    .withIndex("by_scope", (q) => q.eq("scope", place.scope).eq("label", args.label))
    .unique();
  return { place, block };
}

/** The block, or `BLOCK_NOT_FOUND`. */
export async function openBlock(
  ctx: QueryCtx,
  args: BlockArgs,
  need: "read" | "write",
): Promise<{ place: OpenScope; block: Doc<"blocks"> }> {
  const { place, block } = await openLabel(ctx, args, need);
  if (block !== null) return { place, block };
  throw memoryError("BLOCK_NOT_FOUND", `There is no block "${args.label}" here: check label and scope.`, {
    label: args.label,
  });
}

/** All blocks of a scope by label: `BLOCKS_PER_SCOPE` at most. */
export const blocksIn = (ctx: QueryCtx, scope: string): Promise<Doc<"blocks">[]> =>
  ctx.db
    .query("blocks")
    .withIndex("by_scope", (q) => q.eq("scope", scope))
    .take(BLOCKS_PER_SCOPE);

/** A row as the component returns it. */
export function toBlock(row: Doc<"blocks">, scope: ScopeKind): Block {
  const { _id, _creationTime, scope: _scope, threadId: _thread, readOnly, ...kept } = row;
  return {
    ...kept,
    blockId: _id,
    scope,
    tokens: estimateTokens(row.value),
    readOnly: readOnly === true,
  };
}
