import type { WorkflowCtx, WorkflowManager } from "@convex-dev/workflow";
import {
  internalActionGeneric,
  internalMutationGeneric,
  type RegisteredAction,
  type RegisteredMutation,
} from "convex/server";
import { v, type Infer, type ObjectType } from "convex/values";
import type { MutationCtx, RunState } from "../client/index.js";
import { BEGUN_EVENT, type Begun } from "../shared/runState.js";
import { closeLog } from "../shared/runLog.js";
import { vPrincipal } from "../validators/principal.js";
import type { ResolvedAgent } from "./definition.js";
import { drive } from "./durableDrive.js";
import { runStep } from "./durableStep.js";
import { nestRun } from "./nestedRun.js";
import { beginRun, endRun, leaveCall, stopRun, vSettleContext, vSettled, type Settled } from "./settle.js";
import { driverOf, siblingsAt, siblingsOf, type RunReference } from "./siblings.js";
import { toRecord, vStepArgs, vStepRecord, type StepRecord } from "./stepRecord.js";

/** What `agent.durable(workflow)` gives; an app exports the three under these names, side by side. */
export type DurableFunctions = {
  /** The workflow of one run. */
  run: RegisteredMutation<"internal", Record<string, unknown>, Promise<unknown>>;
  /** One step of it: a call of the model, of a tool, or of a tool and then of the model. */
  step: RegisteredAction<"internal", Record<string, unknown>, Promise<StepRecord>>;
  /** Records how it ended and cleans up after it; starts it when its turn has come, wakes it when it waits. */
  settle: RegisteredMutation<"internal", Record<string, unknown>, Promise<Settled>>;
};

const vRunArgs = {
  path: v.string(),
  as: vPrincipal,
  threadId: v.string(),
  /** Of a run that was begun with the workflow; a run nested in another workflow begins itself. */
  runId: v.optional(v.string()),
  prompt: v.optional(v.string()),
};
type RunArgs = ObjectType<typeof vRunArgs>;

const vRunReport = v.object({
  runId: v.string(),
  /** What it said; of a run that was canceled no answer. */
  text: v.string(),
  state: v.union(v.literal("completed"), v.literal("canceled")),
});
/** What a nested run gives to the workflow around it. */
export type RunReport = Infer<typeof vRunReport>;

/** The functions of a durable run. They name no module: they find each other by the path that a run carries. */
export function durableFunctions(agent: ResolvedAgent, workflow: WorkflowManager): DurableFunctions {
  const run = workflow.define({
    args: vRunArgs,
    returns: v.union(vRunReport, v.null()),
    handler: async (step, args): Promise<RunReport | null> => {
      if (args.runId === undefined) return await nested(agent, step, args);
      await drive(agent, step, { ...args, runId: args.runId });
      return null; // nobody waits for it
    },
  });
  const step = internalActionGeneric({
    args: vStepArgs,
    returns: vStepRecord,
    handler: async (ctx, args) => toRecord(await runStep(agent, ctx, args).finally(() => closeLog(ctx))),
  });
  const settle = internalMutationGeneric({
    args: vSettleArgs,
    returns: vSettled,
    handler: (ctx, args) => settleRun({ agent, workflow }, ctx, args),
  });
  return { run, step, settle };
}

const vSettleArgs = { workflowId: v.string(), result: v.any(), context: vSettleContext }; // the workflow's own result
type Settling = ObjectType<typeof vSettleArgs>;

