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

/** One value that a block had. `writtenBy`: the agent, else the user; absent when the app itself wrote it. */
export const vBlockVersion = v.object({
  version: v.number(),
  value: v.string(),
  writtenAt: v.number(),
  writtenBy: v.optional(v.string()),
});
export type BlockVersion = Infer<typeof vBlockVersion>;

/** How a value changes: it is given whole, or grows at its end, or one passage of it is exchanged. */
export const vBlockEdit = v.union(
  v.object({ kind: v.literal("set"), value: v.string() }),
  v.object({ kind: v.literal("append"), text: v.string() }),
  v.object({ kind: v.literal("replace"), from: v.string(), to: v.string() }),
);
export type BlockEdit = Infer<typeof vBlockEdit>;
