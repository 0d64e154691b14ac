import { describe, expect, test } from "vitest";
import { aMemory, call, result, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

async function aThread() {
  const { memory, ctx } = aMemory();
  const as = memory.as({ userId: "ada" });
  const { threadId } = await as.threads.create(ctx, {});
  const begin = (prompt: string, engine: "action" | "durable" = "action") =>
    as.turns.begin(ctx, { threadId, agentName: "helper", engine, prompt: [text(prompt)] });
  const all = async () =>
    (await as.messages.list(ctx, { threadId, cursor: null, order: "asc", limit: 100 })).page;
  return { as, ctx, threadId, begin, all };
}

describe("promise 2: one order", () => {
  test("results that come out of order stand at the places that were reserved", async () => {
    const { as, ctx, begin, all } = await aThread();
    const { runId } = await begin("compare", "durable");
    const parts = [call("a"), call("b"), call("c")];
    await as.turns.saveStep(ctx, {
      runId,
      step: 0,
      message: { parts },
      results: [],
      usage: used,
      finish: false,
    });
    for (const callId of ["c", "a", "b"])
      await as.turns.saveResult(ctx, { runId, callId, part: result(callId), failed: false, ms: 1 });
    const answer = { parts: [text("done")] };
    await as.turns.saveStep(ctx, { runId, step: 1, message: answer, results: [], usage: used, finish: true });
    const order = (await all()).map(({ step, role, parts: [part] }) => [
      step,
      role,
      part?.type === "toolResult" ? part.callId : part?.type,
    ]);
    expect(order).toEqual([
      [0, "user", "text"],
      [1, "assistant", "toolCall"],
      [2, "tool", "a"],
      [3, "tool", "b"],
      [4, "tool", "c"],
      [5, "assistant", "text"],
    ]);
  });

  test("a message that is appended during a run stands in a turn of its own", async () => {
    const { as, ctx, threadId, begin, all } = await aThread();
    const { runId } = await begin("first");
    await as.messages.append(ctx, { threadId, messages: [{ role: "user", parts: [text("meanwhile")] }] });
    const message = { parts: [text("answer")] };
    await as.turns.saveStep(ctx, { runId, step: 0, message, results: [], usage: used, finish: true });
    expect((await all()).map(({ turn, step }) => [turn, step])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  test("a second prompt while a run is active is refused with the run's id", async () => {
    const { begin } = await aThread();
    const { runId } = await begin("first");
    await expect(begin("second")).rejects.toMatchObject({ data: { code: "RUN_ACTIVE", details: { runId } } });
  });

  test("the context of an earlier prompt holds nothing of later turns", async () => {
    const { as, ctx, threadId } = await aThread();
    const append = (words: string) =>
      as.messages.append(ctx, { threadId, messages: [{ role: "user", parts: [text(words)] }] });
    await append("one");
    const two = await append("two");
    await append("three");
    const turn = await as.turns.begin(ctx, {
      threadId,
      agentName: "helper",
      engine: "action",
      promptMessageId: two.places[0]?.messageId ?? "",
    });
    expect(turn.context.map(({ parts: [part] }) => (part?.type === "text" ? part.text : ""))).toEqual([
      "one",
      "two",
    ]);
  });

  test("the context ends with the prompt and holds what was said before", async () => {
    const { as, ctx, begin } = await aThread();
    const { runId } = await begin("first");
    const message = { parts: [text("answer")] };
    await as.turns.saveStep(ctx, { runId, step: 0, message, results: [], usage: used, finish: true });
    const { context } = await begin("second");
    expect(context.map(({ role, turn, step }) => [role, turn, step])).toEqual([
      ["user", 0, 0],
      ["assistant", 0, 1],
      ["user", 1, 0],
    ]);
  });
});

describe("promise 3: tool groups are whole", () => {
  test.each(["action", "durable"] as const)(
    "a %s run that ends between call and result is repaired",
    async (engine) => {
      const { as, ctx, begin, all } = await aThread();
      const { runId } = await begin("look", engine);
      const parts = [call("a"), call("b")];
      await as.turns.saveStep(ctx, {
        runId,
        step: 0,
        message: { parts },
        results: [],
        usage: used,
        finish: false,
      });
      await as.turns.end(ctx, { runId, outcome: { kind: "canceled" } });
      const results = (await all()).flatMap(({ role, parts: [part] }) =>
        role === "tool" && part?.type === "toolResult" ? [[part.callId, part.outputKind]] : [],
      );
      expect(results).toEqual([
        ["a", "interrupted"],
        ["b", "interrupted"],
      ]);
      const calls = await as.runs.listToolCalls(ctx, { runId, cursor: null });
      expect(calls.page.map(({ state }) => state.kind)).toEqual(["interrupted", "interrupted"]);
    },
  );

  test("an in-action result comes with the next save, a missing one is settled as interrupted", async () => {
    const { as, ctx, begin, all } = await aThread();
    const { runId } = await begin("look");
    const asking = { parts: [call("a"), call("b")] };
    await as.turns.saveStep(ctx, {
      runId,
      step: 0,
      message: asking,
      results: [],
      usage: used,
      finish: false,
    });
    const results = [{ callId: "b", part: result("b"), failed: false, ms: 2 }];
    const message = { parts: [text("done")] };
    await as.turns.saveStep(ctx, { runId, step: 1, message, results, usage: used, finish: true });
    const kinds = (await all()).flatMap(({ parts: [part] }) =>
      part?.type === "toolResult" ? [[part.callId, part.outputKind]] : [],
    );
    expect(kinds).toEqual([
      ["a", "interrupted"],
      ["b", "json"],
    ]);
  });

  test("a result of a call that nobody made is refused and nothing is written", async () => {
    const { as, ctx, begin, all } = await aThread();
    const { runId } = await begin("look");
    const results = [{ callId: "x", part: result("x"), failed: false, ms: 2 }];
    const step = { runId, step: 0, message: { parts: [text("a")] }, results, usage: used, finish: true };
    await expect(as.turns.saveStep(ctx, step)).rejects.toMatchObject({ data: { code: "INVALID_ARGUMENT" } });
    expect(await all()).toHaveLength(1);
  });
});
