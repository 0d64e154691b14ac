// What a call has taken of its limits while it is not made yet: kept for it, or given back, and never both.
import { APICallError } from "ai";
import type { GenericDataModel, GenericMutationCtx } from "convex/server";
import type { GenericId } from "convex/values";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type AgentDefinition } from "../../src/ai/index.js";
import { TurnsClient } from "../../src/client/turns.js";
import { WAIT_LOST_MS } from "../../src/shared/runLimits.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { dayOf, PER_CALL, says, settings } from "./budgets.js";
import { hushed, leftovers, stateOf, type DurableApp } from "./durableApp.js";
import { asks, aNestedApp, nestedIn } from "./nestedApp.js";
import {
  aLimitedAgent,
  aLimitedApp,
  leftIn,
  limiter,
  MINUTE_MS,
  passing,
  perMinute,
  registerLimiter,
  settleNow,
  START_MS,
} from "./rateLimited.js";
import { messagesOf, transcript } from "./support.js";

const HOUR_MS = 60 * MINUTE_MS;

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Waiting = DurableApp & { runId: string; waitingIn: string };

/** One run has taken the only call of the minute, and a second one waits for the next, in a thread of its own. */
async function oneThatWaits(
  script: ScriptedTurn[],
  definition: Partial<AgentDefinition> = {},
  perUser: object = perMinute(1),
): Promise<Waiting> {
  const limits = { requests: { perUser: perUser as ReturnType<typeof perMinute> } };
  const app = await aLimitedApp([{ text: "One." }, ...script], limits, { stream: false, ...definition });
  await app.start("1?");
  await settleNow(app, 10);
  const { threadId: waitingIn } = await app.owner.threads.create(app.ctx, {});
  const { runId } = await app.start("2?", undefined, { threadId: waitingIn });
  await settleNow(app, 10);
  expect(await app.owner.runs.get(app.ctx, { runId })).toMatchObject({ waitsFor: "rateLimit" });
  return { ...app, runId, waitingIn };
}

const left = ({ ctx }: DurableApp) => leftIn(ctx, { name: "requests:user", config: perMinute(1) });

type InComponent = {
  runInComponent: (
    path: string,
    handler: (ctx: GenericMutationCtx<GenericDataModel>) => Promise<void>,
  ) => Promise<void>;
};

/** Cancels the timer of a run, as "cancel all" of a dashboard does. */
const loseTimer = ({ t, runId }: Waiting) =>
  (t as unknown as InComponent).runInComponent("agentMemory", async ({ db, scheduler }) => {
    const run = await db.get(runId as GenericId<string>);
    await scheduler.cancel(run?.startJobId as GenericId<"_scheduled_functions">);
  });

