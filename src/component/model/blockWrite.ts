import {
  BLOCK_DEFAULT_TOKENS,
  BLOCK_VERSIONS_KEPT,
  BLOCKS_PER_SCOPE,
  PURGE_PER_WRITE,
} from "../../shared/limits.js";
import { wellFormed } from "../../shared/wellFormed.js";
import type { BlockEdit } from "../../validators/block.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import {
  checkMaySet,
  checkMayWrite,
  checkRoom,
  checkSettings,
  checkVersion,
  editedValue,
  type BlockSettings,
} from "./blockChecks.js";
import { openBlock, openLabel, type BlockArgs } from "./blockRows.js";
import { findCounts } from "./counts.js";
import { runOnce } from "./operations.js";
import { operationScope } from "./scopeAccess.js";

type CreateArgs = BlockArgs & BlockSettings & { value?: string };
type Version = { version: number };

/** Makes a block; a label stands once in a scope. */
export async function create(
  ctx: MutationCtx,
  args: CreateArgs,
): Promise<{ blockId: Id<"blocks">; version: number }> {
  checkSettings(args);
  const { place, block } = await openLabel(ctx, args, "write");
  if (block !== null)
    throw memoryError("BLOCK_EXISTS", `There is a block "${args.label}" already: update it.`, {
      label: args.label,
      blockId: block._id,
      version: block.version,
    });
  const { caller, label, maxTokens = BLOCK_DEFAULT_TOKENS, readOnly } = args;
  const description = wellFormed(args.description ?? "");
  const value = wellFormed(args.value ?? "");
  checkRoom(label, value, maxTokens);
  await countBlock(ctx, place.scope, 1);
  const blockId = await ctx.db.insert("blocks", {
    ...place,
    label,
    ...(description === "" ? {} : { description }),
    value,
    maxTokens,
    ...(readOnly === true ? { readOnly } : {}),
    version: 1,
    updatedAt: Date.now(),
  });
  await ctx.db.insert("blockVersions", { blockId, version: 1, value, writtenBy: writerOf(caller) });
  return { blockId, version: 1 };
}

/** Who wrote a value, for its history. */
const writerOf = (caller: Caller): string | undefined =>
  caller === "system" ? undefined : (caller.agentName ?? caller.userId);

async function countBlock(ctx: MutationCtx, scope: string, by: 1 | -1): Promise<void> {
  const row = await findCounts(ctx, scope);
  const blocks = Math.max(0, (row?.blocks ?? 0) + by);
  if (blocks > BLOCKS_PER_SCOPE)
    throw memoryError("INVALID_ARGUMENT", `A scope has ${BLOCKS_PER_SCOPE} blocks at most: remove one.`, {
      maxBlocks: BLOCKS_PER_SCOPE,
    });
  if (row === null)
    await ctx.db.insert("scopeCounts", { scope, threads: 0, documents: 0, chunks: 0, blocks });
  else await ctx.db.patch("scopeCounts", row._id, { blocks });
}

type UpdateArgs = BlockArgs & BlockSettings & { edit?: BlockEdit; version?: number; operationId?: string };

/**
 * Changes a block's value, its settings, or both, if it stands at `version`. Each new value is a version. With
 * `operationId`, repeating it gives the version that it wrote.
 */
export async function update(ctx: MutationCtx, args: UpdateArgs): Promise<Version> {
  const { caller, edit, version, operationId, description, maxTokens, readOnly } = args;
  const settings = { description, maxTokens, readOnly };
  checkSettings(settings);
  const { place, block } = await openBlock(ctx, args, "write");
  const payload = { label: args.label, edit, version, settings };
  return await runOnce(ctx, { scope: operationScope("blocks", place), operationId, payload }, async () => {
    checkMayWrite(caller, block);
    checkMaySet(caller, settings);
    checkVersion(block, version);
    const changed: Doc<"blocks"> = { ...block, ...changedSettings(block, settings) };
    if (edit === undefined) {
      await ctx.db.patch("blocks", block._id, changedSettings(block, settings));
      return { version: block.version };
    }
    return await writeValue(ctx, { block: changed, value: editedValue(block, edit), caller });
  });
}

function changedSettings(
  block: Doc<"blocks">,
  { description = block.description, maxTokens = block.maxTokens, readOnly }: BlockSettings,
): Pick<Doc<"blocks">, "description" | "maxTokens" | "readOnly"> {
  const isReadOnly = readOnly ?? block.readOnly === true;
  return {
    description: description === "" ? undefined : description && wellFormed(description),
    maxTokens,
    readOnly: isReadOnly ? (true as const) : undefined,
  };
}

type NewValue = { block: Doc<"blocks">; value: string; caller: Caller };

/** Writes a value as the next version, with the block's settings as given; one that says the same is no version. */
async function writeValue(ctx: MutationCtx, { block, value: given, caller }: NewValue): Promise<Version> {
  const value = wellFormed(given);
  const { _id: blockId, description, maxTokens, readOnly } = block;
  const isSame = value === block.value;
  if (!isSame) checkRoom(block.label, value, maxTokens);
  const version = isSame ? block.version : block.version + 1;
  const written = isSame ? {} : { value, version, updatedAt: Date.now() };
  await ctx.db.patch("blocks", blockId, { description, maxTokens, readOnly, ...written });
  if (isSame) return { version };
  await ctx.db.insert("blockVersions", { blockId, version, value, writtenBy: writerOf(caller) });
  await purgeVersions(ctx, blockId, version - BLOCK_VERSIONS_KEPT);
  return { version };
}

/** Deletes a few of the oldest versions, up to the named one. */
async function purgeVersions(ctx: MutationCtx, blockId: Id<"blocks">, upTo: number): Promise<void> {
  const old = await ctx.db
    .query("blockVersions")
    .withIndex("by_block", (q) => q.eq("blockId", blockId).lte("version", upTo))
    .take(PURGE_PER_WRITE);
  for (const row of old) await ctx.db.delete("blockVersions", row._id);
}

type RestoreArgs = BlockArgs & { version: number; from: number };

/** Writes the value of an earlier version anew, if the block stands at `version`. */
export async function restore(ctx: MutationCtx, args: RestoreArgs): Promise<Version> {
  const { block } = await openBlock(ctx, args, "write");
  checkMayWrite(args.caller, block);
  checkVersion(block, args.version);
  const earlier = await ctx.db
    .query("blockVersions")
    .withIndex("by_block", (q) => q.eq("blockId", block._id).eq("version", args.from))
    .unique();
  if (earlier === null)
    throw memoryError("BLOCK_NOT_FOUND", `Version ${args.from} of "${args.label}" is not kept.`, {
      label: args.label,
      version: args.from,
      kept: BLOCK_VERSIONS_KEPT,
    });
  return await writeValue(ctx, { block, value: earlier.value, caller: args.caller });
}

/** Removes a block with all its versions. */
export async function remove(ctx: MutationCtx, args: BlockArgs): Promise<null> {
  const { place, block } = await openBlock(ctx, args, "write");
  checkMayWrite(args.caller, block);
  await purgeAll(ctx, block._id);
  await ctx.db.delete("blocks", block._id);
  await countBlock(ctx, place.scope, -1);
  return null;
}

async function purgeAll(ctx: MutationCtx, blockId: Id<"blocks">): Promise<void> {
  const versions = ctx.db.query("blockVersions").withIndex("by_block", (q) => q.eq("blockId", blockId));
  for await (const row of versions) await ctx.db.delete("blockVersions", row._id);
}
