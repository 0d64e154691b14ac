import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vRunBudgets } from "../../validators/budgetRun.js";
import { vHooks } from "../../validators/hook.js";
import {
  vCallWait,
  vLogLevel,
  vRunEngine,
  vRunState,
  vToolCallState,
  vWaitsFor,
} from "../../validators/run.js";
import { vKeptTotals, vReadSteering, vRunDriver, vUnreadSteering } from "../../validators/runDriving.js";
import { vStreamState } from "../../validators/stream.js";
import { vReservedCall } from "../../validators/turn.js";

/** Answers, while they are made and after. */
export const runsTables = {
  // One answer of one agent. Written by begin, by each step, by the end. A thread has at most one active run.
  runs: defineTable({
    threadId: v.id("threads"),
    scope: v.string(),
    turn: v.number(),
    agentName: v.string(),
    /** Absent: in an action. Fields that say the usual are left out, because a run is written with every step. */
    engine: v.optional(vRunEngine),
    /** Absent: running. */
    state: v.optional(vRunState),
    /** Model steps saved so far, and the next free place in the turn; absent until the first is saved. */
    steps: v.optional(v.number()),
    nextStep: v.optional(v.number()),
    /** Where the run began to write, when that is not right after the prompt. */
    firstStep: v.optional(v.number()),
    /** Absent until the first call; its `calls` where every call saved a step. */
    totals: v.optional(vKeptTotals),
    /** When the last step was saved, absent before and after the run: one in an action that is silent past its lease is taken over. */
    activeAt: v.optional(v.number()),
    /** In an action that waits for the run's turn, or has not taken it up yet: silent for a short while, it is lost. */
    isWaiting: v.optional(v.boolean()),
    /** How often an action took it up; absent: never. One that had it before must not write any more. */
    takeUps: v.optional(v.number()),
    /** Calls of an in-action step whose results come with the next save. */
    openCalls: v.optional(v.array(vReservedCall)),
    operationId: v.optional(v.string()),
    payloadHash: v.optional(v.string()),
    workflowId: v.optional(v.string()),
    /** Of a durable run: whom to tell when its turn has come, or what it waits for. */
    driver: v.optional(vRunDriver),
    /** Of one that waits for a time: the timer that starts it, or wakes it. */
    startJobId: v.optional(v.id("_scheduled_functions")),
    /** Of a durable run that may not ask its model yet: until when it waits, and for what; absent once it asks. */
    waitsUntil: v.optional(v.number()),
    waitsFor: v.optional(vWaitsFor),
    streamId: v.optional(v.id("streams")),
    /** Of a nested run: the run that asked, which of its model steps, its call (durable) and how deep this is. */
    parentRunId: v.optional(v.string()),
    parentStep: v.optional(v.number()),
    parentCallId: v.optional(v.id("toolCalls")),
    depth: v.optional(v.number()),
    /** Its last step asked other agents: what they use is added with the next save, or when the run ends. */
    nests: v.optional(v.boolean()),
    /** How much the last step still waits for, until the next step is saved; a decision counts it down. */
    waiting: v.optional(
      v.object({
        askedBy: v.number(),
        approvals: v.number(),
        results: v.number(),
        /** The one timer of the step, at the earliest of what its calls wait for. */
        timer: v.optional(v.object({ dueAt: v.number(), jobId: v.id("_scheduled_functions") })),
        /** In an action: some action is at work on the run, so that no other takes it up. */
        isDriven: v.optional(v.boolean()),
      }),
    ),
    /** Whom of the app to tell what was said and how the run ended; the component ends runs by itself too. */
    hooks: v.optional(vHooks),
    /** What it has drawn from budgets, and spent of it: absent where none limits it. */
    budgets: v.optional(vRunBudgets),
    /** What is logged of it, where that is not the usual. */
    logs: v.optional(vLogLevel),
    /** Begun by a participant, who may be shut out meanwhile: each step asks whether they may still write. */
    isGuest: v.optional(v.boolean()),
    /** Messages that came while it ran: unread ones while it is under way, and what it has read. */
    steering: v.optional(vUnreadSteering),
    steered: v.optional(vReadSteering),
  })
    .index("by_operation", ["threadId", "operationId"])
    .index("by_thread", ["threadId", "turn"])
    .index("by_parent", ["parentRunId", "parentStep"])
    .index("by_queue", ["threadId", "state.kind", "state.startAt", "turn"]),
  // One call of a tool. In a durable run: created by the step that saves the call, patched by the tool's own step,
  // which reads neither run nor head. In an action: written with its result.
  toolCalls: defineTable({
    runId: v.id("runs"),
    /** The model step that asked, and the place reserved for the result. */
    askedBy: v.number(),
    step: v.number(),
    callId: v.string(),
    toolName: v.string(),
    state: vToolCallState,
    /** What the tool's own step needs to write its result without reading the run: in durable runs only. */
    owner: v.optional(
      v.object({
        threadId: v.id("threads"),
        scope: v.string(),
        turn: v.number(),
        messageId: v.id("messages"),
      }),
    ),
    ms: v.optional(v.number()),
    wait: v.optional(vCallWait),
    /** When the decision or the result comes too late; absent while neither is waited for. */
    expiresAt: v.optional(v.number()),
    /** A userId, or "system". */
    decidedBy: v.optional(v.string()),
    /** The nested run that answers it. */
    childRunId: v.optional(v.id("runs")),
    decision: v.optional(
      v.object({
        kind: v.union(v.literal("approved"), v.literal("denied"), v.literal("expired")),
        at: v.number(),
        reason: v.optional(v.string()),
        /** The model's own input where it was edited, and the hash of what it became. */
        askedInput: v.optional(v.string()),
        inputHash: v.optional(v.string()),
      }),
    ),
    answeredBy: v.optional(v.string()),
  })
    .index("by_run", ["runId", "askedBy", "step"])
    .index("by_call", ["runId", "callId"]),
  // An answer while it is written. The message row at its place exists from the start and keeps its id.
  // Ended by the mutation that saves the message; chunks are swept a while later.
  streams: defineTable({
    threadId: v.id("threads"),
    messageId: v.id("messages"),
    scope: v.string(),
    state: vStreamState,
    runId: v.optional(v.id("runs")),
  })
    .index("by_thread", ["threadId"])
    .index("by_state", ["state.kind"]),
  streamChunks: defineTable({ streamId: v.id("streams"), seq: v.number(), deltas: v.string() }).index(
    "by_stream",
    ["streamId", "seq"],
  ),
};
