// Rows of memory as their domains write them: blocks, summaries, facts.
import type { GenericMutationCtx } from "convex/server";
import type { DataModel, Id } from "../../src/component/_generated/dataModel.js";
import { estimateTokens } from "../../src/shared/tokens.js";

type Db = GenericMutationCtx<DataModel>;

/** A block, with the version that its value is. */
export async function putBlock(
  { db }: Db,
  block: { scope: string; label: string; value: string; threadId?: Id<"threads"> },
): Promise<Id<"blocks">> {
  const blockId = await db.insert("blocks", {
    ...block,
    maxTokens: 1_000,
    version: 1,
    updatedAt: Date.now(),
  });
  await db.insert("blockVersions", { blockId, version: 1, value: block.value });
  return blockId;
}

/** Writes a block's next version. */
export async function rewriteBlock({ db }: Db, blockId: Id<"blocks">, value: string): Promise<void> {
  const block = (await db.get("blocks", blockId))!;
  const version = block.version + 1;
  await db.patch("blocks", blockId, { value, version, updatedAt: Date.now() });
  await db.insert("blockVersions", { blockId, version, value });
}

/** An overlay up to a place, and the head that names it. */
export async function putSummary(
  { db }: Db,
  { threadId, text, to }: { threadId: string; text: string; to: { turn: number; step: number } },
): Promise<Id<"summaries">> {
  const id = db.normalizeId("threads", threadId)!;
  const head = (await db
    .query("threadHeads")
    .withIndex("by_thread", (q) => q.eq("threadId", id))
    .unique())!;
  const summaryId = await db.insert("summaries", {
    threadId: id,
    scope: "t:acme|u:olga",
    from: { turn: 0, step: 0 },
    to,
    text,
    tokens: estimateTokens(text),
    number: 0,
    ...(head.summaryId === undefined ? {} : { parentId: head.summaryId }),
  });
  await db.patch("threadHeads", head._id, { summaryId });
  return summaryId;
}
