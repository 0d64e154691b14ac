import { isMemoryError, type BoundMemory } from "convex-agent-memory";
import { embedWith } from "convex-agent-memory/ai";
import { v, type Infer } from "convex/values";
import { internal } from "./_generated/api.js";
import { action, type ActionCtx } from "./_generated/server.js";
import { documentWriter, memory, payer } from "./memory.js";
import { embeddingModel } from "./models/index.js";

const vFile = v.object({ key: v.string(), text: v.string() });
const vSkipped = v.object({ key: v.string(), reason: v.string() });
/** What a batch did: `chunks` counts those of files that were unchanged as well. */
const vBatchResult = v.object({
  files: v.number(),
  chunks: v.number(),
  unchanged: v.number(),
  skipped: v.array(vSkipped),
});
type BatchResult = Infer<typeof vBatchResult>;

/**
 * Puts a batch of Markdown files, with embeddings, where everyone of the tenant can search them. Safe to retry:
 * a file whose text is stored already is left alone, and a batch is counted once.
 */
export const putBatch = action({
  args: { ingestId: v.id("ingests"), batch: v.number(), files: v.array(vFile) },
  returns: vBatchResult,
  handler: async (ctx, { ingestId, batch, files }): Promise<BatchResult> => {
    const as = await documentWriter(ctx);
    await payer(ctx);
    const result = await putFiles(ctx, memory.as(as), files);
    const { skipped, ...counts } = result;
    await ctx.runMutation(internal.documents.recordBatch, {
      tenantId: as.tenantId,
      userId: as.userId,
      ingestId,
      batch,
      ...counts,
      skipped: skipped.length,
    });
    return result;
  },
});

async function putFiles(
  ctx: ActionCtx,
  { documents }: BoundMemory,
  files: Infer<typeof vFile>[],
): Promise<BatchResult> {
  const embed = embedWith(embeddingModel());
  const result: BatchResult = { files: files.length, chunks: 0, unchanged: 0, skipped: [] };
  for (const { key, text } of files) {
    try {
      const put = await documents.put(ctx, { scope: "tenant", key, text, embed });
      result.chunks += put.chunks;
      if (put.kind === "unchanged") result.unchanged += 1;
    } catch (error) {
      // One bad file must not stop a folder; what fails for all of them does.
      if (!isMemoryError(error, "DOCUMENT_INVALID")) throw error;
      result.skipped.push({ key, reason: error.data.message });
    }
  }
  return result;
}
