import { v } from "convex/values";
import { vOpaqueBudgetAsk } from "../validators/budgetRun.js";
import { vContextAsk, vContextCall } from "../validators/contextGiven.js";
import { vOpaqueParts } from "../validators/opaqueParts.js";
import { vHooks } from "../validators/hook.js";
import { vCaller } from "../validators/principal.js";
import { vLogLevel, vOpaqueRunState, vRunEngine, vWaitsFor } from "../validators/run.js";
import { vParentCall, vRunDriver, vRunOutcome, vWhileRunning } from "../validators/runDriving.js";
import {
  vAskedWait,
  vCallDrawn,
  vContextLimits,
  vNextStream,
  vStepMessage,
  vStepResult,
  vStepSaved,
  vStepStart,
  vTakenUp,
  vTurnEnded,
  vToolStart,
  vTurnStart,
} from "../validators/turn.js";
import { vOpaqueSpent, vOpaqueUsage } from "../validators/spent.js";
import { mutation } from "./_generated/server.js";
import * as turns from "./model/turns.js";

/** Saves the prompt, opens the run and reads the context, in one transaction; or lets the run wait. */
export const begin = mutation({
  args: {
    caller: vCaller,
    threadId: v.string(),
    agentName: v.string(),
    engine: vRunEngine,
    prompt: v.optional(vOpaqueParts),
    promptMessageId: v.optional(v.string()),
    operationId: v.optional(v.string()),
    limits: v.optional(vContextLimits),
    shown: v.optional(vContextAsk),
    stream: v.optional(v.boolean()),
    recall: v.optional(v.boolean()),
    driver: v.optional(vRunDriver),
    workflowId: v.optional(v.string()),
    parent: v.optional(vParentCall),
    whileRunning: v.optional(vWhileRunning),
    startAt: v.optional(v.number()),
    budgets: v.optional(vOpaqueBudgetAsk),
    hooks: v.optional(vHooks),
    logs: v.optional(vLogLevel),
  },
  returns: vTurnStart,
  handler: (ctx, args) => turns.begin(ctx, args),
});

/** Starts a model step of a durable run: its context and its stream. */
export const open = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    step: v.number(),
    limits: v.optional(vContextLimits),
    shown: v.optional(vContextAsk),
    stream: v.optional(v.boolean()),
    recall: v.optional(v.boolean()),
    workflowId: v.optional(v.string()),
  },
  returns: vStepStart,
  handler: (ctx, args) => turns.open(ctx, args),
});

/** Draws from the run's budgets for a call that is longer than it was held to be, or of another model. */
export const draw = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    inputTokens: v.number(),
    provider: v.string(),
    model: v.string(),
    takeUps: v.optional(v.number()),
  },
  returns: vCallDrawn,
  handler: (ctx, args) => turns.draw(ctx, args),
});

/** Says that a run waits: an action for its run's turn, a durable run for a time. Tells where the run stands. */
export const wait = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    until: v.optional(v.number()),
    waitsFor: v.optional(vWaitsFor),
    workflowId: v.optional(v.string()),
  },
  returns: v.object({ state: vOpaqueRunState }),
  handler: (ctx, args) => turns.wait(ctx, args),
});

/** Saves what a model call said, reserves the places of its calls' results and records what it used. */
export const saveStep = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    step: v.number(),
    message: vStepMessage,
    results: v.array(vStepResult),
    usage: vOpaqueUsage,
    alsoUsed: v.optional(v.array(vOpaqueSpent)),
    finish: v.boolean(),
    nextStream: v.optional(vNextStream),
    nests: v.optional(v.boolean()),
    context: v.optional(vContextCall),
    waits: v.optional(v.array(vAskedWait)),
    takeUps: v.optional(v.number()),
  },
  returns: vStepSaved,
  handler: (ctx, args) => turns.saveStep(ctx, args),
});

/** Marks a tool call as started, before the tool runs: a second start of a tool that may have run settles it. */
export const startTool = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    callId: v.string(),
    askedBy: v.optional(v.number()),
    idempotent: v.boolean(),
  },
  returns: vToolStart,
  handler: (ctx, args) => turns.startTool(ctx, args),
});

/** Saves the result of a tool call at its reserved place; reads neither run nor head. */
export const saveResult = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    place: v.optional(v.number()),
    ...vStepResult.fields,
    hooks: v.optional(vHooks),
  },
  returns: v.object({ saved: v.boolean() }),
  handler: (ctx, args) => turns.saveResult(ctx, args),
});

/** The tool of a call has asked for its result, which comes from outside. */
export const awaitAnswer = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    callId: v.string(),
    place: v.optional(v.number()),
    used: vStepResult.fields.used,
  },
  returns: v.object({ waiting: v.boolean() }),
  handler: (ctx, args) => turns.awaitAnswer(ctx, args),
});

/** An action lets go of a run that waits. */
export const pause = mutation({
  args: { caller: vCaller, runId: v.string(), takeUps: v.optional(v.number()) },
  returns: v.object({ state: vOpaqueRunState, superseded: v.optional(v.boolean()) }),
  handler: (ctx, args) => turns.pause(ctx, args),
});

/** An action takes up a run that waited, or was left. */
export const takeUp = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    agentName: v.optional(v.string()),
    force: v.optional(v.boolean()),
  },
  returns: vTakenUp,
  handler: (ctx, args) => turns.takeUp(ctx, args),
});

/** Ends a run: settles open calls, keeps partial text, frees the thread. Repeating it changes nothing. */
export const end = mutation({
  args: {
    caller: vCaller,
    runId: v.string(),
    outcome: vRunOutcome,
    unlessSteered: v.optional(v.boolean()),
    partial: v.optional(vOpaqueParts),
    results: v.optional(v.array(vStepResult)),
    usage: v.optional(vOpaqueUsage),
    alsoUsed: v.optional(v.array(vOpaqueSpent)),
    context: v.optional(vContextCall),
    takeUps: v.optional(v.number()),
  },
  returns: vTurnEnded,
  handler: (ctx, args) => turns.end(ctx, args),
});

/** Records calls that no save of their run takes along. Where the run is gone, the caller pays. */
export const record = mutation({
  args: {
    caller: vCaller,
    runId: v.optional(v.string()),
    threadId: v.optional(v.string()),
    step: v.optional(v.number()),
    used: v.array(vOpaqueSpent),
    operationId: v.optional(v.string()),
  },
  returns: v.object({ recorded: v.number() }),
  handler: (ctx, args) => turns.record(ctx, args),
});
