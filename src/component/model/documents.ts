import { addCounts } from "./counts.js";
import { findDocument } from "./documentReads.js";
import { armSweep } from "./sweeps.js";
import type { Caller } from "../../validators/principal.js";
import type { MutationCtx } from "../_generated/server.js";

export { count, get, getChunk, list, listChunks, outline } from "./documentReads.js";
export { sweepDocument } from "./documentSweep.js";
export { write } from "./documentWrite.js";

/** Removes a document at once for every reader; its chunks, entries and vectors follow in bounded pages. */
export async function remove(
  ctx: MutationCtx,
  { caller, documentId }: { caller: Caller; documentId: string },
): Promise<null> {
  const document = await findDocument(ctx, caller, documentId);
  await ctx.db.delete("documents", document._id);
  const isReady = document.state.kind === "ready";
  await addCounts(ctx, document.scope, { documents: isReady ? -1 : 0, chunks: -document.chunks });
  await armSweep(ctx, "document", { delayMs: 0, target: document._id });
  return null;
}
