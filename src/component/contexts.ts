import { v } from "convex/values";
import { vContextExplanation, vContextHindrance } from "../validators/context.js";
import { vReadMaterial } from "../validators/contextMaterial.js";
import { vCaller } from "../validators/principal.js";
import { query } from "./_generated/server.js";
import * as contexts from "./model/contexts.js";

const vTraceArgs = { caller: vCaller, messageId: v.string() };

/** What was in the call of a model that wrote a message, and why. */
export const explain = query({
  args: vTraceArgs,
  returns: vContextExplanation,
  handler: (ctx, args) => contexts.explain(ctx, args),
});

/** All that the model was given as one text, or what stands in the way. */
export const replay = query({
  args: vTraceArgs,
  returns: v.union(vContextHindrance, v.object({ kind: v.literal("same"), text: v.string() })),
  handler: (ctx, args) => contexts.replay(ctx, args),
});

/** What that call was shown, to be rendered again; or what stands in the way. */
export const read = query({
  args: vTraceArgs,
  returns: v.union(vContextHindrance, vReadMaterial),
  handler: (ctx, args) => contexts.read(ctx, args),
});
