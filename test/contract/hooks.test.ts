// What an app's own mutations are told in the transaction that saves: complete messages, and runs that have ended.
import { internalMutationGeneric } from "convex/server";
import { v } from "convex/values";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AgentMemory } from "../../src/client/index.js";
import { RUN_LEASE_MS } from "../../src/shared/limits.js";
import { call, codeOf, OWNER, result, said, text, WRITER } from "../support/aMemory.js";
import { aHookedApp as anApp, begin, listed } from "../support/hookedApp.js";
import { used } from "../support/turns.js";
import { held } from "../support/waitingRun.js";

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(console, "error").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("onMessage", () => {
  test("is told every message once, whole and as lists show it, one call for each mutation", async () => {
    const app = await anApp();
    const { owner, ctx } = app;
    const { runId } = await begin(app, { stream: true });
    const message = { parts: [text("Let me look."), call("a"), call("b")] };
    await owner.turns.saveStep(ctx, {
      runId,
      step: 0,
      message,
      results: [],
      usage: used,
      finish: false,
      nextStream: true,
    });
    const results = ["a", "b"].map((callId) => ({ callId, part: result(callId), failed: false, ms: 1 }));
    const answer = { parts: [text("Norway.")] };
    await owner.turns.saveStep(ctx, { runId, step: 1, message: answer, results, usage: used, finish: true });
    const { messages } = await app.told();
    expect(messages.map((batch) => batch.map(({ role }) => role))).toEqual([
      ["user"],
      ["assistant"],
      ["tool", "tool", "assistant"],
    ]);
    expect(messages.flat()).toEqual(await listed(app));
    expect(messages.flat().every(({ state }) => state.kind === "complete")).toBe(true);
    expect(app.handlesMade()).toBe(1);
  });

  test("is told an append of 200 in one call, in their order, and a repeat not again", async () => {
    const app = await anApp();
    const messages = Array.from({ length: 200 }, (_, index) => said("user", `${index}`));
    for (let attempt = 0; attempt < 2; attempt++)
      await app.owner.messages.append(app.ctx, { threadId: app.threadId, messages, operationId: "import" });
    const told = await app.told();
    expect(told.messages).toHaveLength(1);
    expect(told.messages[0]).toEqual(await listed(app));
  });

  test("is told who wrote a prompt, and results of durable tools as they come", async () => {
    const app = await anApp();
    const { owner, ctx, threadId, memory } = app;
    await owner.threads.setParticipant(ctx, { threadId, userId: WRITER.userId, role: "writer" });
    const writer = memory.as(WRITER);
    const asked = { threadId, agentName: "helper", engine: "durable" as const, prompt: [text("Oslo?")] };
    const { runId } = await writer.turns.begin(ctx, asked);
    const message = { parts: [call("a"), call("b")] };
    await writer.turns.saveStep(ctx, { runId, step: 0, message, results: [], usage: used, finish: false });
    const done = { runId, callId: "a", part: result("a"), failed: false, ms: 1 };
    for (let attempt = 0; attempt < 2; attempt++) await writer.turns.saveResult(ctx, done);
    for (let attempt = 0; attempt < 2; attempt++)
      await writer.turns.startTool(ctx, { runId, callId: "b", idempotent: false });
    const { messages } = await app.told();
    expect(messages.map((batch) => batch.map(({ role }) => role))).toEqual([
      ["user"],
      ["assistant"],
      ["tool"],
      ["tool"],
    ]);
    expect(messages[0]?.[0]?.author).toBe(WRITER.userId);
    expect(messages.flat()).toEqual(await listed(app));
  });

  test("is told what a failed run had said, and not of a placeholder that goes", async () => {
    const app = await anApp();
    const { owner, ctx } = app;
    const failed = { kind: "failed", code: "MODEL_FAILED", message: "Down." } as const;
    const first = await begin(app, { stream: true });
    await owner.turns.end(ctx, { runId: first.runId, outcome: failed, partial: [text("Nor")] });
    const second = await begin(app, { stream: true });
    await owner.turns.end(ctx, { runId: second.runId, outcome: failed });
    const { messages, runs } = await app.told();
    expect(messages.flat().map(({ role, state }) => `${role} ${state.kind}`)).toEqual([
      "user complete",
      "assistant failed",
      "user complete",
    ]);
    expect(runs.map(({ runId }) => runId)).toEqual([first.runId, second.runId]);
  });
});

