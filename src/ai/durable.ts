import type { WorkflowCtx, WorkflowManager } from "@convex-dev/workflow";
import {
  createFunctionHandle,
  getFunctionName,
  internalActionGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  type FunctionReference,
  type RegisteredAction,
  type RegisteredMutation,
} from "convex/server";
import { v, type Infer, type ObjectType } from "convex/values";
import type { ActionCtx, MutationCtx } from "../client/index.js";
import { memoryError } from "../validators/errors.js";
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
import { beginRun, endRun, vSettleContext } from "./settle.js";

/** A reference to the `run` that an app exports from `agent.durable(workflow)`: `internal.researcher.run`. */
export type RunReference = FunctionReference<"mutation", "internal">;

/** What `agent.durable(workflow)` gives; an app exports the three under these names, side by side. */
export type DurableFunctions = {
  /** The workflow of one run. */
  run: RegisteredMutation<"internal", Record<string, unknown>, Promise<unknown>>;
  /** One step of it: a call of the model, or of a tool. */
  step: RegisteredAction<"internal", Record<string, unknown>, Promise<StepOutcome>>;
  /** Records how it ended and cleans up after it. */
  settle: RegisteredMutation<"internal", Record<string, unknown>, Promise<string | null>>;
};

/** The functions that stand beside `run`, found by its path. */
export type Siblings = {
  path: string;
  step: FunctionReference<"action", "internal">;
  settle: FunctionReference<"mutation", "internal">;
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
    handler: (ctx, args) => runStep(agent, ctx, args),
  });
  const settle = internalMutationGeneric({
    args: { workflowId: v.string(), result: v.any(), context: vSettleContext }, // the result is the workflow's own union
    returns: v.union(v.string(), v.null()),
    handler: async (ctx, { workflowId, result, context }) => {
      if (context.kind === "begin") return await beginRun(agent, ctx, { workflowId, ...context });
      await endRun(agent, ctx, { result, ...context });
      if (!context.nested) await workflow.cleanup(ctx, asWorkflowId(workflowId));
      return null;
    },
  });
  return { run, step, settle };
}

function runStep(agent: ResolvedAgent, ctx: ActionCtx, args: StepArgs): Promise<StepOutcome> {
  if (args.after === true) return runAfterStep(agent, ctx, args);
  const { call } = args;
  return call === undefined ? runModelStep(agent, ctx, args) : runToolStep(agent, ctx, { ...args, call });
}

type WorkflowId = Parameters<WorkflowManager["cleanup"]>[1];
/** The boundary where an id that Convex gave back as a string is the workflow's again. */
const asWorkflowId = (workflowId: string): WorkflowId => workflowId as WorkflowId;

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
    await Promise.all(outcome.calls.map((asked) => call({ place, call: asked }, TOOL_RETRY)));
    if (!outcome.ended && !outcome.stop) continue;
    // The answer is there, whatever comes of what is done after it.
    if (outcome.after === true) await call({ place, after: true }, TOOL_RETRY).catch(() => null);
    return { runId, text: outcome.text ?? "" };
  }
}

/** A run inside the app's own workflow: nothing tells us when that ends, so the run begins and ends itself. */
async function nested(agent: ResolvedAgent, step: WorkflowCtx, args: RunArgs): Promise<RunReport> {
  const { settle } = siblingsAt(args.path);
  const { as, threadId, prompt = "" } = args;
  const inline = (result: unknown, context: Infer<typeof vSettleContext>) =>
    step.runMutation(settle, { workflowId: step.workflowId, result, context }, { inline: true }) as Promise<
      string | null
    >;
  const runId = (await inline(null, { kind: "begin", as, threadId, prompt })) ?? "";
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

/** The exports beside `run`. Throws `RUN_EXPORTS_MISNAMED` when `run` itself goes by another name. */
export function siblingsOf(run: RunReference): Siblings {
  const [path = "", name] = getFunctionName(run).split(":");
  if (name !== "run") throw misnamed(path, `it is exported as "${name}"`);
  return siblingsAt(path);
}

const siblingsAt = (path: string): Siblings => ({
  path,
  step: makeFunctionReference<"action">(`${path}:step`) as unknown as Siblings["step"],
  settle: makeFunctionReference<"mutation">(`${path}:settle`) as unknown as Siblings["settle"],
});

/** Throws `RUN_EXPORTS_MISNAMED` when the deployment has no `step` or `settle` beside `run`. */
export async function checkSiblings({ path, step, settle }: Siblings): Promise<void> {
  try {
    await createFunctionHandle(step);
    await createFunctionHandle(settle);
  } catch (error) {
    throw misnamed(path, String(error));
  }
}

const misnamed = (path: string, why: string) =>
  memoryError(
    "RUN_EXPORTS_MISNAMED",
    `Export what agent.durable(workflow) gives under its own names: export const { run, step, settle } = …; ${why}.`,
    { path },
  );

/** The boundary where any ctx with mutations becomes the one of a mutation: `workflow.start` calls nothing else of it. */
const asStarter = (ctx: MutationCtx) => ctx as Parameters<WorkflowManager["start"]>[0];

/** Starts the workflow of a run that was begun in the same transaction. */
export async function startWorkflow(
  ctx: MutationCtx,
  {
    workflow,
    run,
    siblings,
    args,
  }: {
    workflow: WorkflowManager;
    run: RunReference;
    siblings: Siblings;
    args: Omit<RunArgs, "path"> & { runId: string };
  },
): Promise<string> {
  const { as, runId } = args;
  return await workflow.start(
    asStarter(ctx),
    run,
    { ...args, path: siblings.path },
    {
      onComplete: siblings.settle,
      context: { kind: "end", as, runId, nested: false },
    },
  );
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
