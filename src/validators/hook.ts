import { v, type Infer } from "convex/values";

/** Handles of an app's own mutations, which the component calls in the transaction that saves. */
export const vHooks = v.object({
  onMessage: v.optional(v.string()),
  onRunFinished: v.optional(v.string()),
  onBudgetWarning: v.optional(v.string()),
});
export type HookHandles = Infer<typeof vHooks>;
