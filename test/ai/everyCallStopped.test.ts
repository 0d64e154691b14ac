// The same promise for runs that are stopped, removed, nested, lost or saved twice, and for loops of the AI SDK.
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { generateText, isStepCount, streamText, wrapLanguageModel } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { agentTool, defineAgent, defineTool, memoryMiddleware } from "../../src/ai/index.js";
import type { ActionCtx } from "../../src/client/index.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { billedModel, sumOf, type Request } from "./billedModel.js";
import { untilAborted } from "./busyModel.js";
import { aDurableApp, hushed } from "./durableApp.js";
import { during, eventsIn, ledgerOf, look } from "./ledgerScene.js";
import { asks, counted, watchSteps } from "./lostSteps.js";
import { anAgent, doorOf, type TestAgent } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "setInterval", "clearInterval"] });
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a call that is stopped", () => {
  test.each(["generate", "stream"] as const)("by the caller, in %s, was sent and is paid", async (how) => {
    vi.useRealTimers();
    const stop = new AbortController();
    const model = billedModel([{ asks: "look" }, { hangsAfter: "Well, ", then: () => stop.abort() }]);
    const helper = await anAgent([], { model: () => model, tools: { look }, throttleMs: 0 });
    const { agent, ctx, threadId } = helper;
    const { state, runId } = await agent[how](ctx, {
      ...{ as: OWNER, threadId, prompt: "Go." },
      abortSignal: stop.signal,
    });
    expect(state.kind).toBe("canceled");
    expect(await ledgerOf(helper)).toEqual(model.bill);
    expect((await eventsIn(helper)).at(-1)).toMatchObject({ isFailed: true, finishReason: "aborted" });
    expect((await helper.owner.runs.get(ctx, { runId })).totals).toMatchObject(model.bill);
  });

  test.each(["canceled", "removed"] as const)("because its durable run was %s is paid", async (how) => {
    const model = billedModel([{ asks: "look" }, { hangsAfter: "Well, " }]);
    const stop = async (asked: LanguageModelV4CallOptions) => {
      const { owner, ctx, threadId } = app;
      const { runId = "" } = (await owner.runs.latest(ctx, { threadId })) ?? {};
      if (how === "canceled") await owner.runs.cancel(ctx, { runId });
      else await owner.threads.remove(ctx, { threadId });
      void untilAborted(asked.abortSignal ?? new AbortController().signal).catch(() => {});
    };
    const app = await aDurableApp([], { tools: { look }, model: () => during(model, 2, stop) });
    await app.start("Go.");
    await app.finish();
    expect(await ledgerOf(app)).toEqual(model.bill);
    const last = (await eventsIn(app)).at(-1);
    expect(last).toMatchObject({ userId: OWNER.userId, tenantId: OWNER.tenantId, agentName: "researcher" });
  });

  test.each(["generate", "stream"] as const)(
    "because its thread was removed, in %s, is paid",
    async (how) => {
      vi.useRealTimers();
      // A stream is cut off when its words reach nobody; a whole answer comes, and cannot be saved.
      const last: Request = how === "generate" ? { says: "Too late." } : { hangsAfter: "Too " };
      const model = billedModel([{ asks: "look" }, { garbles: true }, last]);
      const paid = defineTool({
        description: "Looks.",
        inputSchema: z.object({}),
        execute: (tool) => tool.recordUsage({ provider: "acme", costMicros: 7 }),
      });
      const helper = await anAgent([], {
        model: () => during(model, 3, () => removed(helper)),
        ...{ tools: { look: paid }, throttleMs: 0 },
      });
      const { agent, ctx, threadId, calls } = helper;
      const code = await codeOf(agent[how](ctx, { as: OWNER, threadId, prompt: "Go." }));
      expect(code).toBe(how === "generate" ? "RUN_NOT_FOUND" : "MODEL_FAILED");
      expect(await ledgerOf(helper)).toEqual(model.bill);
      const [first, ...lost] = await eventsIn(helper);
      expect(first).toMatchObject({ step: 0, threadId });
      expect(lost.map(({ purpose, costMicros }) => [purpose, costMicros])).toEqual([
        ["answer", undefined],
        ["answer", undefined],
        ["tool", 7],
      ]);
      for (const event of lost) expect(event).toMatchObject({ userId: OWNER.userId, agentName: "helper" });
      expect(calls.filter((door) => door === "turns.record")).toHaveLength(1);
    },
  );
});

/** Removes the thread, and waits until its run is gone. */
async function removed({ owner, ctx, threadId }: TestAgent): Promise<void> {
  const { runId = "" } = (await owner.runs.latest(ctx, { threadId })) ?? {};
  await owner.threads.remove(ctx, { threadId });
  const isGone = async () => (await codeOf(owner.runs.isActive(ctx, { runId }))) === "RUN_NOT_FOUND";
  await vi.waitUntil(isGone, { timeout: 2_000, interval: 10 });
}

