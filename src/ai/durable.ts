import type { WorkflowCtx, WorkflowManager } from "@convex-dev/workflow";
import {
  internalActionGeneric,
  internalMutationGeneric,
  type RegisteredAction,
  type RegisteredMutation,
} from "convex/server";
import { v, type Infer, type ObjectType } from "convex/values";
import type { ActionCtx, MutationCtx } from "../client/index.js";
import { closeLog } from "../shared/runLog.js";
import { vPrincipal } from "../validators/principal.js";
import type { ResolvedAgent } from "./definition.js";
import {
  runAfterStep,
  runModelStep,
  runToolStep,
  vStepArgs,
  vStepOutcome,
  type StepArgs,
  type StepOutcome,
} from "./durableStep.js";
import { runCalls } from "./durableTools.js";
import { beginRun, endRun, vSettleContext } from "./settle.js";
import { driverOf, siblingsAt, siblingsOf, type RunReference } from "./siblings.js";

/** What `agent.durable(workflow)` gives; an app exports the three under these names, side by side. */
export type DurableFunctions = {
  /** The workflow of one run. */
  run: RegisteredMutation<"internal", Record<string, unknown>, Promise<unknown>>;
  /** One step of it: a call of the model, or of a tool. */
  step: RegisteredAction<"internal", Record<string, unknown>, Promise<StepOutcome>>;
  /** Records how it ended and cleans up after it; starts it when its turn has come, wakes it when it waits. */
  settle: RegisteredMutation<"internal", Record<string, unknown>, Promise<string | null>>;
};

/** A tool's own step is only lost with its action: what a tool throws is a result. */
const TOOL_RETRY = { maxAttempts: 3, initialBackoffMs: 250, base: 2 };

const vRunArgs = {
  path: v.string(),
  as: vPrincipal,
  threadId: v.string(),
  /** Of a run that was begun with the workflow; a run nested in another workflow begins itself. */
  runId: v.optional(v.string()),
  prompt: v.optional(v.string()),
};
type RunArgs = ObjectType<typeof vRunArgs>;

/** What a nested run gives to the workflow around it. */
export type RunReport = { runId: string; text: string };

/** The functions of a durable run. They name no module: they find each other by the path that a run carries. */
export function durableFunctions(agent: ResolvedAgent, workflow: WorkflowManager): DurableFunctions {
  const run = workflow.define({
    args: vRunArgs,
    returns: v.object({ runId: v.string(), text: v.string() }),
    handler: (step, args): Promise<RunReport> =>
      args.runId === undefined
        ? nested(agent, step, args)
        : drive(agent, step, { ...args, runId: args.runId }),
  });
  const step = internalActionGeneric({
    args: vStepArgs,
    returns: vStepOutcome,
    handler: (ctx, args) => runStep(agent, ctx, args).finally(() => closeLog(ctx)),
  });
  const settle = internalMutationGeneric({
    args: vSettleArgs,
    returns: v.union(v.string(), v.null()),
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
): Promise<string | null> {
  switch (context.kind) {
    case "begin": {
      const driver = await driverOf(siblingsAt(context.path), context.as);
      return await beginRun(agent, ctx, { ...context, workflowId, driver });
    }
    case "start":
      return await startWorkflow(ctx, workflow, context);
    case "wake": {
      const event = {
        workflowId: asWorkflowId(workflowId),
        name: context.event,
        value: context.value as unknown,
      };
      await workflow.sendEvent(asWorkflowCtx(ctx), event);
      return null;
    }
    case "end":
      await endRun(agent, ctx, { ...settling, ...context });
      if (!context.nested) await workflow.cleanup(asWorkflowCtx(ctx), asWorkflowId(workflowId));
      return null;
  }
}

function runStep(agent: ResolvedAgent, ctx: ActionCtx, args: StepArgs): Promise<StepOutcome> {
  if (args.after === true) return runAfterStep(agent, ctx, args);
  const { call } = args;
  return call === undefined ? runModelStep(agent, ctx, args) : runToolStep(agent, ctx, { ...args, call });
}

type WorkflowId = Parameters<WorkflowManager["cleanup"]>[1];
/** The boundary where an id that Convex gave back as a string is the workflow's again. */
const asWorkflowId = (workflowId: string): WorkflowId => workflowId as WorkflowId;
/** The boundary where any ctx with mutations becomes the one of a mutation: the workflow calls nothing else of it. */
const asWorkflowCtx = (ctx: MutationCtx) => ctx as Parameters<WorkflowManager["start"]>[0];

/** Model, tools, model, … until a step ends the run. Each step is written before the next one starts. */
async function drive(
  agent: ResolvedAgent,
  step: WorkflowCtx,
  args: RunArgs & { runId: string },
): Promise<RunReport> {
  const { runId, as, threadId } = args;
  const siblings = siblingsAt(args.path);
  const call = (
    more: Pick<StepArgs, "place" | "call" | "after" | "report" | "workflowId">,
    retry: typeof TOOL_RETRY,
  ): Promise<StepOutcome> =>
    step.runAction(siblings.step, { runId, as, threadId, ...more }, { retry }) as Promise<StepOutcome>;
  const report = args.prompt !== undefined;
  for (let place = 0; ; place++) {
    const outcome = await call({ place, report, workflowId: step.workflowId }, agent.retry);
    if (outcome.failure !== undefined && report) throw new TypeError(outcome.failure); // the workflow around must know
    const run = ({ callId, toolName }: StepOutcome["calls"][number]) =>
      call({ place, call: { callId, toolName } }, TOOL_RETRY);
    const tools = await runCalls(step, { ...outcome, place, run });
    if (tools !== "ended" && !outcome.ended && !outcome.stop) continue;
    // The answer is there, whatever comes of what is done after it.
    if (outcome.after === true) await call({ place, after: true }, TOOL_RETRY).catch(() => null);
    return { runId, text: outcome.text ?? "" };
  }
}

/** A run inside the app's own workflow: nothing tells us when that ends, so the run begins and ends itself. */
async function nested(agent: ResolvedAgent, step: WorkflowCtx, args: RunArgs): Promise<RunReport> {
  const { settle } = siblingsAt(args.path);
  const { as, threadId, prompt = "", path } = args;
  const inline = (result: unknown, context: Infer<typeof vSettleContext>) =>
    step.runMutation(settle, { workflowId: step.workflowId, result, context }, { inline: true }) as Promise<
      string | null
    >;
  const runId = (await inline(null, { kind: "begin", as, threadId, prompt, path })) ?? "";
  const context = { kind: "end" as const, as, runId, nested: true };
  try {
    const report = await drive(agent, step, { ...args, prompt, runId });
    await inline({ kind: "success" }, context);
    return report;
  } catch (error) {
    await inline({ kind: "failed", error: String(error) }, context);
    throw error;
  }
}

/** Starts the workflow of a run that was begun in the same transaction, or waited for its turn. */
export async function startWorkflow(
  ctx: MutationCtx,
  workflow: WorkflowManager,
  { path, as, threadId, runId }: { path: string; as: RunArgs["as"]; threadId: string; runId: string },
): Promise<string> {
  const { run, settle } = siblingsAt(path);
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
