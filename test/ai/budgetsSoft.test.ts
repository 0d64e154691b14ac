// Soft budgets: passing one stops nobody, and is told to the app in the transaction that finds it.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defineAgent, type AgentDefinition } from "../../src/ai/index.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { aHookedApp } from "../support/hookedApp.js";
import { asksWeather, dayOf, nextMidnight, PER_CALL, says, settings } from "./budgets.js";
import { weather } from "./support.js";

const NOON = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 24 * 60 * 60 * 1000;
let lines: string[];

beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ now: NOON, toFake: ["Date"] });
  vi.spyOn(console, "error").mockImplementation((line: unknown) => void lines.push(String(line)));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const soft = dayOf(1, { mode: "soft" });
const answers = Array.from({ length: 6 }, (_, index) => says(`${index}.`));

async function anApp(definition: Partial<AgentDefinition>, refuse?: Parameters<typeof aHookedApp>[0]) {
  const app = await aHookedApp(refuse);
  const model = scriptedModel(answers);
  const agent = defineAgent(app.memory, {
    ...{ name: "helper", model: () => model, instructions: "", settings },
    ...definition,
  });
  const { ctx, threadId } = app;
  const ask = (prompt = "Oslo?") => agent.generate(ctx, { as: OWNER, threadId, prompt });
  return { ...app, ask, model };
}
const logged = (event: string) =>
  lines.flatMap((line) => {
    const told = JSON.parse(line) as Record<string, unknown>;
    return told.event === event ? [told] : [];
  });

describe("a soft budget that is passed", () => {
  test("is told once in its period, with its figures and whose run it was", async () => {
    const app = await anApp({ budgets: [soft] });
    await app.ask();
    expect((await app.told()).budgets).toEqual([]);
    const { runId } = await app.ask();
    await app.ask();
    expect((await app.told()).budgets).toEqual([
      {
        ...{ per: "user", unit: "tokens", period: "day", limit: PER_CALL, spent: PER_CALL, reserved: 0 },
        ...{ runId, threadId: app.threadId, agentName: "helper", ...OWNER },
        budgetId: expect.any(String) as string,
        resetsAt: nextMidnight(NOON),
      },
    ]);
    expect(logged("budget.exceeded")).toEqual([
      {
        ...{ event: "budget.exceeded", runId, agentName: "helper" },
        ...{ budget: "user tokens day", limit: PER_CALL, spent: PER_CALL },
      },
    ]);
    vi.setSystemTime(NOON + DAY_MS);
    await app.ask();
    expect((await app.told()).budgets).toHaveLength(1);
    await app.ask();
    expect((await app.told()).budgets).toHaveLength(2);
    expect(app.model.calls).toHaveLength(5);
  });

  test("of a run is told once in the run, while it goes on", async () => {
    const app = await anApp({ budgets: [{ per: "run", unit: "tokens", limit: 10, mode: "soft" }] });
    const { runId } = await app.ask();
    const told = (await app.told()).budgets;
    expect(told).toMatchObject([{ per: "run", limit: 10, resetsAt: null, runId, userId: OWNER.userId }]);
    expect(told[0]).not.toHaveProperty("budgetId");
    await app.ask();
    expect((await app.told()).budgets).toHaveLength(2);
  });

  test("that is passed in the middle of a run is told there", async () => {
    const app = await aHookedApp();
    const model = scriptedModel([asksWeather("Oslo"), asksWeather("Oslo"), says("7.")]);
    const agent = defineAgent(app.memory, {
      ...{ name: "helper", model: () => model, instructions: "", settings },
      ...{ tools: { weather }, budgets: [soft] },
    });
    const { ctx, threadId } = app;
    const { runId, text } = await agent.generate(ctx, { as: OWNER, threadId, prompt: "Oslo?" });
    expect(text).toBe("7.");
    expect((await app.told()).budgets).toMatchObject([{ per: "user", runId }]);
  });

  test("whose hook fails stops nobody, and nothing is told twice", async () => {
    const app = await anApp({ budgets: [soft] }, ({ budget }) => budget !== undefined);
    await app.ask();
    expect(await app.ask()).toMatchObject({ text: "1." });
    await app.ask();
    expect((await app.told()).budgets).toEqual([]);
    expect(logged("hook.failed")).toMatchObject([{ hook: "onBudgetWarning" }]);
    expect(logged("budget.exceeded")).toHaveLength(1);
  });
});
