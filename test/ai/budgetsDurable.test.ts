// Budgets of durable runs: refused as they start, ended before the model is called, or waiting for a new day.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type AgentDefinition } from "../../src/ai/index.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aThermometer, asksWeather, dayOf, nextMidnight, PER_CALL, says, settings } from "./budgets.js";
import { aDurableApp, hushed, leftovers, reference, stateOf, type DurableApp } from "./durableApp.js";
import { messagesOf, transcript } from "./support.js";

const NOON = Date.UTC(2026, 0, 15, 12);
const MIDNIGHT = nextMidnight(NOON);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const anApp = (script: ScriptedTurn[], definition: Partial<AgentDefinition>) =>
  aDurableApp(script, { settings, ...definition });
const waiting = (calls: number) => ({ rules: [dayOf(calls)], whenExceeded: "wait" as const });
const runOf = ({ owner, ctx }: DurableApp, runId: string) => owner.runs.get(ctx, { runId });
/** What is due soon is done; what waits for midnight is not. */
const settleNow = async ({ t }: DurableApp) => {
  for (let round = 0; round < 50; round++) {
    vi.advanceTimersByTime(200);
    await t.finishInProgressScheduledFunctions();
  }
};
const passMidnight = async (app: DurableApp) => {
  vi.setSystemTime(MIDNIGHT);
  await app.finish();
};

describe("a durable run over its budget", () => {
  test("is not started: nothing is said, and no workflow is there", async () => {
    const app = await anApp([says("1.")], { budgets: [dayOf(1)] });
    await app.start("1?");
    await app.finish();
    expect(await codeOf(app.start("2?"))).toBe("BUDGET_EXCEEDED");
    await expect(app.start("2?")).rejects.toMatchObject({
      data: { details: { per: "user", limit: PER_CALL, spent: PER_CALL, resetsAt: MIDNIGHT } },
    });
    await app.finish();
    expect(transcript(await messagesOf(app))).toEqual(["user: 1?", "assistant: 1."]);
    expect(await leftovers(app)).toEqual({});
    expect(app.model.calls).toHaveLength(1);
  });

  test.each([
    ["one tool", ["Oslo"]],
    ["several tools", ["Oslo", "Bergen"]],
  ])("fails before the model is called, and its tools do not run: %s", async (_name, cities) => {
    const { read, weather } = aThermometer();
    const app = await anApp([asksWeather(...cities), says("7.")], {
      budgets: [dayOf(1)],
      tools: { weather },
    });
    const { runId } = await app.start("Weather?");
    await app.finish();
    expect(await runOf(app, runId)).toMatchObject({
      state: { kind: "failed", code: "BUDGET_EXCEEDED" },
      exceeded: {
        per: "user",
        unit: "tokens",
        period: "day",
        limit: PER_CALL,
        spent: PER_CALL,
        resetsAt: MIDNIGHT,
      },
      steps: 1,
    });
    expect(read).not.toHaveBeenCalled();
    expect(app.model.calls).toHaveLength(1);
    const said = await messagesOf(app);
    expect(said.filter(({ role }) => role === "tool")).toHaveLength(cities.length);
    expect(said.every(({ state }) => state.kind === "complete")).toBe(true);
    expect(await leftovers(app)).toEqual({});
  });

  test("that has waited for its turn fails when that comes, and the next one is looked at", async () => {
    const app = await anApp([says("1.")], { budgets: [dayOf(1)] });
    await app.start("1?");
    const { runId, state } = await app.start("2?");
    expect(state).toBe("queued");
    await app.finish();
    expect(await runOf(app, runId)).toMatchObject({
      state: { kind: "failed", code: "BUDGET_EXCEEDED" },
      exceeded: { per: "user", limit: PER_CALL },
    });
    expect(app.model.calls).toHaveLength(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("fails with its first step where its thread is longer than there is room", async () => {
    const app = await anApp([says("1.")], { budgets: [dayOf(2)] });
    const long = { type: "text" as const, text: "word ".repeat(1_000) };
    await app.owner.messages.append(app.ctx, {
      threadId: app.threadId,
      messages: [{ role: "user", parts: [long] }],
    });
    const { runId } = await app.start("1?");
    await app.finish();
    expect(await runOf(app, runId)).toMatchObject({
      state: { kind: "failed", code: "BUDGET_EXCEEDED" },
      exceeded: { per: "user", limit: 2 * PER_CALL, spent: 0 },
    });
    expect(app.model.calls).toHaveLength(0);
  });

  test("fails where what a tool gave is more than there is room for", async () => {
    const long = defineTool({
      description: "The weather in a city.",
      inputSchema: z.object({ city: z.string() }),
      execute: () => "word ".repeat(1_000),
    });
    const app = await anApp([asksWeather("Oslo"), says("7.")], {
      budgets: [dayOf(3)],
      tools: { weather: long },
    });
    const { runId } = await app.start("Weather?");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "BUDGET_EXCEEDED" });
    expect(app.model.calls).toHaveLength(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("answers with no more than was reserved", async () => {
    const app = await anApp([says("1.")], { budgets: [dayOf(9)] });
    await app.start("1?");
    await app.finish();
    expect(app.model.calls[0]?.maxOutputTokens).toBe(100);
    const uncapped = await anApp([says("1.")], { budgets: [dayOf(9)], settings: {} });
    expect(await codeOf(uncapped.start("1?")), "8,192 tokens are more than there are").toBe(
      "BUDGET_EXCEEDED",
    );
  });
});

describe("a durable run that may wait for its budget", () => {
  test("is queued until the budget begins anew, and then answered", async () => {
    const app = await anApp([says("1."), says("2.")], { budgets: waiting(1) });
    await app.start("1?");
    await app.finish();
    const { runId, state } = await app.start("2?");
    expect(state).toBe("queued");
    await settleNow(app);
    expect(await runOf(app, runId)).toMatchObject({
      state: { kind: "queued", startAt: MIDNIGHT },
      waitsFor: "budget",
      waitsUntil: MIDNIGHT,
    });
    expect(app.model.calls).toHaveLength(1);
    await passMidnight(app);
    const run = await runOf(app, runId);
    expect(run.state).toMatchObject({ kind: "completed" });
    expect([run.waitsFor, run.waitsUntil]).toEqual([undefined, undefined]);
    expect(transcript(await messagesOf(app)).at(-1)).toBe("assistant: 2.");
    expect(await leftovers(app)).toEqual({});
  });

  test("waits in the middle with its tools done, and goes on with the same step", async () => {
    const { read, weather } = aThermometer();
    const script = [says("0."), asksWeather("Oslo", "Bergen"), says("7.")];
    const app = await anApp(script, { budgets: waiting(2), tools: { weather } });
    await app.start("0?");
    await app.finish();
    const { runId } = await app.start("Weather?");
    await settleNow(app);
    expect(await runOf(app, runId)).toMatchObject({
      state: { kind: "running" },
      ...{ steps: 1, waitsFor: "budget" },
    });
    expect((await runOf(app, runId)).waitsUntil).toBeGreaterThanOrEqual(MIDNIGHT);
    expect(read).toHaveBeenCalledTimes(2);
    expect(app.model.calls).toHaveLength(2);
    await passMidnight(app);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app)).at(-1)).toBe("assistant: 7.");
    expect(await leftovers(app)).toEqual({});
  });

  test.each(["queued", "running"])("is canceled at once while it is %s", async (kind) => {
    const { weather } = aThermometer();
    const app = await anApp([says("0."), asksWeather("Oslo")], {
      budgets: waiting(kind === "queued" ? 1 : 2),
      tools: { weather },
    });
    await app.start("0?");
    await app.finish();
    const { runId } = await app.start("Weather?");
    await settleNow(app);
    expect((await runOf(app, runId)).state.kind).toBe(kind);
    await app.owner.runs.cancel(app.ctx, { runId });
    await settleNow(app);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "canceled" });
    expect(await leftovers(app)).toEqual({});
  });

  test.each(["queued", "running"])(
    "goes on at once when its limit is raised while it is %s",
    async (kind) => {
      const tools = { weather: aThermometer().weather };
      const [calls, script] = kind === "queued" ? [1, []] : [2, [asksWeather("Oslo")]];
      const app = await anApp([says("0."), ...script, says("7.")], { budgets: waiting(calls), tools });
      await app.start("0?");
      await app.finish();
      const { runId } = await app.start("Weather?");
      await settleNow(app);
      expect(await runOf(app, runId)).toMatchObject({ state: { kind }, waitsFor: "budget" });
      const { budgets } = app.memory.asSystem();
      const user = { per: "user", userId: OWNER.userId, tenantId: OWNER.tenantId ?? "" } as const;
      const raised = { unit: "tokens", period: "day", mode: "hard", limit: 10 * PER_CALL } as const;
      await budgets.set(app.ctx, { ...user, ...raised });
      await settleNow(app);
      expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
      expect(Date.now()).toBeLessThan(MIDNIGHT);
      await app.finish();
      expect(await leftovers(app)).toEqual({});
    },
  );

  test("is told nothing of a new day by a budget that never begins anew: it fails", async () => {
    const lifetime = { rules: [dayOf(1, { period: "lifetime" })], whenExceeded: "wait" as const };
    const app = await anApp([says("1.")], { budgets: lifetime });
    await app.start("1?");
    await app.finish();
    expect(await codeOf(app.start("2?"))).toBe("BUDGET_EXCEEDED");
  });

  test("does not wait for a budget that could never hold its call", async () => {
    const app = await anApp([says("1.")], { budgets: { ...waiting(1), rules: [dayOf(0.1)] } });
    expect(await codeOf(app.start("1?"))).toBe("BUDGET_EXCEEDED");
  });
});

