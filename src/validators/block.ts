import { v, type Infer } from "convex/values";
import { vScopeKind } from "./principal.js";

/** Working memory: a labelled text that is in every context of its scope. `tokens` is our estimate of its value. */
export const vBlock = v.object({
  blockId: v.string(),
  scope: vScopeKind,
  label: v.string(),
  /** What belongs in it, for the agent that keeps it. */
  description: v.optional(v.string()),
  value: v.string(),
  tokens: v.number(),
  maxTokens: v.number(),
  /** Agents may not write it; the app may. */
  readOnly: v.boolean(),
  /** Counts the writes from 1; what a write compares before it replaces. */
  version: v.number(),
  updatedAt: v.number(),
});
export type Block = Infer<typeof vBlock>;
