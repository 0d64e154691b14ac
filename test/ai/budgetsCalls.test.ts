// Calls that are not as their run had held them to be when it drew: by what tools gave, by files, by another model.
import { generateText, isStepCount, tool } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type AgentDefinition } from "../../src/ai/index.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import type { Part } from "../../src/client/index.js";
import { OWNER } from "../support/aMemory.js";
import { asksWeather, dayOf, PER_CALL, refusalOf, says, settings } from "./budgets.js";
import { aDurableApp, hushed, leftovers } from "./durableApp.js";
import { aLoop } from "./middlewareSupport.js";
import { anAgent, counting, messagesOf, transcript, type TestAgent } from "./support.js";

beforeEach(() => hushed());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const LONG = "word ".repeat(1_000);
const schema = z.object({ city: z.string() });
const weather = defineTool({ description: "The weather.", inputSchema: schema, execute: () => LONG });

const anAgentWith = (script: ScriptedTurn[], definition: Partial<AgentDefinition>) =>
  anAgent(script, { settings, ...definition }, "off");
const ask = ({ agent, ctx, threadId }: TestAgent, prompt: string | Part[] = "Oslo?") =>
  agent.generate(ctx, { as: OWNER, threadId, prompt });
const statusOf = async ({ owner, ctx }: Pick<TestAgent, "owner" | "ctx">) =>
  (await owner.budgets.status(ctx, {})).map(({ spent, reserved }) => ({ spent, reserved }));

describe("what tools gave in an action", () => {
  const script = [asksWeather("Oslo"), says("7.")];

  test.each(["generate", "stream"] as const)(
    "ends the run before agent.%s asks the model with more than there is room for",
    async (call) => {
      const helper = await anAgentWith(script, { budgets: [dayOf(3)], tools: { weather } });
      const { agent, ctx, threadId, owner } = helper;
      const refusal = await refusalOf(agent[call](ctx, { as: OWNER, threadId, prompt: "Oslo?" }));
      expect(refusal).toMatchObject({
        code: "BUDGET_EXCEEDED",
        details: { per: "user", limit: 3 * PER_CALL, spent: PER_CALL, reserved: 0 },
      });
      expect(helper.model.calls).toHaveLength(1);
      const run = await owner.runs.get(ctx, { runId: String(refusal.details.runId) });
      expect(run).toMatchObject({ state: { kind: "failed", code: "BUDGET_EXCEEDED" } });
      expect(run.exceeded).toMatchObject({ per: "user", spent: PER_CALL });
      expect((await messagesOf(helper)).map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
      expect(await statusOf(helper)).toEqual([{ spent: PER_CALL, reserved: 0 }]);
    },
  );

  test("is drawn for where there is room: the one turn that costs a further call of the component", async () => {
    const doors = async (limit: number, result: string) => {
      const read = defineTool({ description: "The weather.", inputSchema: schema, execute: () => result });
      const helper = await anAgentWith(script, { budgets: [dayOf(limit)], tools: { weather: read } });
      const called: string[] = [];
      expect((await ask({ ...helper, ctx: counting(helper.ctx, called) })).text).toBe("7.");
      expect(await statusOf(helper)).toEqual([{ spent: 2 * PER_CALL, reserved: 0 }]);
      return called;
    };
    expect(await doors(100, "7")).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
    expect(await doors(100, LONG)).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]); // within its slab
    expect(await doors(100, LONG.repeat(3))).toContain("turns.draw");
  });

  test("counts in the limit of a run by itself", async () => {
    const budgets = [{ per: "run", unit: "tokens", limit: 3 * PER_CALL }] as const;
    const helper = await anAgentWith(script, { budgets, tools: { weather } });
    const { details } = await refusalOf(ask(helper));
    expect(details).toMatchObject({ per: "run", limit: 3 * PER_CALL, spent: PER_CALL });
    expect(helper.model.calls).toHaveLength(1);
  });

  test("stops nobody where the budget is soft", async () => {
    const budgets = [dayOf(1, { mode: "soft" })];
    const helper = await anAgentWith(script, { budgets, tools: { weather } });
    expect((await ask(helper)).text).toBe("7.");
  });

  test("ends a loop of the SDK too", async () => {
    const loop = await aLoop(script);
    const { middleware, model } = loop.bind({ budgets: [dayOf(3)] });
    const tools = { weather: tool({ description: "?", inputSchema: schema, execute: () => LONG }) };
    const asked = { model, tools, stopWhen: isStepCount(5), maxOutputTokens: 100, prompt: "Oslo?" };
    expect(await refusalOf(generateText(asked))).toMatchObject({ code: "BUDGET_EXCEEDED" });
    await middleware.finish();
    expect(loop.scripted.calls).toHaveLength(1);
    expect(await statusOf(loop)).toEqual([{ spent: PER_CALL, reserved: 0 }]);
  });
});

