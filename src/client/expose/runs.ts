import type { RegisteredMutation, RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import { type Page, type PageRequest, vPage, vPageRequest } from "../../validators/page.js";
import {
  vRun,
  vRunState,
  vToolCall,
  vWaitingCall,
  type Run,
  type RunState,
  type ToolCall,
  type WaitingCall,
} from "../../validators/run.js";
import { vSteeringPlace, type SteeringPlace } from "../../validators/steering.js";
import { mutation, query, type DoorsOf } from "./door.js";
import { vOptionalNumber, vOptionalText, vText } from "./shapes.js";

export type ExposedRuns = {
  /** The thread's active run, else its last. */
  getRun: RegisteredQuery<"public", { threadId: string }, Promise<Run | null>>;
  getRunById: RegisteredQuery<"public", { runId: string }, Promise<Run>>;
  /** The runs of a thread, newest first. */
  listRuns: RegisteredQuery<"public", { threadId: string } & PageRequest, Promise<Page<Run>>>;
  /** The runs of the agents that a run asked, newest first: each has a thread of its own. */
  listNestedRuns: RegisteredQuery<"public", { runId: string } & PageRequest, Promise<Page<Run>>>;
  /** The tool calls of a run, in the order of their places. */
  listToolCalls: RegisteredQuery<"public", { runId: string } & PageRequest, Promise<Page<ToolCall>>>;
  /** Says something to a run under way, for who may write in its thread. What is said makes a model answer. */
  steerRun: RegisteredMutation<
    "public",
    { runId: string; prompt: string; operationId?: string },
    Promise<SteeringPlace>
  >;
  cancelRun: RegisteredMutation<"public", { runId: string; reason?: string }, Promise<{ state: RunState }>>;
  /** What a run waits for, with what is asked. */
  listWaiting: RegisteredQuery<"public", { runId: string }, Promise<WaitingCall[]>>;
  /** Approves or denies one call; `input` is what the tool is given instead of what the model asked for. */
  decideApproval: RegisteredMutation<
    "public",
    { runId: string; callId: string; step?: number; approved: boolean; input?: unknown; reason?: string },
    Promise<{ state: RunState }>
  >;
  /** Gives the result of a tool that answers later; `error` says why there is none. */
  answerTool: RegisteredMutation<
    "public",
    { runId: string; callId: string; output?: unknown; error?: string },
    Promise<{ state: RunState }>
  >;
};

const vOne = { runId: vText };
const vCall = { ...vOne, callId: vText };
const vStateNow = v.object({ state: vRunState });
const vAnything = v.optional(v.any());

export const runDoors: DoorsOf<ExposedRuns> = {
  getRun: query({ threadId: vText }, v.union(vRun, v.null()), ({ memory, ctx }, args) =>
    memory.runs.latest(ctx, args),
  ),
  getRunById: query(vOne, vRun, ({ memory, ctx }, args) => memory.runs.get(ctx, args)),
  listRuns: query({ threadId: vText, ...vPageRequest }, vPage(vRun), ({ memory, ctx }, args) =>
    memory.runs.list(ctx, args),
  ),
  listNestedRuns: query({ ...vOne, ...vPageRequest }, vPage(vRun), ({ memory, ctx }, args) =>
    memory.runs.listNested(ctx, args),
  ),
  listToolCalls: query({ ...vOne, ...vPageRequest }, vPage(vToolCall), ({ memory, ctx }, args) =>
    memory.runs.listToolCalls(ctx, args),
  ),
  steerRun: mutation(
    { ...vOne, prompt: vText, operationId: vOptionalText },
    vSteeringPlace,
    ({ memory, ctx }, args) => memory.runs.steer(ctx, args),
  ),
  cancelRun: mutation({ ...vOne, reason: vOptionalText }, vStateNow, ({ memory, ctx }, args) =>
    memory.runs.cancel(ctx, args),
  ),
  listWaiting: query(vOne, v.array(vWaitingCall), ({ memory, ctx }, args) =>
    memory.runs.listWaiting(ctx, args),
  ),
  decideApproval: mutation(
    {
      ...vCall,
      step: vOptionalNumber,
      approved: v.boolean(),
      input: vAnything, // the tool's own schema checks it, where it runs
      reason: vOptionalText,
    },
    vStateNow,
    ({ memory, ctx }, { approved, input, reason, ...call }) => {
      const decided: unknown = input;
      return approved
        ? memory.runs.approve(ctx, { ...call, input: decided })
        : memory.runs.deny(ctx, { ...call, reason });
    },
  ),
  answerTool: mutation(
    { ...vCall, output: vAnything, error: vOptionalText }, // whatever the tool gives
    vStateNow,
    ({ memory, ctx }, { output, error, ...call }) => {
      const given: unknown = output;
      return memory.runs.answer(ctx, { ...call, ...(error === undefined ? { output: given } : { error }) });
    },
  ),
};
