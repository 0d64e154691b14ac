// What runs of agents cost, in both engines: on their rows, in results, hooks and logs, nested runs included.
import { isStepCount } from "ai";
import { internalMutationGeneric, makeFunctionReference, type FunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { agentTool, defineAgent, defineTool } from "../../src/ai/index.js";
import { answerUsage, embeddingUsage } from "../../src/ai/usage.js";
import { vRun, type BoundMemory, type QueryCtx, type Run } from "../../src/client/index.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import type { TokenPrices } from "../../src/validators/price.js";
import { aMemory, OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed } from "./durableApp.js";
import { asks, aNestedApp, nestedIn } from "./nestedApp.js";
import { anAgent, asksFor, weather } from "./support.js";

const rates: TokenPrices = { input: 3_000_000, output: 15_000_000, cachedInput: 300_000 };
const usage = { inputTokens: 1_000, outputTokens: 100, cachedInputTokens: 400 };
/** What one call of that usage costs. */
const CALL = 600 * 3 + 120 + 1_500;
const script = () => [
  { ...asksFor("Oslo"), usage },
  { text: "Seven.", usage },
];
const priced = { provider: "scripted", model: "scripted-1", prices: rates };

/** The costs of a run's events, oldest first. */
async function costsOf({ owner, ctx }: { owner: BoundMemory; ctx: QueryCtx }, runId: string) {
  const { page } = await owner.usage.list(ctx, { runId, cursor: null });
  return page.reverse().map(({ costMicros }) => costMicros);
}

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.useFakeTimers({ now: Date.UTC(2026, 5, 1) });
  hushed();
  vi.spyOn(console, "log").mockImplementation((line: unknown) => void printed.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a run in an action", () => {
  test("has its cost in its row, its result and its last line", async () => {
    const helper = await anAgent(script(), { tools: { weather } }, "all");
    const { agent, ctx, threadId, owner, memory } = helper;
    await memory.asSystem().prices.load(ctx, { prices: [priced] });
    const result = await agent.generate(ctx, { as: OWNER, threadId, prompt: "Weather?" });
    const totals = { calls: 2, inputTokens: 2_000, outputTokens: 200, costMicros: 2 * CALL };
    expect(result.usage).toEqual(totals);
    expect((await owner.runs.get(ctx, { runId: result.runId })).totals).toEqual(totals);
    expect(await costsOf(helper, result.runId)).toEqual([CALL, CALL]);
    expect(printed.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ event: "run.completed", tokens: 2_200, costMicros: 2 * CALL }),
    );
  });

  test("without a price says nothing of a cost", async () => {
    const { agent, ctx, threadId, owner } = await anAgent(script(), { tools: { weather } }, "all");
    const { runId, usage: used } = await agent.generate(ctx, { as: OWNER, threadId, prompt: "Weather?" });
    expect(used).toEqual({ calls: 2, inputTokens: 2_000, outputTokens: 200 });
    expect((await owner.runs.get(ctx, { runId })).totals).toEqual(used);
    expect(printed.join()).not.toContain("costMicros");
  });

  test("that is priced in its middle counts the call before as unpriced", async () => {
    const helper = await anAgent(script(), {
      tools: {
        weather: {
          ...weather,
          execute: async (ctx: QueryCtx & Parameters<typeof weather.execute>[0]) => {
            await helper.memory.asSystem().prices.load(ctx, { prices: [priced] });
            return { city: "Oslo", degrees: 7 };
          },
        },
      },
    });
    const { agent, ctx, threadId } = helper;
    const { runId, usage: used } = await agent.generate(ctx, { as: OWNER, threadId, prompt: "Weather?" });
    expect(used).toMatchObject({ calls: 2, costMicros: CALL, unpricedCalls: 1 });
    expect(await costsOf(helper, runId)).toEqual([undefined, CALL]);
  });

  test("prices what embedding its prompt took by the embedder's price", async () => {
    const embedder = deterministicEmbedder();
    const helper = await anAgent([{ text: "Seven.", usage }], {
      recall: { scopes: ["thread"], maxTokens: 500 },
      embeddingModel: () => embedder,
    });
    const { agent, ctx, threadId, owner, memory } = helper;
    const { provider, modelId: model } = embedder;
    await memory.asSystem().prices.set(ctx, { provider, model, prices: { input: 1_000_000, output: 0 } });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "Weather in Oslo?" });
    const { page } = await owner.usage.list(ctx, { cursor: null });
    const embeddings = page.filter(({ purpose }) => purpose === "embedding");
    expect(embeddings.length).toBeGreaterThan(0);
    for (const { inputTokens, costMicros } of embeddings) expect(costMicros).toBe(inputTokens);
  });

  test("has what the agent that it asked cost in its totals and its result", async () => {
    const test = aMemory();
    const { ctx, memory } = test;
    const owner = memory.as(OWNER);
    const { threadId } = await owner.threads.create(ctx, {});
    await memory.asSystem().prices.load(ctx, { prices: [priced] });
    const inner = scriptedModel([{ text: "Seven.", usage }]);
    const outer = scriptedModel([
      { ...asks(["ask", "Oslo?"]), usage },
      { text: "It is 7.", usage },
    ]);
    const named = { instructions: "Answer." };
    const researcher = defineAgent(memory, { name: "researcher", model: () => inner, ...named });
    const ask = agentTool({ description: "Ask.", agent: researcher });
    const writer = defineAgent(memory, { name: "writer", model: () => outer, tools: { ask }, ...named });
    const { runId, usage: used } = await writer.generate(ctx, { as: OWNER, threadId, prompt: "Weather?" });
    const { totals } = await owner.runs.get(ctx, { runId });
    expect(totals).toMatchObject({ calls: 3, costMicros: 3 * CALL });
    expect(used).toEqual(totals);
  });

  test("that its tools end has what those cost in its result, and so has one that is stopped", async () => {
    const stop = new AbortController();
    const pays = defineTool({
      description: "Pays.",
      inputSchema: z.object({}),
      execute: (ctx) => ctx.recordUsage({ provider: "acme", costMicros: 7 }),
    });
    const aborts = defineTool({ ...pays, inputSchema: z.object({}), execute: () => stop.abort() });
    const asking = (toolName: string) => ({ toolCalls: [{ toolName, input: {} }], usage });
    const helper = await anAgent([asking("pays"), asking("pays"), asking("pays"), asking("aborts")], {
      ...{ tools: { pays, aborts }, stopWhen: isStepCount(2) },
    });
    const { agent, ctx, threadId, owner, memory } = helper;
    await memory.asSystem().prices.load(ctx, { prices: [priced] });
    const asked = { as: OWNER, threadId, prompt: "Go." };
    const ended = await agent.generate(ctx, asked);
    expect(ended.usage).toMatchObject({ calls: 4, costMicros: 2 * CALL + 14 });
    expect(ended.usage).toEqual((await owner.runs.get(ctx, { runId: ended.runId })).totals);
    const stopped = await agent.generate(ctx, { ...asked, abortSignal: stop.signal });
    expect(stopped.state.kind).toBe("canceled");
    expect(stopped.usage).toMatchObject({ calls: 3, costMicros: 2 * CALL + 7 });
    expect(stopped.usage).toEqual((await owner.runs.get(ctx, { runId: stopped.runId })).totals);
  });

  test("tells the app's hook in the transaction that ends it", async () => {
    const runs: Run[] = [];
    const onRunFinished = internalMutationGeneric({
      args: { run: vRun },
      handler: async (_ctx, { run }) => void runs.push(run),
    });
    const reference = makeFunctionReference<"mutation">("spent:onRunFinished");
    const hook = reference as unknown as FunctionReference<"mutation", "internal", { run: Run }>;
    const modules = { "./spent.ts": async () => ({ onRunFinished }) };
    const { t, ctx, memory } = aMemory(modules, { hooks: { onRunFinished: () => hook } });
    const model = scriptedModel([{ text: "Seven.", usage }]);
    const agent = defineAgent(memory, { name: "helper", model: () => model, instructions: "Answer." });
    const { threadId } = await memory.as(OWNER).threads.create(ctx, {});
    await memory.asSystem().prices.load(ctx, { prices: [priced] });
    await t.action((action) => agent.generate(action, { as: OWNER, threadId, prompt: "Weather?" }));
    expect(runs).toMatchObject([{ state: { kind: "completed" }, totals: { calls: 1, costMicros: CALL } }]);
  });
});

