import { WorkflowManager, type WorkflowComponent } from "@convex-dev/workflow";
import workflowTest from "@convex-dev/workflow/test";
import { convexTest, type TestConvexRoot } from "convex-test";
import {
  componentsGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  type GenericDataModel,
  type GenericMutationCtx,
} from "convex/server";
import { v } from "convex/values";
import { expect, vi } from "vitest";
import {
  agentTool,
  defineAgent,
  type Agent,
  type AgentDefinition,
  type AgentTool,
  type RunReference,
} from "../../src/ai/index.js";
import { AgentMemory, type ActionCtx, type BoundMemory, type ComponentApi } from "../../src/client/index.js";
import { register } from "../../src/test.js";
import { scriptedModel, type ScriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";

type InComponent = {
  runInComponent: <Output>(
    path: string,
    handler: (ctx: GenericMutationCtx<GenericDataModel>) => Promise<Output>,
  ) => Promise<Output>;
};

/** One agent of the app: what its model says, whom it may ask durably, and what else it is. */
export type Cast = {
  script: ScriptedTurn[];
  asks?: string[];
  tools?: Record<string, AgentTool>;
  definition?: Partial<AgentDefinition>;
};

export type NestedApp = {
  t: TestConvexRoot<GenericDataModel>;
  ctx: ActionCtx;
  memory: AgentMemory;
  workflow: WorkflowManager;
  owner: BoundMemory;
  threadId: string;
  agents: Record<string, Agent>;
  models: Record<string, ScriptedModel>;
  /** What each agent's file exports; may be changed, as a deploy does. */
  files: Record<string, Record<string, unknown>>;
  /** Starts a run of an agent in the app's thread from a mutation of the app. */
  start: (name: string, prompt: string) => Promise<{ runId: string; messageId: string; turn: number }>;
  /** Runs what is scheduled until nothing is. */
  finish: () => Promise<void>;
  rowsOf: (componentPath: string, table: string) => Promise<number>;
  inComponent: InComponent["runInComponent"];
};

export const asks = (...questions: [toolName: string, prompt: string][]): ScriptedTurn => ({
  toolCalls: questions.map(([toolName, prompt]) => ({ toolName, input: { prompt } })),
});

const runOf = (name: string) => makeFunctionReference<"mutation">(`${name}:run`) as unknown as RunReference;

/** An app of several durable agents, each in a file of its own name, on convex-test. Needs fake timers. */
export async function aNestedApp(cast: Record<string, Cast>): Promise<NestedApp> {
  const { agentMemory, workflow: workflowComponent } = componentsGeneric();
  const memory = new AgentMemory(agentMemory as unknown as ComponentApi);
  const workflow = new WorkflowManager(workflowComponent as unknown as WorkflowComponent);
  const agents: Record<string, Agent> = {};
  const models: Record<string, ScriptedModel> = {};
  const files: NestedApp["files"] = {};
  for (const [name, { script, asks: asked = [], tools = {}, definition }] of Object.entries(cast)) {
    const model = scriptedModel(script);
    const others = asked.map((other) => [other, askTool(other, () => agents[other]!)] as const);
    models[name] = model;
    agents[name] = defineAgent(memory, {
      ...{ name, model: () => model, instructions: "Answer.", throttleMs: 0 },
      tools: { ...Object.fromEntries(others), ...tools },
      ...definition,
    });
    files[name] = { ...agents[name].durable(workflow) };
  }
  const modules: Record<string, () => Promise<Record<string, unknown>>> = {
    "./_generated/api.ts": async () => ({}),
    "./chat.ts": async () => ({ send: sendTo(agents) }),
    "./brief.ts": async () => ({ brief: briefOf(workflow, agents) }),
    ...Object.fromEntries(Object.keys(cast).map((name) => [`./${name}.ts`, async () => files[name] ?? {}])),
  };
  const t = convexTest({ modules, transactionLimits: true }) as unknown as TestConvexRoot<GenericDataModel>;
  register(t);
  workflowTest.register(t as unknown as Parameters<typeof workflowTest.register>[0]);
  const ctx = { runQuery: t.query, runMutation: t.mutation, runAction: t.action } as unknown as ActionCtx;
  const owner = memory.as(OWNER);
  const { threadId } = await owner.threads.create(ctx, {});
  const send = makeFunctionReference<"mutation">("chat:send");
  const inComponent: NestedApp["inComponent"] = (path, handler) =>
    (t as unknown as InComponent).runInComponent(path, handler);
  return {
    ...{ t, ctx, memory, workflow, owner, threadId, agents, models, files, inComponent },
    start: (name, prompt) => t.mutation(send, { name, threadId, prompt }),
    finish: () => t.finishAllScheduledFunctions(() => vi.runAllTimers(), 4_000),
    rowsOf: (path, table) => inComponent(path, async (db) => (await db.db.query(table).collect()).length),
  };
}

const askTool = (name: string, agent: () => Agent): AgentTool =>
  agentTool({ description: `Ask ${name}.`, agent, run: () => runOf(name) });

const sendTo = (agents: Record<string, Agent>) =>
  internalMutationGeneric({
    args: { name: v.string(), threadId: v.string(), prompt: v.string() },
    returns: v.object({ runId: v.string(), messageId: v.string(), turn: v.number(), state: v.string() }),
    handler: (ctx, { name, ...args }) => agents[name]!.start(ctx, runOf(name), { as: OWNER, ...args }),
  });

/** The app's own workflow around one run. */
const briefOf = (workflow: WorkflowManager, agents: Record<string, Agent>) =>
  workflow.define({
    args: { name: v.string(), threadId: v.string(), prompt: v.string() },
    returns: v.string(),
    handler: async (step, { name, ...args }): Promise<string> =>
      (await agents[name]!.runIn(step, runOf(name), { as: OWNER, ...args })).text,
  });

/** The runs of the agents that a run asked, oldest first. */
export async function nestedIn({ owner, ctx }: NestedApp, runId: string) {
  const { page } = await owner.runs.listNested(ctx, { runId, cursor: null, limit: 200 });
  return page.reverse();
}

/** What each event of the ledger of this run and all below it says, added up. */
export async function usedBy(app: NestedApp, runId: string) {
  const { owner, ctx } = app;
  const { page } = await owner.usage.list(ctx, { runId, cursor: null, limit: 200 });
  const sum = { calls: 0, inputTokens: 0, outputTokens: 0 };
  const below = await Promise.all((await nestedIn(app, runId)).map((child) => usedBy(app, child.runId)));
  for (const { calls, inputTokens, outputTokens } of [
    ...page.map((event) => ({ calls: 1, ...event })),
    ...below,
  ]) {
    sum.calls += calls;
    sum.inputTokens += inputTokens;
    sum.outputTokens += outputTokens;
  }
  return sum;
}

/** What a run has used, as its row says. */
export const totals = async ({ owner, ctx }: NestedApp, runId: string) =>
  (await owner.runs.get(ctx, { runId })).totals;

/** Runs what is due, bit by bit, until something holds. */
export async function until({ t }: NestedApp, holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 200 && !(await holds()); round++) {
    vi.advanceTimersToNextTimer();
    await t.finishInProgressScheduledFunctions();
  }
  expect(await holds()).toBe(true);
}
