import { v } from "convex/values";
import { vContextExplanation, vContextSource } from "../validators/context.js";
import { vContextBlock } from "../validators/contextGiven.js";
import { vMessage } from "../validators/message.js";
import { vCaller } from "../validators/principal.js";
import { query } from "./_generated/server.js";
import * as contexts from "./model/contexts.js";

const vTraceArgs = { caller: vCaller, messageId: v.string() };
const vHindrance = v.object({
  kind: v.union(v.literal("SOURCE_CHANGED"), v.literal("SOURCE_ERASED")),
  source: vContextSource,
});

/** What was in the call of a model that wrote a message, and why. */
export const explain = query({
  args: vTraceArgs,
  returns: vContextExplanation,
  handler: (ctx, args) => contexts.explain(ctx, args),
});

/** All that the model was given as one text, or what stands in the way. */
export const replay = query({
  args: vTraceArgs,
  returns: v.union(vHindrance, v.object({ kind: v.literal("same"), text: v.string() })),
  handler: (ctx, args) => contexts.replay(ctx, args),
});

/** What that call was shown, to be rendered again; or what stands in the way. */
export const read = query({
  args: vTraceArgs,
  returns: v.union(
    vHindrance,
    v.object({
      kind: v.literal("material"),
      hash: v.string(),
      turn: v.number(),
      agent: v.string(),
      blocks: v.array(vContextBlock),
      summary: v.union(v.string(), v.null()),
      messages: v.array(vMessage),
      recalled: v.array(v.string()),
      files: v.array(v.object({ fileId: v.string(), url: v.union(v.string(), v.null()) })),
      suspects: v.array(vHindrance),
    }),
  ),
  handler: (ctx, args) => contexts.read(ctx, args),
});