describe("the place of a durable run in the line", () => {
  test("is given back where its context cannot be made when its time has come", async () => {
    let prepared = 0;
    const prepareStep = () => {
      prepared += 1;
      if (prepared > 2) throw new TypeError("No such model.");
      return {};
    };
    const app = await oneThatWaits([], {
      prepareStep,
      retry: { maxAttempts: 1, initialBackoffMs: 1, base: 1 },
    });
    expect(await left(app)).toBeLessThan(0);
    await settleNow(app, 40, 2_000);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "failed" });
    expect(prepared).toBe(3);
    expect(await left(app)).toBeGreaterThan(0.9);
  });

  test("is given back while it waits for its budget instead, and taken anew", async () => {
    const app = await oneThatWaits([{ text: "Two." }]);
    const open = Reflect.get<TurnsClient, "open">(TurnsClient.prototype, "open");
    vi.spyOn(TurnsClient.prototype, "open").mockImplementationOnce(async function (
      this: TurnsClient,
      ...args
    ) {
      return { ...(await open.apply(this, args)), waitUntil: Date.now() + HOUR_MS };
    });
    await settleNow(app, 40, 2_000);
    expect(await app.owner.runs.get(app.ctx, { runId: app.runId })).toMatchObject({ waitsFor: "budget" });
    expect(await left(app), "another may ask meanwhile").toBeCloseTo(1, 0);
    await app.finish();
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
    expect(await left(app)).toBeCloseTo(0, 1);
    expect(await leftovers(app)).toEqual({});
  });

  test("is given back when it goes with its thread", async () => {
    const app = await oneThatWaits([]);
    await app.owner.threads.remove(app.ctx, { threadId: app.waitingIn });
    await settleNow(app, 20);
    expect(await left(app)).toBeGreaterThanOrEqual(0);
    await app.finish();
    expect(app.model.calls).toHaveLength(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("is kept, and not used before its time, where word comes that was meant for an attempt that was lost", async () => {
    const app = await oneThatWaits([{ text: "Two." }]);
    const run = await app.owner.runs.get(app.ctx, { runId: app.runId });
    const word = { workflowId: run.workflowId as never, name: "due:0", value: null };
    await app.t.mutation(async (ctx) => await app.workflow.sendEvent(ctx as never, word));
    await settleNow(app, 20);
    expect(app.model.calls).toHaveLength(1);
    const { waitsUntil, waitsFor } = await app.owner.runs.get(app.ctx, { runId: app.runId });
    expect(waitsFor).toBe("rateLimit");
    expect(waitsUntil).toBeGreaterThanOrEqual(run.waitsUntil ?? Infinity);
    expect(await left(app), "nothing is taken twice").toBeCloseTo(-1, 0);
    await app.finish();
    expect(Date.now()).toBeGreaterThanOrEqual(run.waitsUntil ?? Infinity);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
    expect(await leftovers(app)).toEqual({});
  });

  test("is none where a limit lets nothing be reserved", async () => {
    const app = await oneThatWaits([{ text: "Two." }], {}, { ...perMinute(1), maxReserved: 0 });
    expect(await left(app)).toBeGreaterThanOrEqual(0);
    await app.finish();
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
  });

  test("is found by who comes next into the thread, where its timer was lost", async () => {
    const app = await oneThatWaits([{ text: "Two." }, { text: "Three." }]);
    await loseTimer(app);
    await settleNow(app, 20, MINUTE_MS / 2 + WAIT_LOST_MS / 20);
    expect(app.model.calls, "nobody wakes it").toHaveLength(1);
    const next = await app.start("3?", undefined, { threadId: app.waitingIn });
    expect(next.state).toBe("queued");
    await app.finish();
    for (const { runId } of [app, next])
      expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    const { page } = await app.owner.messages.list(app.ctx, {
      threadId: app.waitingIn,
      cursor: null,
      order: "asc",
    });
    expect(transcript(page)).toEqual(["user: 2?", "assistant: Two.", "user: 3?", "assistant: Three."]);
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a durable run that waits", () => {
  test("for long holds nothing of its budgets, and draws anew when its turn has come", async () => {
    const limits = { requests: { perUser: { ...perMinute(1), period: HOUR_MS } } };
    const app = await aLimitedApp([says("1."), says("2.")], limits, { budgets: [dayOf(20)], settings });
    const status = async () => {
      const [{ spent, reserved } = {}] = await app.owner.budgets.status(app.ctx, { agentName: "researcher" });
      return { spent, reserved };
    };
    await app.start("1?");
    await settleNow(app, 10);
    const { threadId } = await app.owner.threads.create(app.ctx, {});
    const { runId } = await app.start("2?", undefined, { threadId });
    expect((await status()).reserved).toBeGreaterThan(0);
    await settleNow(app, 10);
    expect(await app.owner.runs.get(app.ctx, { runId })).toMatchObject({ waitsFor: "rateLimit" });
    expect(await status()).toEqual({ spent: PER_CALL, reserved: 0 });
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await status()).toEqual({ spent: 2 * PER_CALL, reserved: 0 });
  });

  test("may be one that another waits for: with that it is canceled", async () => {
    const limits = { limiter, requests: { perUser: perMinute(1) } };
    const app = await aNestedApp({
      editor: { script: [asks(["researcher", "a"])], asks: ["researcher"] },
      researcher: { script: [], definition: { rateLimits: limits } },
    });
    registerLimiter(app.t);
    await limiter.limit(app.ctx as never, "agentMemory:requests:user", {
      ...{ key: "u:acme|ada", config: limits.requests.perUser },
    });
    const asked = await app.agents.researcher
      ?.generate(app.ctx, {
        ...{ as: OWNER, threadId: (await app.owner.threads.create(app.ctx, {})).threadId, prompt: "?" },
      })
      .catch(() => null);
    expect(asked).toBeNull();
    const { runId } = await app.start("editor", "Go.");
    await settleNow(app, 30);
    const [child] = await nestedIn(app, runId);
    expect(child).toMatchObject({ state: { kind: "running" }, waitsFor: "rateLimit" });
    await app.owner.runs.cancel(app.ctx, { runId });
    await settleNow(app, 30);
    expect(await stateOf(app, child?.runId ?? "")).toMatchObject({ kind: "canceled" });
    expect(await leftovers(app)).toEqual({});
  });

  test("may do so behind an approval", async () => {
    const pay = defineTool({
      description: "Pays.",
      inputSchema: z.object({}),
      needsApproval: true,
      execute: () => "paid",
    });
    const limits = { requests: { perUser: perMinute(1) } };
    const script = [{ toolCalls: [{ toolName: "pay", toolCallId: "pay-1", input: {} }] }, { text: "Paid." }];
    const app = await aLimitedApp(script, limits, { tools: { pay } });
    const { runId } = await app.start("Pay.");
    await settleNow(app, 20);
    const [call] = await app.owner.runs.listWaiting(app.ctx, { runId });
    await app.owner.runs.decide(app.ctx, {
      runId,
      decisions: [{ callId: call?.callId ?? "", kind: "approve" }],
    });
    await settleNow(app, 20);
    expect(await app.owner.runs.get(app.ctx, { runId })).toMatchObject({ steps: 1, waitsFor: "rateLimit" });
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app)).at(-1)).toBe("assistant: Paid.");
    expect(await leftovers(app)).toEqual({});
  });
});

describe("requests of one call that the SDK tried again", () => {
  test("count with what they used", async () => {
    const body = { usage: { prompt_tokens: 700, completion_tokens: 300 } };
    const error = new APICallError({
      message: "Nobody can read that.",
      ...{ url: "x", requestBodyValues: {}, statusCode: 200, isRetryable: true },
      responseBody: JSON.stringify(body),
    });
    const window = { kind: "fixed window", rate: 10_000, period: HOUR_MS } as const;
    const script = [{ error }, { text: "Yes.", usage: { inputTokens: 30, outputTokens: 20 } }];
    const limits = { tokens: { perUser: window } };
    const { agent, ctx, threadId } = await aLimitedAgent(script, limits, { maxRetries: 1 });
    const { usage } = await passing(agent.generate(ctx, { as: OWNER, threadId, prompt: "?" }));
    expect(usage.calls).toBe(2);
    const used = usage.inputTokens + usage.outputTokens;
    expect(used).toBeGreaterThan(50);
    expect(await leftIn(ctx, { name: "tokens:user", config: window })).toBe(10_000 - used);
  });
});
