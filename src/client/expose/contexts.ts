import type { RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import { vContextExplanation, vContextHindrance, type ContextExplanation } from "../../validators/context.js";
import type { ReplayedContext } from "../contexts.js";
import { query, type DoorsOf } from "./door.js";
import { vText } from "./shapes.js";

export type ExposedContexts = {
  /** What was in the call of a model that wrote a message, section by section, and why. */
  explainContext: RegisteredQuery<"public", { messageId: string }, Promise<ContextExplanation>>;
  /** The whole of that context again, or what was changed or erased since. */
  replayContext: RegisteredQuery<"public", { messageId: string }, Promise<ReplayedContext>>;
};

const vOne = { messageId: vText };

const vReplayed = v.union(v.object({ kind: v.literal("same"), text: vText }), vContextHindrance);

export const contextDoors: DoorsOf<ExposedContexts> = {
  explainContext: query(vOne, vContextExplanation, ({ memory, ctx }, args) =>
    memory.contexts.explain(ctx, args),
  ),
  replayContext: query(vOne, vReplayed, ({ memory, ctx }, args) => memory.contexts.replay(ctx, args)),
};
