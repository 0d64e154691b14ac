// What compactions read and write, besides the summaries themselves.
import { v, type Infer } from "convex/values";
import { vMessage, type Message } from "./message.js";
import { vPrincipal } from "./principal.js";
import { vSummary } from "./summary.js";
import { vThreadPlace } from "./thread.js";

/** What a compaction rests on: it is committed only while nothing of this has changed. */
export const vCompactionHead = v.object({
  summaryId: v.optional(v.string()),
  prunedTo: v.optional(vThreadPlace),
  /** How often messages of the thread were changed or removed. */
  edits: v.number(),
});
export type CompactionHead = Infer<typeof vCompactionHead>;

/** A summary to write. `model`: absent when it was made without one. */
export const vNewSummary = v.object({
  from: vThreadPlace,
  to: vThreadPlace,
  text: v.string(),
  model: v.optional(v.string()),
});
export type NewSummary = Infer<typeof vNewSummary>;

/** What a commit did, and where the thread stands after it. */
export const vCommitted = v.object({
  committed: v.boolean(),
  head: vCompactionHead,
  summary: v.optional(vSummary),
});
export type Committed = Infer<typeof vCommitted>;

/** A page of the messages that no summary covers, with what a compaction of them needs to know. */
export const vUncovered = v.object({
  head: vCompactionHead,
  summary: v.optional(vSummary),
  /** The turn of the run under way. */
  runningTurn: v.optional(v.number()),
  tokenFactor: v.optional(v.number()),
  messages: v.array(vMessage),
  cursor: v.union(vThreadPlace, v.null()),
});
export type Uncovered = Omit<Infer<typeof vUncovered>, "messages"> & { messages: Message[] };

/** A summary with whose thread it is of. */
export const vOwnedSummary = v.object({ ...vSummary.fields, owner: vPrincipal });
export type OwnedSummary = Infer<typeof vOwnedSummary>;