describe("a durable run", () => {
  test("has its cost in its row and its last line", async () => {
    const app = await aDurableApp(script(), { tools: { weather } }, "all");
    await app.memory.asSystem().prices.load(app.ctx, { prices: [priced] });
    const { runId } = await app.start("Weather?");
    await app.finish();
    const { totals } = await app.owner.runs.get(app.ctx, { runId });
    expect(totals).toEqual({ calls: 2, inputTokens: 2_000, outputTokens: 200, costMicros: 2 * CALL });
    expect(await costsOf(app, runId)).toEqual([CALL, CALL]);
    const last = printed.filter((line) => line.includes('"run.completed"'));
    expect(last.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ costMicros: 2 * CALL }]);
  });

  test("has what the runs nested in it cost in its totals", async () => {
    const app = await aNestedApp({
      editor: {
        script: [
          { ...asks(["north", "a"]), usage },
          { text: "Both.", usage },
        ],
        asks: ["north"],
      },
      north: { script: [{ text: "Seven.", usage }] },
    });
    await app.memory.asSystem().prices.load(app.ctx, { prices: [priced] });
    const { runId } = await app.start("editor", "Weather?");
    await app.finish();
    const { totals } = await app.owner.runs.get(app.ctx, { runId });
    expect(totals).toMatchObject({ calls: 3, costMicros: 3 * CALL });
    const [child] = await nestedIn(app, runId);
    expect(child?.totals).toMatchObject({ calls: 1, costMicros: CALL });
  });
});

test("a clock that was set back took no time", () => {
  const usage = { inputTokens: 1, outputTokens: 1 };
  const call = { provider: "p", modelId: "m", finishReason: "stop", ms: -3 };
  expect(answerUsage({ ...call, usage, estimate: usage }).ms).toBe(0);
  expect(embeddingUsage({ ...call, tokens: 1, texts: ["a"] }).ms).toBe(0);
});
