import type { Caller } from "../../validators/principal.js";
import type { EntryVector } from "../../validators/recallEntry.js";
import type { Usage } from "../../validators/usage.js";
import type { MutationCtx } from "../_generated/server.js";
import { keepQuery } from "./embeddingCache.js";
import { acceptedBy, refuse } from "./embeddingStore.js";
import { checkEmbedded } from "./recallArguments.js";
import { storeVectors } from "./recallVectors.js";
import { record } from "./usage.js";

export { pendingOf } from "./embeddingQueue.js";
export { indexMessage, removeEntries, removeEntry, rewriteFollower, type HumanChain } from "./recallIndex.js";
export { rank, search, searchText } from "./recallSearch.js";

type KeepArgs = {
  caller: Caller;
  threadId?: string;
  runId?: string;
  operationId?: string;
  embedder?: string;
  store?: EntryVector[];
  refused?: string[];
  /** The vector of a question that becomes no entry. */
  question?: { textHash: string; vector: number[] };
  usage?: Usage;
};

/**
 * Stores vectors and the usage event of the call that made them, in one transaction. Entries that are gone, have a
 * vector, or are not the caller's to write are passed over.
 */
export async function keep(ctx: MutationCtx, args: KeepArgs): Promise<null> {
  const { caller, embedder, store: vectors = [], refused = [], question, usage, ...place } = args;
  checkEmbedded({ embedder, store: vectors, vector: question?.vector });
  const accepts = acceptedBy(ctx, caller);
  if (embedder !== undefined) {
    await storeVectors(ctx, { embedder, vectors, accepts });
    if (question !== undefined) await keepQuery(ctx, { ...question, embedder });
  }
  for (const entryId of refused) await refuse(ctx, entryId, accepts);
  if (usage !== undefined) await record(ctx, { caller, usage, ...place });
  return null;
}
