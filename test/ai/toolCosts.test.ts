// What tools pay for other services: recorded with their result, whatever becomes of it.
import { generateText, isStepCount, tool as sdkTool } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import {
  defineTool,
  toToolSet,
  type SdkToolContext,
  type ToolContext,
  type ToolUsage,
} from "../../src/ai/index.js";
import { TOOL_MAX_COSTS } from "../../src/shared/ledgerLimits.js";
import { isMemoryError } from "../../src/validators/errors.js";
import { OWNER } from "../support/aMemory.js";
import { aWaitingRun, settled } from "./approvals.js";
import { aDurableApp, hushed } from "./durableApp.js";
import { eventsIn, type Ledger } from "./ledgerScene.js";
import { asks, toolOf, watchSteps } from "./lostSteps.js";
import { aLoop } from "./middlewareSupport.js";
import { anAgent, messagesOf, transcript } from "./support.js";

beforeEach(() => {
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const costsIn = async (app: Ledger) => (await eventsIn(app)).filter(({ purpose }) => purpose === "tool");
const pays = (
  { recordUsage }: Pick<ToolContext, "recordUsage">,
  costMicros = 5_000,
  more: Partial<ToolUsage> = {},
) => recordUsage({ provider: "acme", model: "search", costMicros, ...more });
const script = [asks("tool"), { text: "Done." }];

describe("a tool in an action", () => {
  test("records what it cost with the save of its result: no call more, and in the totals", async () => {
    const plain = await anAgent(script, { tools: { tool: toolOf(() => "ok") } });
    const paying = await anAgent(script, {
      tools: {
        tool: toolOf((ctx) => {
          pays(ctx);
          ctx.recordUsage({ provider: "acme", inputTokens: 7, raw: "{}" });
          return "ok";
        }),
      },
    });
    const ask = ({ threadId }: { threadId: string }) => ({ as: OWNER, threadId, prompt: "Go." });
    await plain.agent.generate(plain.ctx, ask(plain));
    const { runId, usage } = await paying.agent.generate(paying.ctx, ask(paying));
    expect(paying.calls).toEqual(plain.calls);
    const place = { runId, threadId: paying.threadId, agentName: "helper", step: 0, ...OWNER };
    expect(await costsIn(paying)).toMatchObject([
      { provider: "acme", model: "search", costMicros: 5_000, inputTokens: 0, outputTokens: 0, ...place },
      { provider: "acme", model: "tool", inputTokens: 7, raw: "{}", ...place },
    ]);
    const { totals } = await paying.owner.runs.get(paying.ctx, { runId });
    expect(totals).toMatchObject({ calls: 4, costMicros: 5_000, unpricedCalls: 3 });
    expect(usage).toEqual(totals);
  });

  test("that fails after it has paid, in each of its attempts, paid", async () => {
    const tool = defineTool({
      description: "Fails.",
      inputSchema: z.object({}),
      idempotent: true,
      retry: { maxAttempts: 3, initialBackoffMs: 0, base: 1 },
      execute: (ctx) => {
        pays(ctx, 11);
        throw new TypeError("No luck.");
      },
    });
    const helper = await anAgent(script, { tools: { tool } });
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go." });
    expect((await costsIn(helper)).map(({ costMicros }) => costMicros)).toEqual([11, 11, 11]);
    expect(transcript(await messagesOf(helper))).toContain("tool: error No luck.");
  });

  test("that is stopped in its time has what it pays later recorded too", async () => {
    let late: Promise<void> = Promise.resolve();
    const tool = defineTool({
      description: "Is slow.",
      inputSchema: z.object({}),
      timeoutMs: 20,
      execute: (ctx) => {
        pays(ctx, 1);
        late = new Promise((resolve) => setTimeout(resolve, 60)).then(() => pays(ctx, 2));
        return late;
      },
    });
    const helper = await anAgent(script, { tools: { tool } });
    const { runId } = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Go.",
    });
    await late;
    await vi.waitUntil(async () => (await costsIn(helper)).length === 2, { timeout: 2_000 });
    expect((await costsIn(helper)).map((event) => [event.costMicros, event.runId])).toEqual([
      [1, runId],
      [2, runId],
    ]);
  });

  test("that pays often is recorded as so many events at most, and their sum is exact", async () => {
    const often = TOOL_MAX_COSTS + 9;
    const tool = toolOf((ctx) => {
      for (let time = 0; time < often; time++) pays(ctx, 3, { inputTokens: 2 });
    });
    const helper = await anAgent(script, { tools: { tool } });
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go." });
    const costs = await costsIn(helper);
    expect(costs).toHaveLength(TOOL_MAX_COSTS);
    expect(costs.reduce((sum, { costMicros = 0 }) => sum + costMicros, 0)).toBe(3 * often);
    expect(costs.reduce((sum, { inputTokens }) => sum + inputTokens, 0)).toBe(2 * often);
  });

  test.each<[string, ToolUsage | ToolUsage[], string]>([
    ["a cost below nothing", { provider: "acme", costMicros: -1 }, "INVALID_ARGUMENT"],
    ["a cost that is no number", { provider: "acme", costMicros: NaN }, "INVALID_ARGUMENT"],
    ["a part of a millionth", { provider: "acme", costMicros: 0.5 }, "INVALID_ARGUMENT"],
    ["absurd tokens", { provider: "acme", inputTokens: 1e12 }, "INVALID_ARGUMENT"],
    ["nobody who is paid", { provider: "" }, "INVALID_ARGUMENT"],
    ["no code of a currency", { provider: "acme", costMicros: 1, currency: "dollars" }, "INVALID_ARGUMENT"],
    ["no text as its record", { provider: "acme", raw: {} as string }, "INVALID_ARGUMENT"],
    [
      "two currencies",
      [
        { provider: "acme", costMicros: 1, currency: "USD" },
        { provider: "acme", costMicros: 1, currency: "EUR" },
      ],
      "CURRENCY_MISMATCH",
    ],
  ])("is told at once of %s", async (_what, given, code) => {
    const codes: string[] = [];
    const tool = toolOf((ctx) => {
      for (const usage of [given].flat())
        try {
          ctx.recordUsage(usage);
          codes.push("ok");
        } catch (error) {
          codes.push(isMemoryError(error) ? error.data.code : String(error));
        }
    });
    const helper = await anAgent(script, { tools: { tool } });
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go." });
    expect(codes.at(-1)).toBe(code);
    expect(await costsIn(helper)).toHaveLength(codes.length - 1);
  });

  test("is saved although the ledger counts in another currency: its cost is unknown", async () => {
    const tools = {
      tool: toolOf((ctx) => pays(ctx, 9, { currency: "EUR" })),
      other: toolOf((ctx) => pays(ctx, 8, { currency: "USD" })),
    };
    const helper = await anAgent([asks("other"), asks("tool"), { text: "Done." }], { tools });
    const { state } = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Go.",
    });
    expect(state.kind).toBe("completed");
    const [known, unknown] = await costsIn(helper);
    expect(known).toMatchObject({ costMicros: 8 });
    expect(unknown).not.toHaveProperty("costMicros");
    expect(JSON.parse(unknown?.raw ?? "")).toEqual({ costMicros: 9, currency: "EUR" });
  });
});

