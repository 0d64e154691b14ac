// What calls used, as runtimes tell the component.
import { v, type Infer, type VAny } from "convex/values";
import { vUsage, type Usage } from "./usage.js";

/** A call that is recorded with something else. */
export const vSpent = v.object({
  ...vUsage.fields,
  /** Tells it from calls of its run that look alike, as costs of tools do: a save that is repeated adds it once. */
  key: v.optional(v.string()),
});
export type Spent = Infer<typeof vSpent>;

/** As doors take it that do much else: checked against `vUsage` where it is recorded. */
export const vOpaqueUsage = v.any() as VAny<Usage>;

export const vOpaqueSpent = v.any() as VAny<Spent>;