describe("a run of agents that ask each other", () => {
  test("in one action is billed once a call, whoever made it", async () => {
    vi.useRealTimers();
    const helper = await anAgent([]);
    const { memory, ctx, threadId } = helper;
    const inner = billedModel([{ refuses: 429 }, { garbles: true }, { says: "Seven." }], "inner");
    const outer = billedModel([{ asks: "ask", input: { prompt: "Oslo?" } }, { says: "It is 7." }], "outer");
    const researcher = defineAgent(memory, { name: "researcher", model: () => inner, instructions: "Find." });
    const tools = { ask: agentTool({ description: "Asks.", agent: researcher }) };
    const writer = defineAgent(memory, { name: "writer", model: () => outer, instructions: "Write.", tools });
    const { runId } = await writer.generate(ctx, { as: OWNER, threadId, prompt: "Weather?" });
    const bill = sumOf(inner, outer);
    expect(await ledgerOf(helper)).toEqual(bill);
    expect((await helper.owner.runs.get(ctx, { runId })).totals).toMatchObject(bill);
    const nested = (await eventsIn(helper)).filter(({ model }) => model === "inner");
    expect(nested).toMatchObject([
      { parentRunId: runId, isFailed: true },
      { parentRunId: runId, agentName: "researcher" },
    ]);
  });
});

describe("a loop of the AI SDK with our middleware", () => {
  const SCRIPT: Request[] = [{ refuses: 429 }, { asks: "look" }, { garbles: true }, { says: "Yes." }];

  test.each(["generate", "stream"] as const)("is billed as its model bills (%s)", async (how) => {
    vi.useRealTimers();
    const helper = await anAgent([]);
    const { memory, ctx, threadId } = helper;
    const biller = billedModel(SCRIPT);
    const middleware = memoryMiddleware(memory, {
      ctx,
      as: OWNER,
      threadId,
      agentName: "loop",
      throttleMs: 0,
    });
    const paid = defineTool({
      description: "Looks.",
      inputSchema: z.object({}),
      execute: (tool) => tool.recordUsage({ provider: "acme", model: "look", costMicros: 9 }),
    });
    const asked = {
      model: wrapLanguageModel({ model: biller, middleware }),
      tools: middleware.toolSet({ look: paid }),
      ...{ stopWhen: isStepCount(4), prompt: "Go.", maxRetries: 3 },
    };
    const result = how === "generate" ? await generateText(asked) : streamText(asked);
    expect(await result.text).toBe("Yes.");
    await middleware.finish({ messages: await result.responseMessages });
    expect(biller.requests).toBe(SCRIPT.length);
    expect(await ledgerOf(helper)).toEqual(biller.bill);
    const tools = (await eventsIn(helper)).filter(({ purpose }) => purpose === "tool");
    expect(tools).toMatchObject([{ provider: "acme", model: "look", costMicros: 9, agentName: "loop" }]);
    expect(tools[0]?.runId).toBeDefined();
  });
});

describe("an action that is lost", () => {
  test("behind a save repeats no call, and records none twice", async () => {
    const { tool } = counted({ idempotent: true });
    const model = billedModel([{ asks: "tool" }, { asks: "tool" }, { says: "Done." }]);
    const app = await aDurableApp([asks("tool")], { model: () => model, tools: { tool } });
    watchSteps(app, (attempt) =>
      attempt === 1 ? "after turns.saveStep" : attempt === 3 ? "after turns.saveResult" : null,
    );
    await app.start("Go.");
    await app.finish();
    expect(model.requests).toBe(3);
    expect(await ledgerOf(app)).toEqual(model.bill);
  });
});

describe("a write that is made twice", () => {
  test.each(["generate", "stream"] as const)("records each call once (%s)", async (how) => {
    vi.useRealTimers();
    const model = billedModel([{ asks: "look" }, { garbles: true }, { says: "Yes." }]);
    const paid = defineTool({
      description: "Looks.",
      inputSchema: z.object({}),
      execute: (tool) => tool.recordUsage({ provider: "acme", costMicros: 9 }),
    });
    const helper = await anAgent([], { model: () => model, tools: { look: paid }, throttleMs: 0 });
    const { agent, ctx, threadId } = helper;
    const runMutation: ActionCtx["runMutation"] = async (reference, ...args) => {
      const value = await ctx.runMutation(reference, ...args);
      if (isSave(reference)) await ctx.runMutation(reference, ...args);
      return value;
    };
    await agent[how]({ ...ctx, runMutation }, { as: OWNER, threadId, prompt: "Go." });
    expect(await ledgerOf(helper)).toEqual(model.bill);
    expect((await eventsIn(helper)).filter(({ purpose }) => purpose === "tool")).toHaveLength(1);
  });
});

const isSave = (reference: unknown): boolean =>
  ["turns.saveStep", "turns.end"].includes(doorOf(reference as Parameters<typeof doorOf>[0]));
