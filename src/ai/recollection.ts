import type { ContextEntry, RecallHit } from "../client/index.js";
import { shortHash } from "../shared/canonicalJson.js";
import { recalledEntry } from "../shared/contextTexts.js";
import { estimateTokens } from "../shared/tokens.js";

/** Something recalled, ready to be shown and kept. */
export type Recollection = ContextEntry & {
  /** All that its text is made of, where that is more than the source. */
  sourceIds?: string[];
  sourceThreadId?: string;
};

/** A hit as a context shows it, with its rank in each list that found it. */
export async function toRecollection(hit: RecallHit): Promise<Recollection> {
  const text = recalledEntry(hit);
  const { kind, sourceId, sourceIds, threadId, lexicalRank, vectorRank } = hit;
  return {
    kind,
    sourceId,
    ranks: {
      ...(lexicalRank === undefined ? {} : { lexical: lexicalRank }),
      ...(vectorRank === undefined ? {} : { vector: vectorRank }),
    },
    tokens: estimateTokens(text),
    hash: await shortHash(`${sourceId}\n${text}`), // two sources may say the same: each is forgotten alone
    text,
    ...(sourceIds === undefined ? {} : { sourceIds }),
    ...(threadId === undefined ? {} : { sourceThreadId: threadId }),
  };
}

/** Its text, to be kept with every source whose words it holds. */
export const toKeep = ({ hash, text, sourceId, sourceIds = [], sourceThreadId }: Recollection) => ({
  hash,
  text,
  sourceIds: [...new Set([sourceId, ...sourceIds])],
  ...(sourceThreadId === undefined ? {} : { sourceThreadId }),
});
