import { v } from "convex/values";
import { internalMutation } from "./_generated/server.js";
import * as retention from "./model/retention.js";

/** One page of a sweep: removes what is due, comes back while something is left, ends when nothing is. */
export const sweep = internalMutation({
  args: { kind: retention.vSweepKind, target: v.optional(v.string()) },
  returns: v.null(),
  handler: (ctx, args) => retention.sweepPage(ctx, args),
});
