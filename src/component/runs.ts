import { v } from "convex/values";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import { vAnswer, vCallDecision, vRun, vRunState, vToolCall, vWaitingCall } from "../validators/run.js";
import { internalMutation, mutation, query } from "./_generated/server.js";
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
  returns: v.object({ state: vRunState }),
  handler: (ctx, args) => runs.cancel(ctx, args),
});

/** What a run waits for, with what is asked. */
export const listWaiting = query({
  args: { caller: vCaller, runId: v.string() },
  returns: v.array(vWaitingCall),
  handler: (ctx, args) => runs.listWaiting(ctx, args),
});

/** Decides about calls that wait for it: all of them or none. */
export const decide = mutation({
  args: { caller: vCaller, runId: v.string(), decisions: v.array(vCallDecision) },
  returns: v.object({ state: vRunState }),
  handler: (ctx, args) => runs.decide(ctx, args),
});

/** Gives the result of a call that is answered from outside. */
export const answer = mutation({
  args: { caller: vCaller, runId: v.string(), callId: v.string(), answer: vAnswer },
  returns: v.object({ state: vRunState }),
  handler: (ctx, args) => runs.answer(ctx, args),
});

/** The timer of a step that waits. */
export const expire = internalMutation({
  args: { runId: v.id("runs") },
  returns: v.null(),
  handler: (ctx, args) => runs.expire(ctx, args),
});
