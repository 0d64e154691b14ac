import { describe, expect, test } from "vitest";
import { aMemory, call, result, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

const ada = { userId: "ada" };

async function aThread() {
  const { memory, ctx } = aMemory();
  const as = memory.as(ada);
  const { threadId } = await as.threads.create(ctx, {});
  return { as, ctx, threadId };
}
const asked = (threadId: string, prompt: string, operationId?: string) => ({
  threadId,
  agentName: "helper",
  engine: "action" as const,
  prompt: [text(prompt)],
  ...(operationId === undefined ? {} : { operationId }),
});

describe("promise 1: a turn is written once", () => {
  test("the same operationId with the same prompt gives the first run and one prompt", async () => {
    const { as, ctx, threadId } = await aThread();
    const first = await as.turns.begin(ctx, asked(threadId, "hello", "op-1"));
    const again = await as.turns.begin(ctx, asked(threadId, "hello", "op-1"));
    expect(again).toMatchObject({
      runId: first.runId,
      repeated: true,
      promptMessageId: first.promptMessageId,
    });
    expect((await as.messages.list(ctx, { threadId, cursor: null, order: "asc" })).page).toHaveLength(1);
  });

  test("the same operationId with another prompt is refused", async () => {
    const { as, ctx, threadId } = await aThread();
    await as.turns.begin(ctx, asked(threadId, "hello", "op-1"));
    await expect(as.turns.begin(ctx, asked(threadId, "other", "op-1"))).rejects.toMatchObject({
      data: { code: "OPERATION_MISMATCH" },
    });
  });

  test("a step that is saved twice is one message and one usage event", async () => {
    const { as, ctx, threadId } = await aThread();
    const { runId } = await as.turns.begin(ctx, asked(threadId, "hello"));
    const step = { runId, step: 0, message: { parts: [text("hi")] }, results: [], usage: used, finish: true };
    const saved = await as.turns.saveStep(ctx, step);
    const again = await as.turns.saveStep(ctx, step);
    expect([saved.saved, again.saved]).toEqual([true, false]);
    expect((await as.messages.list(ctx, { threadId, cursor: null, order: "asc" })).page).toHaveLength(2);
    expect((await as.usage.list(ctx, { runId, cursor: null })).page).toHaveLength(1);
    expect((await as.runs.get(ctx, { runId })).totals).toEqual({
      calls: 1,
      inputTokens: 10,
      outputTokens: 5,
    });
  });

  test("a repeated save tells which calls are still open", async () => {
    const { as, ctx, threadId } = await aThread();
    const { runId } = await as.turns.begin(ctx, asked(threadId, "hello"));
    const step = {
      runId,
      step: 0,
      message: { parts: [call("c1")] },
      results: [],
      usage: used,
      finish: false,
    };
    const saved = await as.turns.saveStep(ctx, step);
    const again = await as.turns.saveStep(ctx, step);
    expect(again).toMatchObject({ saved: false, calls: saved.calls });
    expect(saved.calls).toEqual([{ callId: "c1", toolName: "search", step: 2 }]);
  });

  test("a tool's result in a durable run is saved once", async () => {
    const { as, ctx, threadId } = await aThread();
    const { runId } = await as.turns.begin(ctx, { ...asked(threadId, "hello"), engine: "durable" });
    const asking = {
      runId,
      step: 0,
      message: { parts: [call("c1")] },
      results: [],
      usage: used,
      finish: false,
    };
    await as.turns.saveStep(ctx, asking);
    const done = { runId, callId: "c1", part: result("c1"), failed: false, ms: 3 };
    expect(await as.turns.saveResult(ctx, done)).toEqual({ saved: true });
    expect(await as.turns.saveResult(ctx, done)).toEqual({ saved: false });
    const tools = (await as.messages.list(ctx, { threadId, cursor: null, order: "asc" })).page;
    expect(tools.filter((message) => message.role === "tool")).toHaveLength(1);
  });

  test("a tool that may have run is not run again but settled as interrupted", async () => {
    const { as, ctx, threadId } = await aThread();
    const { runId } = await as.turns.begin(ctx, { ...asked(threadId, "hello"), engine: "durable" });
    const parts = [call("c1", '{"$ref":"#/ü"}'), call("c2")];
    await as.turns.saveStep(ctx, {
      runId,
      step: 0,
      message: { parts },
      results: [],
      usage: used,
      finish: false,
    });
    const start = (callId: string, idempotent: boolean) =>
      as.turns.startTool(ctx, { runId, callId, idempotent });
    expect(await start("c1", false)).toMatchObject({ kind: "execute", input: '{"$ref":"#/ü"}', step: 2 });
    expect(await start("c1", false)).toEqual({ kind: "interrupted" });
    expect(await start("c1", false)).toEqual({ kind: "settled" });
    expect(await start("c2", true)).toMatchObject({ kind: "execute" });
    expect(await start("c2", true)).toMatchObject({ kind: "execute" });
  });

  test("a result that comes late is not that of a later call to which the model gave the same id", async () => {
    const { as, ctx, threadId } = await aThread();
    const { runId } = await as.turns.begin(ctx, { ...asked(threadId, "hello"), engine: "durable" });
    const save = (step: number) =>
      as.turns.saveStep(ctx, {
        ...{ runId, step, message: { parts: [call("c1")] }, results: [], usage: used },
        finish: false,
      });
    const start = async () => {
      const started = await as.turns.startTool(ctx, { runId, callId: "c1", idempotent: false });
      return started.kind === "execute" ? started.step : started.kind;
    };
    const done = (place: number | string) => {
      const given = { part: result("c1"), failed: false, ms: 3 };
      return as.turns.saveResult(ctx, { runId, callId: "c1", place: Number(place), ...given });
    };
    await save(0);
    const first = await start();
    expect(await start()).toBe("interrupted");
    await save(1);
    const second = await start();
    expect(await done(first)).toEqual({ saved: false });
    expect(await as.turns.awaitAnswer(ctx, { runId, callId: "c1", place: Number(first) })).toEqual({
      waiting: false,
    });
    expect(await done(second)).toEqual({ saved: true });
  });

  test("ending an ended run changes nothing", async () => {
    const { as, ctx, threadId } = await aThread();
    const { runId } = await as.turns.begin(ctx, asked(threadId, "hello"));
    const failed = { kind: "failed" as const, code: "MODEL_FAILED", message: "no answer" };
    const first = await as.turns.end(ctx, { runId, outcome: failed });
    const again = await as.turns.end(ctx, { runId, outcome: { kind: "completed" } });
    expect(first.state).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
    expect(again.state).toEqual(first.state);
  });
});
