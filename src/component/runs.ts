import { v } from "convex/values";
import { vOpaqueParts } from "../validators/opaqueParts.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import { vRun, vRunState, vToolCall, vWaitingCall } from "../validators/run.js";
import { vAnswer, vCallDecision } from "../validators/runDriving.js";
import { vSteeringPlace } from "../validators/steering.js";
import { internalMutation, mutation, query } from "./_generated/server.js";
import * as runs from "./model/runs.js";

/** A run by its id. */
export const get = query({
  args: { caller: vCaller, runId: v.string() },
  returns: vRun,
  handler: (ctx, args) => runs.get(ctx, args),
});

/** Whether a run goes on, for the code that drives it: reads one row. */
export const isActive = query({
  args: { caller: vCaller, runId: v.string(), takeUps: v.optional(v.number()) },
  returns: v.boolean(),
  handler: (ctx, args) => runs.isUnderWay(ctx, args),
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

/** Opens a thread below that of a run, for a run that is nested in it. */
export const createNestedThread = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    title: v.optional(v.string()),
    operationId: v.optional(v.string()),
  },
  returns: v.object({ threadId: v.string() }),
  handler: (ctx, args) => runs.createNestedThread(ctx, args),
});

/** The runs that are nested right below a run, newest first. */
export const listNested = query({
  args: { caller: vCaller, runId: v.string(), ...vPageRequest },
  returns: vPage(vRun),
  handler: (ctx, args) => runs.listNested(ctx, args),
});

/** Writes a message into the turn of a run under way: its next call of the model reads it. */
export const steer = mutation({
  args: { caller: vCaller, runId: v.string(), prompt: vOpaqueParts, operationId: v.optional(v.string()) },
  returns: vSteeringPlace,
  handler: (ctx, args) => runs.steer(ctx, args),
});

/** Cancels a run; what is under way for it is aborted within seconds, a stream at its next append. */
export const cancel = mutation({
  args: { caller: vCaller, runId: v.string(), reason: v.optional(v.string()) },
  returns: v.object({ state: vRunState }),
  handler: (ctx, args) => runs.cancel(ctx, args),
});

/** The time of a scheduled run has come. */
export const startDue = internalMutation({
  args: { runId: v.id("runs") },
  returns: v.null(),
  handler: (ctx, args) => runs.startDue(ctx, args),
});

/** The time has come that a durable run under way waits for. */
export const wakeDue = internalMutation({
  args: { runId: v.id("runs") },
  returns: v.null(),
  handler: (ctx, args) => runs.wakeDue(ctx, args),
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
