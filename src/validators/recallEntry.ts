// Entries of recall as runtimes bring them their vectors.
import { v, type Infer } from "convex/values";

/**
 * A vector for an entry that was written without one, and the hash of the text that was embedded: with it the same
 * text is not embedded again. `tokens`: what the text cost, where several owners share one call.
 */
export const vEntryVector = v.object({
  entryId: v.string(),
  vector: v.array(v.float64()),
  textHash: v.optional(v.string()),
  tokens: v.optional(v.number()),
});
export type EntryVector = Infer<typeof vEntryVector>;
/** The vector of a text that was embedded before, and who made it. */
export const vEmbeddedText = v.object({ embedder: v.string(), vector: v.array(v.float64()) });
export type EmbeddedText = Infer<typeof vEmbeddedText>;
/** An entry whose vector is still to be made, with the text to embed; with its vector where the text has one. */
export const vPendingEntry = v.object({
  entryId: v.string(),
  text: v.string(),
  embedded: v.optional(vEmbeddedText),
});
export type PendingEntry = Infer<typeof vPendingEntry>;
