import { internalActionGeneric } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers, reference, stateOf, type DurableApp } from "./durableApp.js";
import { asksFor, messagesOf, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a step whose action is lost", () => {
  const stepOf = (app: DurableApp, runId: string, more: object) =>
    app.t.action(reference<"action">("researcher:step"), {
      runId,
      as: OWNER,
      place: 0,
      ...more,
    }) as Promise<{
      calls: { callId: string; toolName: string }[];
      ended: boolean;
      stop: boolean;
      text?: string;
    }>;

  test("after it saved is not paid for twice", async () => {
    const app = await aDurableApp([asksFor("Oslo"), { text: "7." }], { tools: { weather } });
    const { runId } = await app.start("Go.");
    const first = await stepOf(app, runId, {});
    expect(await stepOf(app, runId, {})).toEqual(first);
    expect(app.model.calls).toHaveLength(1);
    await app.finish();
    expect(await stepOf(app, runId, { place: 1, report: true })).toMatchObject({ ended: true, text: "7." });
    expect(app.model.calls).toHaveLength(2);
    expect(await messagesOf(app)).toHaveLength(4);
  });

  test("while its tool ran tells the model so, and does not run the tool again", async () => {
    let runs = 0;
    const pay = defineTool({ description: "Pays.", inputSchema: z.object({}), execute: () => ++runs });
    const app = await aDurableApp([{ toolCalls: [{ toolName: "pay", input: {} }] }, { text: "Unsure." }], {
      tools: { pay },
    });
    const { runId } = await app.start("Pay.");
    const [call] = (await stepOf(app, runId, {})).calls;
    await app.owner.turns.startTool(app.ctx, { runId, callId: call?.callId ?? "", idempotent: false });
    await app.finish();
    expect(runs).toBe(0);
    expect(JSON.stringify(app.model.calls[1]?.prompt)).toContain("interrupted");
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });

  test("of a tool, by five deploys in a row, does not fail the run", async () => {
    const app = await aDurableApp([asksFor("Oslo"), { text: "7." }], { tools: { weather } });
    const step = app.researcher["step"] as { _handler: (ctx: unknown, args: unknown) => Promise<unknown> };
    let lost = 0;
    app.researcher["step"] = internalActionGeneric(async (ctx, args: { call?: unknown }) => {
      if (args.call !== undefined && lost++ < 5) throw new Error("Transient error while executing action");
      return await step._handler(ctx, args);
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(lost).toBe(6);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });

  test("runs an idempotent tool again", async () => {
    let runs = 0;
    const look = defineTool({
      description: "Looks.",
      inputSchema: z.object({}),
      idempotent: true,
      execute: () => ++runs,
    });
    const app = await aDurableApp([{ toolCalls: [{ toolName: "look", input: {} }] }, { text: "Seen." }], {
      tools: { look },
    });
    const { runId } = await app.start("Look.");
    const [call] = (await stepOf(app, runId, {})).calls;
    await app.owner.turns.startTool(app.ctx, { runId, callId: call?.callId ?? "", idempotent: true });
    await app.finish();
    expect(runs).toBe(1);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });
});

describe("a run whose thread is removed", () => {
  test("ends by itself, and nothing of it is left", async () => {
    const app = await aDurableApp([asksFor("Oslo"), { text: "Never." }], { tools: { weather } });
    await app.start("Go.");
    await app.owner.threads.remove(app.ctx, { threadId: app.threadId });
    await app.finish();
    expect(app.model.calls.length).toBeLessThanOrEqual(1);
    expect(await leftovers(app)).toEqual({});
    for (const table of ["runs", "messages", "streams", "toolCalls"])
      expect(await app.rowsOf("agentMemory", table)).toBe(0);
  });
});

describe("agent.runIn", () => {
  const brief = reference<"mutation">("brief:brief");
  const begin = (app: DurableApp, ...prompts: string[]) =>
    app.t.mutation(async (ctx) => await app.workflow.start(ctx, brief, { threadId: app.threadId, prompts }));

  test("makes runs steps of the app's own workflow, which gets their answers", async () => {
    const app = await aDurableApp([asksFor("Oslo"), { text: "Seven." }, { text: "Written." }], {
      tools: { weather },
    });
    const workflowId = await begin(app, "Weather?", "Write it.");
    await app.finish();
    const status = await app.workflow.status(app.ctx, workflowId);
    expect(status).toMatchObject({
      type: "completed",
      result: [
        { text: "Seven.", state: "completed" },
        { text: "Written.", state: "completed" },
      ],
    });
    expect((await messagesOf(app)).map(({ turn, role }) => `${turn} ${role}`)).toEqual([
      "0 user",
      "0 assistant",
      "0 tool",
      "0 assistant",
      "1 user",
      "1 assistant",
    ]);
    await app.t.mutation((ctx) => app.workflow.cleanup(ctx, workflowId));
    await app.finish();
    expect(await leftovers(app)).toEqual({});
  });

  test("fails the workflow when a run fails, and frees the thread", async () => {
    const app = await aDurableApp([{ error: "Overloaded." }], {
      retry: { maxAttempts: 1, initialBackoffMs: 1, base: 1 },
    });
    const workflowId = await begin(app, "Go.");
    await app.finish();
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({ type: "failed" });
    const run = await app.owner.runs.latest(app.ctx, { threadId: app.threadId });
    expect(run?.state).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
    expect((await app.owner.threads.get(app.ctx, { threadId: app.threadId })).activeRunId).toBeUndefined();
  });

  test("gives what was said so far when its run is canceled", async () => {
    const cancels = defineTool({
      description: "Cancels its own run.",
      inputSchema: z.object({}),
      execute: async (ctx) => {
        await ctx.memory.runs.cancel(ctx, { runId: ctx.runId });
        return "done";
      },
    });
    const app = await aDurableApp([{ toolCalls: [{ toolName: "cancels", input: {} }] }], {
      tools: { cancels },
    });
    const workflowId = await begin(app, "Go.");
    await app.finish();
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "completed",
      result: [{ text: "", state: "canceled" }],
    });
  });
});