describe("what a call is shown besides", () => {
  const image: Part = {
    type: "file",
    mediaType: "image/png",
    file: { kind: "url", url: "https://files.invalid/a.png" },
  };

  test("as its files is counted, which have no words", async () => {
    const images = Array.from({ length: 5 }, () => image);
    const helper = await anAgentWith([says("1.")], { budgets: [dayOf(3)] });
    expect(await refusalOf(ask(helper, images))).toMatchObject({ code: "BUDGET_EXCEEDED" });
    expect(helper.model.calls).toHaveLength(0);
    expect(await statusOf(helper)).toEqual([{ spent: 0, reserved: 0 }]);
  });

  test.each([
    ["messages", { messages: [{ role: "user" as const, content: LONG }] }],
    ["instructions", { instructions: LONG }],
  ])("as %s that a step has prepared is counted", async (_what, prepared) => {
    const helper = await anAgentWith([says("1.")], { budgets: [dayOf(2)], prepareStep: () => prepared });
    expect(await refusalOf(ask(helper))).toMatchObject({ code: "BUDGET_EXCEEDED" });
    expect(helper.model.calls).toHaveLength(0);
  });
});

describe("a step that asks another model", () => {
  const budgets = [{ per: "user", unit: "cost", period: "month", limit: 3_000 }] as const;
  const priced = async (helper: TestAgent, models: Record<string, number>) => {
    const prices = Object.entries(models).map(([model, input]) => ({
      ...{ provider: "scripted", model },
      prices: { input: input * 1_000_000, output: input * 1_000_000 },
    }));
    await helper.memory.asSystem().prices.load(helper.ctx, { prices });
  };
  const another = (model: string) => ({ ...scriptedModel([says("2."), says("3.")]), modelId: model });

  test("is held to cost what that one does", async () => {
    const dear = another("dear");
    const helper = await anAgentWith([says("1.")], { budgets, prepareStep: () => ({ model: dear }) });
    await priced(helper, { "scripted-1": 1, dear: 100 });
    expect(await refusalOf(ask(helper))).toMatchObject({
      code: "BUDGET_EXCEEDED",
      details: { unit: "cost", limit: 3_000, spent: 0 },
    });
    expect(dear.calls).toHaveLength(0);
    expect(await statusOf(helper)).toEqual([{ spent: 0, reserved: 0 }]);
  });

  test("goes on where there is room, and its next call is held to cost the same", async () => {
    const called: string[] = [];
    const dear = another("dear");
    const helper = await anAgentWith([], {
      ...{
        budgets,
        tools: { weather: defineTool({ description: "?", inputSchema: schema, execute: () => "7" }) },
      },
      model: () => scriptedModel([asksWeather("Oslo")]),
      prepareStep: ({ stepNumber }) => (stepNumber === 0 ? {} : { model: dear }),
    });
    await priced(helper, { "scripted-1": 1, dear: 2 });
    expect((await ask({ ...helper, ctx: counting(helper.ctx, called) })).text).toBe("2.");
    expect(called).toEqual(["turns.begin", "turns.saveStep", "turns.draw", "turns.saveStep"]);
    expect(await statusOf(helper)).toEqual([{ spent: PER_CALL + 2 * PER_CALL, reserved: 0 }]);
  });

  test("is refused where the price of that one is not known", async () => {
    const unknown = another("unknown");
    const helper = await anAgentWith([says("1.")], { budgets, prepareStep: () => ({ model: unknown }) });
    await priced(helper, { "scripted-1": 1 });
    expect(await refusalOf(ask(helper))).toMatchObject({
      code: "PRICE_UNKNOWN",
      details: { provider: "scripted", model: "unknown" },
    });
    expect(unknown.calls).toHaveLength(0);
  });
});

describe("a durable run", () => {
  const NOON = Date.UTC(2026, 0, 15, 12);
  const long = { prepareStep: () => ({ instructions: LONG }) };

  test("fails before a step asks its model with more than there is room for", async () => {
    vi.useFakeTimers({ now: NOON });
    const app = await aDurableApp([says("1.")], { settings, budgets: [dayOf(2)], ...long });
    const { runId } = await app.start("1?");
    await app.finish();
    expect(await app.owner.runs.get(app.ctx, { runId })).toMatchObject({
      state: { kind: "failed", code: "BUDGET_EXCEEDED" },
      exceeded: { per: "user", limit: 2 * PER_CALL, spent: 0 },
    });
    expect(app.model.calls).toHaveLength(0);
    expect(await leftovers(app)).toEqual({});
  });

  test("waits for a new day where it may", async () => {
    vi.useFakeTimers({ now: NOON });
    const budgets = { rules: [dayOf(3)], whenExceeded: "wait" as const };
    const app = await aDurableApp([says("1."), says("2.")], { settings, budgets, ...long });
    await app.start("1?");
    await app.finish();
    await app.start("2?");
    await app.finish();
    expect(app.model.calls).toHaveLength(2);
    expect(vi.getMockedSystemTime()?.valueOf()).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 16));
    expect(transcript(await messagesOf(app)).at(-1)).toBe("assistant: 2.");
    expect(await leftovers(app)).toEqual({});
  });
});
