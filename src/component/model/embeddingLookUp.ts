import { checkName } from "../../shared/checkedArguments.js";
import { isTextHash } from "../../shared/embeddedText.js";
import { EMBEDDING_LOOKUP_TEXTS } from "../../shared/limits.js";
import { memoryError } from "../../validators/errors.js";
import type { KnownText } from "../../validators/embedding.js";
import type { QueryCtx } from "../_generated/server.js";
import { findEmbedded } from "./embeddingCache.js";
import { canReadMore } from "./embeddingTexts.js";

/**
 * The vectors of texts that this embedder has embedded before, by the hashes of the texts and in their order. Where the
 * vectors are long it stops early: the caller asks again for the rest.
 */
export async function lookUp(
  ctx: QueryCtx,
  { embedder, textHashes }: { embedder: string; textHashes: string[] },
): Promise<KnownText[]> {
  checkName("embedder", embedder);
  if (textHashes.length > EMBEDDING_LOOKUP_TEXTS)
    throw memoryError("INVALID_ARGUMENT", `One look-up takes ${EMBEDDING_LOOKUP_TEXTS} texts at most.`, {
      texts: textHashes.length,
    });
  const looked: KnownText[] = [];
  for (const textHash of textHashes) {
    if (looked.length > 0 && !(await canReadMore(ctx))) break;
    const known = isTextHash(textHash) ? await findEmbedded(ctx, textHash, embedder) : null;
    looked.push({ textHash, ...(known === null ? {} : { vector: known.vector }) });
  }
  return looked;
}
