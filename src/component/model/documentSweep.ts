import { getDocumentSize } from "convex/values";
import { SWEEP_MAX_BYTES } from "../../shared/limits.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { forgetRecalled } from "./contextParts.js";
import { removeEntries } from "./recallIndex.js";

/** Rows that go with a chunk: itself, its entry and its vector. */
const ROWS_PER_CHUNK = 3;
/** Bytes read to remove a chunk besides its own: its entry, and the widest vector. */
const BYTES_BESIDE_CHUNK = 40 * 1024;

/**
 * Removes chunks that no reader sees, with their entries and vectors: those of replaced and abandoned generations,
 * or all when the document is gone. About `limit` rows and `SWEEP_MAX_BYTES` a call; `nextAt` says when to go on.
 */
export async function sweepDocument(
  ctx: MutationCtx,
  target: string,
  limit: number,
): Promise<{ removed: number; nextAt: number | null }> {
  const documentId = ctx.db.normalizeId("documents", target);
  if (documentId === null) return { removed: 0, nextAt: null };
  const document = await ctx.db.get("documents", documentId);
  const most = Math.max(1, Math.floor(limit / ROWS_PER_CHUNK));
  let removed = 0;
  let bytes = 0;
  for (const range of staleGenerations(document)) {
    for await (const chunk of chunksIn(ctx, documentId, range)) {
      if (removed >= most || bytes > SWEEP_MAX_BYTES) {
        return { removed: removed * ROWS_PER_CHUNK, nextAt: Date.now() };
      }
      await removeEntries(ctx, chunk._id);
      await forgetRecalled(ctx, chunk._id);
      await ctx.db.delete("chunks", chunk._id);
      removed += 1;
      bytes += getDocumentSize(chunk) + BYTES_BESIDE_CHUNK;
    }
  }
  return { removed: removed * ROWS_PER_CHUNK, nextAt: null };
}

/** Generations strictly between `after` and `before`. */
type Generations = { after: number; before: number };

function staleGenerations(document: Doc<"documents"> | null): Generations[] {
  if (document === null) return [{ after: -1, before: Infinity }];
  const { generation, next } = document;
  const replaced = { after: -1, before: generation };
  return next === undefined ? [replaced] : [replaced, { after: generation, before: next.generation }];
}

function chunksIn(ctx: QueryCtx, documentId: Id<"documents">, { after, before }: Generations) {
  return ctx.db
    .query("chunks")
    .withIndex("by_document", (q) =>
      q.eq("documentId", documentId).gt("generation", after).lt("generation", before),
    );
}
