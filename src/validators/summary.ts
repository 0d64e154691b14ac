import { v, type Infer } from "convex/values";
import { vThreadPlace } from "./thread.js";

/** An overlay: stands in contexts for everything up to `to`. The messages stay readable and findable. */
export const vSummary = v.object({
  summaryId: v.string(),
  threadId: v.string(),
  /** The first message that it read itself; what was before came from the summary before it. */
  from: vThreadPlace,
  to: vThreadPlace,
  text: v.string(),
  tokens: v.number(),
  parentId: v.optional(v.string()),
  /** Absent: made without a model. */
  model: v.optional(v.string()),
  createdAt: v.number(),
});
export type Summary = Infer<typeof vSummary>;