describe("onRunFinished", () => {
  test("gets the run as runs.get gives it, once, however it ended", async () => {
    const app = await anApp();
    const { owner, ctx } = app;
    const completed = await begin(app);
    const step = {
      runId: completed.runId,
      step: 0,
      message: { parts: [text("Norway.")] },
      results: [],
      usage: used,
    };
    for (let attempt = 0; attempt < 2; attempt++) await owner.turns.saveStep(ctx, { ...step, finish: true });
    await owner.turns.end(ctx, { runId: completed.runId, outcome: { kind: "completed" } });
    const canceled = await begin(app);
    for (let attempt = 0; attempt < 2; attempt++) await owner.runs.cancel(ctx, { runId: canceled.runId });
    const { runs } = await app.told();
    expect(runs).toEqual([
      await owner.runs.get(ctx, { runId: completed.runId }),
      await owner.runs.get(ctx, { runId: canceled.runId }),
    ]);
    expect(runs.map(({ state }) => state.kind)).toEqual(["completed", "canceled"]);
  });

  test("is told of a run that the component itself ends, with what was interrupted", async () => {
    vi.useFakeTimers();
    const app = await anApp();
    const lost = await begin(app);
    const message = { parts: [call("a")] };
    await app.owner.turns.saveStep(app.ctx, {
      runId: lost.runId,
      step: 0,
      message,
      results: [],
      usage: used,
      finish: false,
    });
    vi.setSystemTime(Date.now() + RUN_LEASE_MS + 1);
    const plain = new AgentMemory(app.component).as(OWNER); // a client without hooks
    await plain.turns.begin(app.ctx, {
      threadId: app.threadId,
      agentName: "helper",
      engine: "action",
      prompt: [text("Now?")],
    });
    const { messages, runs } = await app.told();
    expect(runs).toMatchObject([{ runId: lost.runId, state: { kind: "failed", code: "RUN_LOST" } }]);
    expect(messages.flat().map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
  });
});

describe("a hook that begins a run", () => {
  test("in the thread of one that was interrupted goes first: the thread has one active run", async () => {
    const app = await anApp();
    const { owner, ctx, threadId } = app;
    const turn = { threadId, agentName: "helper", engine: "durable" as const };
    app.search["onRunFinished"] = internalMutationGeneric({
      args: { run: v.any() },
      handler: async (hookCtx) => {
        const page = await owner.runs.list(hookCtx as never, { threadId, cursor: null });
        if (page.page.length === 1)
          await owner.turns.begin(hookCtx as never, { ...turn, prompt: [text("Why?")] });
        return null;
      },
    });
    await owner.turns.begin(ctx, { ...turn, prompt: [text("One?")] });
    const next = await owner.turns.begin(ctx, { ...turn, prompt: [text("Two?")], whileRunning: "interrupt" });
    expect(next.state.kind).toBe("queued");
    const { page } = await owner.runs.list(ctx, { threadId, cursor: null });
    expect(page.map(({ state }) => state.kind)).toEqual(["queued", "running", "canceled"]);
    const active = page[1]?.runId ?? "";
    await owner.runs.cancel(ctx, { runId: active });
    expect((await owner.runs.get(ctx, { runId: next.runId })).state.kind).toBe("running");
  });
});

test("a hook that cancels the run because somebody denied a call is not undone by the decision", async () => {
  const app = await anApp();
  const { owner, ctx, threadId } = app;
  const { runId } = await owner.turns.begin(ctx, {
    threadId,
    agentName: "helper",
    engine: "action",
    prompt: [text("Pay.")],
  });
  app.search["onMessage"] = internalMutationGeneric({
    args: { messages: v.any() },
    handler: async (hookCtx, { messages }: { messages: { role: string }[] }) => {
      if (messages.some(({ role }) => role === "tool")) await owner.runs.cancel(hookCtx as never, { runId });
      return null;
    },
  });
  const message = { parts: [call("a"), call("b")] };
  const waits = [held("a"), held("b")];
  await owner.turns.saveStep(ctx, {
    runId,
    step: 0,
    message,
    results: [],
    usage: used,
    finish: false,
    waits,
  });
  await owner.runs.deny(ctx, { runId, callId: "a" });
  expect((await owner.runs.get(ctx, { runId })).state.kind).toBe("canceled");
  expect((await owner.threads.get(ctx, { threadId })).messages).toBe(4);
});

describe("a hook that throws", () => {
  test("takes back its own writes; what was said stands, and one line says so without a word of it", async () => {
    const app = await anApp(({ messages }) => messages?.some(({ role }) => role === "assistant") === true);
    const { runId } = await begin(app);
    const message = { parts: [text("Norway.")] };
    const saved = { runId, step: 0, message, results: [], usage: used, finish: true };
    expect(await codeOf(app.owner.turns.saveStep(app.ctx, saved))).toBe("ok");
    expect((await listed(app)).map(({ role }) => role)).toEqual(["user", "assistant"]);
    const told = await app.told();
    expect(told.messages.flat().map(({ role }) => role)).toEqual(["user"]);
    expect(told.runs).toHaveLength(1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: "hook.failed", runId, hook: "onMessage", code: "INVALID_ARGUMENT" },
    ]);
  });

  test("that is not there any more is the same", async () => {
    const app = await anApp();
    delete app.search["onMessage"]; // moved by a deploy, while a run goes on with the handles that it began with
    const append = { threadId: app.threadId, messages: [said("user", "Hello.")] };
    expect(await codeOf(app.owner.messages.append(app.ctx, append))).toBe("ok");
    expect(JSON.parse(lines[0] ?? "{}")).toMatchObject({ event: "hook.failed", hook: "onMessage" });
  });
});

describe("without hooks", () => {
  test("nothing is stored of them", async () => {
    const app = await anApp();
    const plain = new AgentMemory(app.component).as(OWNER);
    const { runId } = await plain.turns.begin(app.ctx, {
      threadId: app.threadId,
      agentName: "helper",
      engine: "action",
      prompt: [text("Hi")],
    });
    const row = await app.inside((ctx) => ctx.db.query("runs").first());
    expect(row?._id).toBe(runId);
    expect(Object.keys(row ?? {})).not.toContain("hooks");
    expect(await app.told()).toEqual({ messages: [], runs: [], budgets: [] });
  });
});