describe("agent.runIn with a budget", () => {
  const brief = (app: DurableApp, ...prompts: string[]) =>
    app.t.mutation(
      async (ctx) =>
        await app.workflow.start(ctx, reference<"mutation">("brief:brief"), {
          ...{ threadId: app.threadId, prompts },
        }),
    );

  test("fails with it, and says nothing", async () => {
    const app = await anApp([says("1.")], { budgets: [dayOf(1)] });
    const workflowId = await brief(app, "1?", "2?");
    await app.finish();
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "failed",
      error: expect.stringContaining("BUDGET_EXCEEDED") as string,
    });
    expect(transcript(await messagesOf(app))).toEqual(["user: 1?", "assistant: 1."]);
  });

  test("fails with it in the middle", async () => {
    const { read, weather } = aThermometer();
    const app = await anApp([asksWeather("Oslo")], { budgets: [dayOf(1)], tools: { weather } });
    const workflowId = await brief(app, "1?");
    await app.finish();
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "failed",
      error: expect.stringContaining("BUDGET_EXCEEDED") as string,
    });
    expect(read).not.toHaveBeenCalled();
  });

  test("waits for a new day where it may", async () => {
    const app = await anApp([says("1."), says("2.")], { budgets: waiting(1) });
    const workflowId = await brief(app, "1?", "2?");
    await settleNow(app);
    expect(app.model.calls).toHaveLength(1);
    await passMidnight(app);
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "completed",
      result: [
        { text: "1.", state: "completed" },
        { text: "2.", state: "completed" },
      ],
    });
  });
});