describe("a tool of a durable run", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  test("records what it cost with its result", async () => {
    const app = await aDurableApp(script, { tools: { tool: toolOf((ctx) => pays(ctx)) } });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await costsIn(app)).toMatchObject([
      { costMicros: 5_000, runId, step: 0, agentName: "researcher" },
    ]);
    const { totals } = await app.owner.runs.get(app.ctx, { runId });
    expect(totals).toMatchObject({ calls: 3, costMicros: 5_000, unpricedCalls: 2 });
  });

  test.each([
    ["after its result was saved", "after turns.saveResult" as const, 1],
    // The first run of the tool was paid, but nobody is left who knows.
    ["before its result was saved", "before turns.saveResult" as const, 2],
  ])("whose action is lost %s records each run that came to its end, once", async (_when, loss, runs) => {
    let ran = 0;
    const tool = toolOf((ctx) => pays(ctx, ++ran), { idempotent: true });
    const app = await aDurableApp(script, { tools: { tool } });
    watchSteps(app, (attempt) => (attempt === 1 ? loss : null));
    await app.start("Go.");
    await app.finish();
    expect(ran).toBe(runs);
    expect((await costsIn(app)).map(({ costMicros }) => costMicros)).toEqual([runs]);
  });

  test("that only asks for its result has paid for asking", async () => {
    const tool = defineTool({
      description: "Asks.",
      inputSchema: z.object({}),
      answersLater: true,
      execute: (ctx) => pays(ctx, 4),
    });
    const app = await aWaitingRun(script, { tool });
    const { runId } = app;
    expect(await costsIn(app)).toMatchObject([{ costMicros: 4, runId }]);
    await app.owner.runs.answer(app.ctx, { runId, callId: "call-1-1", output: "Yes." });
    await settled(app);
    expect((await app.owner.runs.get(app.ctx, { runId })).state.kind).toBe("completed");
    expect(await costsIn(app)).toHaveLength(1);
  });
});

describe("a tool of the AI SDK", () => {
  test("finds the same in the context of its options", async () => {
    const { ctx, agent, threadId, ...helper } = await anAgent([asks("sdk"), { text: "Done." }]);
    const sdk = sdkTool({
      description: "Pays.",
      inputSchema: z.object({}),
      execute: (_input, { context }) => pays(context as SdkToolContext, 6),
    });
    const { runId } = await agent.generate(ctx, { as: OWNER, threadId, prompt: "Go.", tools: { sdk } });
    expect(await costsIn({ ctx, ...helper })).toMatchObject([{ costMicros: 6, runId }]);
  });
});

describe("a tool of ours in a plain loop", () => {
  test("is recorded for the thread and who asked", async () => {
    const loop = await aLoop(script);
    const { ctx, memory, threadId, scripted: model } = loop;
    const args = { ctx, memory, as: OWNER, threadId, agentName: "loop" };
    const tools = toToolSet({ tool: toolOf((tool) => pays(tool, 12)) }, args);
    await generateText({ model, tools, stopWhen: isStepCount(3), prompt: "Go." });
    const [cost, ...more] = await costsIn(loop);
    expect(more).toEqual([]);
    expect(cost).toMatchObject({ costMicros: 12, threadId, agentName: "loop", ...OWNER });
    expect(cost).not.toHaveProperty("runId");
  });
});
