import { v } from "convex/values";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import { vRun, vRunClosed, vRunState, vToolCall } from "../validators/run.js";
import { mutation, query } from "./_generated/server.js";
import * as runs from "./model/runs.js";

/** A run by its id. */
export const get = query({
  args: { caller: vCaller, runId: v.string() },
  returns: vRun,
  handler: (ctx, args) => runs.get(ctx, args),
});

/** The thread's active run, else its last one, else null. */
export const latest = query({
  args: { caller: vCaller, threadId: v.string() },
  returns: v.union(vRun, v.null()),
  handler: (ctx, args) => runs.latest(ctx, args),
});

/** The runs of a thread, newest first. */
export const list = query({
  args: { caller: vCaller, threadId: v.string(), ...vPageRequest },
  returns: vPage(vRun),
  handler: (ctx, args) => runs.list(ctx, args),
});

/** The tool calls of a run in the order of their places, a page at a time. */
export const listToolCalls = query({
  args: { caller: vCaller, runId: v.string(), ...vPageRequest },
  returns: vPage(vToolCall),
  handler: (ctx, args) => runs.listToolCalls(ctx, args),
});

/** Cancels a run; the loop notices before its next step or tool, a stream at its next append. */
export const cancel = mutation({
  args: { caller: vCaller, runId: v.string(), reason: v.optional(v.string()) },
  returns: v.object({ state: vRunState, closed: v.optional(vRunClosed) }),
  handler: (ctx, args) => runs.cancel(ctx, args),
});
