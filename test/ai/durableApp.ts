import { WorkflowManager, type WorkflowComponent } from "@convex-dev/workflow";
import workflowTest from "@convex-dev/workflow/test";
import { convexTest, type TestConvexRoot } from "convex-test";
import {
  componentsGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  type FunctionReference,
  type GenericDataModel,
  type GenericMutationCtx,
} from "convex/server";
import { v } from "convex/values";
import { vi } from "vitest";
import {
  defineAgent,
  type Agent,
  type AgentDefinition,
  type RunReference,
  type RunTicket,
  type StartArgs,
} from "../../src/ai/index.js";
import {
  AgentMemory,
  type ActionCtx,
  type BoundMemory,
  type ComponentApi,
  type LogLevel,
} from "../../src/client/index.js";
import { vRunTicket } from "../../src/validators/run.js";
import { vWhileRunning } from "../../src/validators/runDriving.js";
import { register } from "../../src/test.js";
import { scriptedModel, type ScriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";

type Modules = Record<string, () => Promise<Record<string, unknown>>>;
type InComponent = {
  runInComponent: <Output>(
    path: string,
    handler: (ctx: GenericMutationCtx<GenericDataModel>) => Promise<Output>,
  ) => Promise<Output>;
};

export type DurableApp = {
  t: TestConvexRoot<GenericDataModel>;
  ctx: ActionCtx;
  memory: AgentMemory;
  workflow: WorkflowManager;
  agent: Agent;
  model: ScriptedModel;
  owner: BoundMemory;
  threadId: string;
  run: RunReference;
  /** Starts a run from a mutation of the app. */
  start: (prompt: string, operationId?: string, more?: Partial<StartArgs>) => Promise<RunTicket>;
  /** Runs what is scheduled until nothing is. */
  finish: () => Promise<void>;
  /** How many rows a component's table has. */
  rowsOf: (componentPath: string, table: string) => Promise<number>;
  /** What `researcher.ts` exports; may be changed, as a deploy does. */
  researcher: Record<string, unknown>;
};

/** An app with one durable agent in `researcher.ts`, on stock convex-test with workflow and workpool. Needs fake timers. */
export async function aDurableApp(
  script: ScriptedTurn[],
  definition: Partial<AgentDefinition> = {},
  logs?: LogLevel,
): Promise<DurableApp> {
  const model = scriptedModel(script);
  const { agentMemory, workflow: workflowComponent } = componentsGeneric();
  const memory = new AgentMemory(agentMemory as unknown as ComponentApi, { logs });
  const workflow = new WorkflowManager(workflowComponent as unknown as WorkflowComponent);
  const agent = defineAgent(memory, {
    name: "researcher",
    model: () => model,
    instructions: "Answer.",
    throttleMs: 0,
    ...definition,
  });
  const run = makeFunctionReference<"mutation">("researcher:run") as unknown as RunReference;
  const functions = agent.durable(workflow);
  const researcher: Record<string, unknown> = { ...functions };
  const modules: Modules = {
    "./_generated/api.ts": async () => ({}),
    "./researcher.ts": async () => researcher,
    "./moved.ts": async () => ({ ...functions }),
    "./chat.ts": async () => ({ send: sendWith(agent, run) }),
    "./brief.ts": async () => ({ brief: briefOf(workflow, agent, run) }),
  };
  const t = convexTest({ modules, transactionLimits: true }) as unknown as TestConvexRoot<GenericDataModel>;
  register(t);
  workflowTest.register(t as unknown as Parameters<typeof workflowTest.register>[0]);
  const ctx = { runQuery: t.query, runMutation: t.mutation, runAction: t.action } as unknown as ActionCtx;
  const owner = memory.as(OWNER);
  const { threadId } = await owner.threads.create(ctx, {});
  const send = makeFunctionReference<"mutation">("chat:send");
  return {
    ...{ t, ctx, memory, workflow, agent, model, owner, threadId, run, researcher },
    start: (prompt, operationId, more) => t.mutation(send, { threadId, prompt, operationId, ...more }),
    finish: () => t.finishAllScheduledFunctions(() => vi.runAllTimers(), 2_000),
    rowsOf: (path, table) =>
      (t as unknown as InComponent).runInComponent(
        path,
        async (db) => (await db.db.query(table).collect()).length,
      ),
  };
}

const sendWith = (agent: Agent, run: RunReference) =>
  internalMutationGeneric({
    args: {
      threadId: v.string(),
      prompt: v.optional(v.string()),
      promptMessageId: v.optional(v.string()),
      operationId: v.optional(v.string()),
      whileRunning: v.optional(vWhileRunning),
      startAt: v.optional(v.number()),
    },
    returns: vRunTicket,
    handler: (ctx, args) => agent.start(ctx, run, { as: OWNER, ...args }),
  });

/** The app's own workflow: two runs of the agent, one after the other, in one thread. */
const briefOf = (workflow: WorkflowManager, agent: Agent, run: RunReference) =>
  workflow.define({
    args: { threadId: v.string(), prompts: v.array(v.string()) },
    returns: v.array(v.object({ runId: v.string(), text: v.string(), state: v.string() })),
    handler: async (step, { threadId, prompts }) => {
      const reports = [];
      for (const prompt of prompts)
        reports.push(await agent.runIn(step, run, { as: OWNER, threadId, prompt }));
      return reports;
    },
  });

/** Keeps the workpool's reports and the errors that a test provokes out of the test's output. */
export function hushed(): void {
  for (const method of ["log", "info", "warn", "error"] as const)
    vi.spyOn(console, method).mockImplementation(() => {});
}

export const reference = <Type extends "mutation" | "action">(name: string) =>
  makeFunctionReference<Type>(name) as unknown as FunctionReference<Type, "internal">;

/** Where a run stands. */
export const stateOf = async ({ owner, ctx }: Pick<DurableApp, "owner" | "ctx">, runId: string) =>
  (await owner.runs.get(ctx, { runId })).state;

/** What a finished run may leave behind: nothing that belongs to it. */
export async function leftovers({ rowsOf }: Pick<DurableApp, "rowsOf">): Promise<Record<string, number>> {
  const left: Record<string, number> = {};
  for (const [path, table] of [
    ["workflow", "workflows"],
    ["workflow", "steps"],
    ["workflow", "events"],
    ["workflow", "onCompleteFailures"],
    ["workflow/workpool", "work"],
    ["workflow/workpool", "payload"],
    ["workflow/workpool", "pendingStart"],
    ["workflow/workpool", "pendingCompletion"],
  ] as const) {
    const rows = await rowsOf(path, table);
    if (rows > 0) left[`${path}.${table}`] = rows;
  }
  return left;
}
