import type { WorkflowManager } from "@convex-dev/workflow";
import type { AgentMemory, MutationCtx, RunOutcome } from "../client/index.js";
import { outcomeOf } from "./workflowOutcome.js";

type WorkflowId = Parameters<WorkflowManager["cleanup"]>[1];
type WorkflowCtx = Parameters<WorkflowManager["cleanup"]>[0];

/**
 * Ends a run whose workflow is over without having said so: its file was moved while it waited, so that nothing of
 * it could be called any more, or the workflow around it was canceled. True when it did, and the thread is free.
 */
export async function endAbandoned(
  ctx: MutationCtx,
  { memory, workflow, runId }: { memory: AgentMemory; workflow: WorkflowManager; runId: string },
): Promise<boolean> {
  const system = memory.asSystem(); // the run may be somebody else's, in a shared thread
  const { engine, workflowId, state } = await system.runs.get(ctx, { runId });
  if (engine !== "durable" || workflowId === undefined) return false;
  const id = asWorkflowId(workflowId);
  const ended = await endOf(ctx, workflow, id);
  if (ended === null) return false;
  const hasAnswered = ended.kind !== "completed" || state.kind === "running";
  const outcome = hasAnswered ? ended : { kind: "canceled" as const, reason: "Its workflow ended." };
  await system.turns.end(ctx, { runId, outcome });
  await workflow.cleanup(asWorkflowCtx(ctx), id);
  return true;
}

/** How the workflow ended; null while it goes on. */
async function endOf(
  ctx: MutationCtx,
  workflow: WorkflowManager,
  id: WorkflowId,
): Promise<RunOutcome | null> {
  const status = await workflow.status(asWorkflowCtx(ctx), id).catch(() => null);
  if (status === null) return outcomeOf({ kind: "failed", error: "The workflow of the run is gone." });
  switch (status.type) {
    case "inProgress":
      return null;
    case "completed":
      return outcomeOf({ kind: "success" });
    case "canceled":
      return outcomeOf({ kind: "canceled" });
    case "failed":
      return outcomeOf({ kind: "failed", error: status.error });
  }
}

/** The boundaries to the workflow's own types: an id that was kept as a string, and any ctx with mutations. */
const asWorkflowId = (workflowId: string): WorkflowId => workflowId as WorkflowId;
const asWorkflowCtx = (ctx: MutationCtx): WorkflowCtx => ctx as WorkflowCtx;