async function settleRun(
  { agent, workflow }: { agent: ResolvedAgent; workflow: WorkflowManager },
  ctx: MutationCtx,
  { workflowId, context, ...settling }: Settling,
): Promise<Settled> {
  switch (context.kind) {
    case "begin": {
      const driver = await driverOf(siblingsAt(context.path), context.as);
      return await beginRun(agent, ctx, { ...context, workflowId, workflow, driver });
    }
    case "start":
      return await startWorkflow(ctx, workflow, context);
    case "nest":
      return await nestRun(agent, ctx, {
        ...context,
        start: (nested) => startWorkflow(ctx, workflow, { ...nested, toldPath: context.path }),
      });
    case "wake": {
      const id = asWorkflowId(workflowId);
      const { type } = await workflow.status(asWorkflowCtx(ctx), id);
      if (type !== "inProgress") throw new TypeError(`The workflow is ${type}: nobody can be woken.`);
      const event = { workflowId: id, name: context.event, value: context.value as unknown };
      await workflow.sendEvent(asWorkflowCtx(ctx), event);
      return null;
    }
    case "stop":
      return await stopRun(agent, ctx, context);
    case "leave":
      return await leaveCall(agent, ctx, context);
    case "end": {
      const state = await endRun(agent, ctx, { ...settling, ...context });
      if (context.nested) return { state };
      await workflow.cleanup(asWorkflowCtx(ctx), asWorkflowId(workflowId));
      return null;
    }
  }
}

type WorkflowId = Parameters<WorkflowManager["cleanup"]>[1];
/** The boundary where an id that Convex gave back as a string is the workflow's again. */
const asWorkflowId = (workflowId: string): WorkflowId => workflowId as WorkflowId;
/** The boundary where any ctx with mutations becomes the one of a mutation: the workflow calls nothing else of it. */
const asWorkflowCtx = (ctx: MutationCtx) => ctx as Parameters<WorkflowManager["start"]>[0];

/** A run inside the app's own workflow: nothing tells us when that ends, so the run begins and ends itself. */
async function nested(agent: ResolvedAgent, step: WorkflowCtx, args: RunArgs): Promise<RunReport> {
  const { settle } = siblingsAt(args.path);
  const { as, threadId, prompt = "", path } = args;
  const inline = (result: unknown, context: Infer<typeof vSettleContext>) =>
    step.runMutation(
      settle,
      { workflowId: step.workflowId, result, context },
      { inline: true },
    ) as Promise<unknown>;
  const { runId, waits } = (await inline(null, { kind: "begin", as, threadId, prompt, path })) as Opened;
  const end = async (result: object) =>
    ((await inline(result, { kind: "end", as, runId, nested: true })) as Ended).state;
  try {
    const isDropped = waits && (await step.awaitEvent<Begun>({ name: BEGUN_EVENT })).ended;
    const text = isDropped ? "" : await drive(agent, step, { ...args, prompt, runId });
    return reportOf(runId, text, await end(isDropped ? { kind: "canceled" } : { kind: "success" }));
  } catch (error) {
    await end({ kind: "failed", error: String(error) });
    throw error;
  }
}

/** What `settle` gives to a nested run. */
type Opened = Extract<Settled, { waits: boolean }>;
type Ended = Extract<Settled, { state: unknown }>;

/** A run that went with its thread was canceled with it. Throws for one that failed: the workflow around must know. */
function reportOf(runId: string, text: string, state: RunState | null): RunReport {
  if (state?.kind === "failed") throw new TypeError(`${state.code}: ${state.message}`);
  return { runId, text, state: state?.kind === "completed" ? "completed" : "canceled" };
}

/** `toldPath`: the module that is told how it ended, where that is not its own. */
type NewWorkflow = { path: string; as: RunArgs["as"]; threadId: string; runId: string; toldPath?: string };

/** Starts the workflow of a run that was begun in the same transaction, or waited for its turn. */
export async function startWorkflow(
  ctx: MutationCtx,
  workflow: WorkflowManager,
  { path, as, threadId, runId, toldPath = path }: NewWorkflow,
): Promise<string> {
  const { run } = siblingsAt(path);
  const { settle } = siblingsAt(toldPath);
  const context = { kind: "end" as const, as, runId, nested: false };
  const options = { onComplete: settle, context };
  return await workflow.start(asWorkflowCtx(ctx), run, { path, as, threadId, runId }, options);
}

/** Runs a durable run as a step of the app's own workflow. */
export async function runNested(
  step: WorkflowCtx,
  run: RunReference,
  args: Pick<RunArgs, "as" | "threadId"> & { prompt: string },
): Promise<RunReport> {
  const { path } = siblingsOf(run);
  return await step.runWorkflow(run, { ...args, path });
}
