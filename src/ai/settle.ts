import { v, type Infer } from "convex/values";
import type { WorkflowManager } from "@convex-dev/workflow";
import type { MutationCtx, Principal, RunState } from "../client/index.js";
import { toolResultPart } from "../parts/toolResult.js";
import { isMemoryError } from "../validators/errors.js";
import { vPrincipal } from "../validators/principal.js";
import { vRunState } from "../validators/run.js";
import { vDriverCall, type RunDriver } from "../validators/runDriving.js";
import { beginTurn } from "./beginTurn.js";
import { budgetAsk } from "./budgetAsk.js";
import type { ResolvedAgent } from "./definition.js";
import { boundTo } from "./boundTo.js";
import { outcomeOf } from "./workflowOutcome.js";

/** A call that another agent's durable run answers: open that, or tell the model why not. */
export const vNestContext = v.object({
  kind: v.literal("nest"),
  as: vPrincipal,
  runId: v.string(),
  callId: v.string(),
  toolName: v.string(),
  /** Where the asking run's own functions are. */
  path: v.string(),
  failure: v.optional(v.string()),
});

/** A call whose step was lost so often that it is not tried again. */
export const vLeaveContext = v.object({
  kind: v.literal("leave"),
  as: vPrincipal,
  runId: v.string(),
  callId: v.string(),
  toolName: v.string(),
  /** The model step that asked. */
  place: v.number(),
});

/**
 * `begin`: a nested run opens itself. `nest`: a run asks another agent. `stop`: a run is not to ask its model again.
 * `leave`: the step of a tool was lost too often. `end`: a workflow is over, whatever became of it. The others are what
 * the component asks for.
 */
export const vSettleContext = v.union(
  v.object({
    kind: v.literal("begin"),
    as: vPrincipal,
    threadId: v.string(),
    prompt: v.string(),
    path: v.string(),
  }),
  vNestContext,
  v.object({ kind: v.literal("stop"), as: vPrincipal, runId: v.string() }),
  vLeaveContext,
  v.object({ kind: v.literal("end"), as: vPrincipal, runId: v.string(), nested: v.boolean() }),
  ...vDriverCall.members,
);
/** What a nested run is told: where it stands, and whether it waits for the event that its turn has come. */
export const vSettled = v.union(
  v.object({ runId: v.string(), waits: v.boolean() }),
  v.object({ state: v.union(vRunState, v.null()) }),
  v.string(),
  v.null(),
);
export type Settled = Infer<typeof vSettled>;

type SettleContext = Infer<typeof vSettleContext>;

/** Opens the run of a nested workflow, once: the workflow's id is its operation. In a busy thread it waits. */
export async function beginRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  args: Omit<Extract<SettleContext, { kind: "begin" }>, "kind" | "path"> & {
    workflowId: string;
    workflow: WorkflowManager;
    driver: RunDriver;
  },
): Promise<{ runId: string; waits: boolean }> {
  const { threadId, driver, workflow, workflowId } = args;
  const begun = await beginTurn(agent, ctx, {
    memory: boundTo(agent, args.as).memory,
    workflow,
    turn: {
      ...{ threadId, driver, workflowId },
      agentName: agent.name,
      engine: "durable",
      prompt: [{ type: "text", text: args.prompt }],
      operationId: `workflow:${workflowId}`,
      limits: { maxMessages: 0 },
      whileRunning: "queue",
      ...(await budgetAsk(agent, "durable")),
    },
  });
  // One whose turn came in this very transaction was sent the event already.
  return { runId: begun.runId, waits: begun.behind !== undefined || begun.state.kind === "queued" };
}

/** Ends a run whose stop condition is met behind its tools; its id when it goes on, because it has messages to read. */
export async function stopRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  { as, runId }: { as: Principal; runId: string },
): Promise<string | null> {
  try {
    const ending = { runId, outcome: { kind: "completed" as const }, unlessSteered: true };
    const { state } = await boundTo(agent, as).memory.turns.end(ctx, ending);
    return state.kind === "running" ? runId : null;
  } catch (error) {
    if (isMemoryError(error, "RUN_NOT_FOUND")) return null; // it went with its thread
    throw error;
  }
}

/** Settles a call that nobody will run, so that the run can go on: the model is told whether it may have had an effect. */
export async function leaveCall(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  { as, runId, callId, toolName, place }: Infer<typeof vLeaveContext>,
): Promise<null> {
  const { turns } = boundTo(agent, as).memory;
  try {
    const started = await turns.startTool(ctx, { runId, callId, askedBy: place, idempotent: false });
    if (started.kind !== "execute") return null;
    const error = "The tool could not be run: each action that was to run it was lost.";
    const part = toolResultPart({ callId, toolName, error });
    await turns.saveResult(ctx, { runId, callId, part, failed: true, ms: 0 });
  } catch (error) {
    if (!isMemoryError(error, "RUN_NOT_FOUND")) throw error; // it went with its thread
  }
  return null;
}

/** Records how a workflow ended, when its last step has not done so already; null when the run went with its thread. */
export async function endRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  { result, as, runId }: { result: unknown; as: Principal; runId: string },
): Promise<RunState | null> {
  try {
    return (await boundTo(agent, as).memory.turns.end(ctx, { runId, outcome: outcomeOf(result) })).state;
  } catch (error) {
    if (!isMemoryError(error, "RUN_NOT_FOUND")) throw error;
    return null;
  }
}
