// One active run per thread: what a new prompt does meanwhile, and who is next.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { QUEUE_MAX_RUNS } from "../../src/shared/runLimits.js";
import { call, codeOf, said, text } from "../support/aMemory.js";
import { aQueueScene as aScene } from "../support/queueScene.js";
import { used } from "../support/turns.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a prompt while a run is active", () => {
  test("is refused unless told otherwise, and leaves nothing", async () => {
    const { ask, words, ctx, owner, threadId } = await aScene();
    const { runId } = await ask("one");
    const begin = { threadId, agentName: "helper", engine: "durable" as const, prompt: [text("two")] };
    await expect(owner.turns.begin(ctx, begin)).rejects.toMatchObject({
      data: { code: "RUN_ACTIVE", details: { runId } },
    });
    expect(await codeOf(ask("two", { whileRunning: "reject" }))).toBe("RUN_ACTIVE");
    expect(await words()).toEqual(["0.0 one", "0.1 undefined"]);
  });

  test("waits: it stands in the thread at once, and is shown nothing yet", async () => {
    const { ask, words, stateOf, head, ctx, owner } = await aScene();
    const one = await ask("one");
    const two = await ask("two");
    expect(two).toMatchObject({ turn: 1, state: { kind: "queued" }, behind: one.runId, repeated: false });
    expect([two.context, two.streamId]).toEqual([[], undefined]);
    expect(await stateOf(two.runId)).toEqual({ kind: "queued" });
    expect(await words()).toEqual(["0.0 one", "0.1 undefined", "1.0 two"]);
    expect(await head()).toEqual({ active: one.runId, queued: 1 });
    const opened = await owner.turns.open(ctx, { runId: two.runId, step: 0, stream: true });
    expect(opened).toMatchObject({ state: { kind: "queued" }, context: [], saved: false });
    expect(opened.streamId).toBeUndefined();
  });

  test("is answered when those before it are, in their order, and sees them and nothing after it", async () => {
    const { ask, answer, stateOf, seenBy, head, words } = await aScene();
    const runs = [await ask("one"), await ask("two"), await ask("three")].map(({ runId }) => runId);
    const seen = [];
    for (const [index, runId] of runs.entries()) {
      expect(await stateOf(runId)).toEqual({ kind: "running" });
      expect(await head()).toEqual({ active: runId, queued: index === 2 ? undefined : 2 - index });
      seen.push(await seenBy(runId));
      await answer(runId, `answer ${index}`);
    }
    expect(seen).toEqual([
      ["one"],
      ["one", "answer 0", "two"],
      ["one", "answer 0", "two", "answer 1", "three"],
    ]);
    expect(await head()).toEqual({ active: undefined, queued: undefined });
    expect((await words()).filter((line) => line.endsWith("undefined"))).toEqual([]);
  });

  test("takes the place of the active run, whose words are kept, and goes before those that wait", async () => {
    const { ask, answer, stateOf, head, words, ctx, owner } = await aScene();
    const one = await ask("one");
    const two = await ask("two");
    await owner.streams.append(ctx, {
      streamId: one.streamId ?? "",
      seq: 0,
      deltas: [{ kind: "text", text: "Half" }],
    });
    const three = await ask("three", { whileRunning: "interrupt" });
    expect(three).toMatchObject({ state: { kind: "running" }, turn: 2 });
    expect(three.context.length).toBeGreaterThan(0);
    expect(await stateOf(one.runId)).toMatchObject({
      kind: "canceled",
      reason: "Interrupted by a new prompt.",
    });
    expect(await words()).toEqual(["0.0 one", "0.1 Half", "1.0 two", "2.0 three", "2.1 undefined"]);
    expect(await stateOf(two.runId)).toEqual({ kind: "queued" });
    expect(await head()).toEqual({ active: three.runId, queued: 1 });
    await answer(three.runId, "Three.");
    expect(await head()).toEqual({ active: two.runId, queued: undefined });
  });

  test("settles the open calls of a run that it interrupts", async () => {
    const { ask, words, ctx, owner } = await aScene();
    const { runId } = await ask("one");
    const asks = { runId, step: 0, message: { parts: [call("a")] }, results: [], usage: used, finish: false };
    await owner.turns.saveStep(ctx, asks);
    await ask("two", { whileRunning: "interrupt" });
    expect(await words()).toEqual(["0.0 one", "0.1 toolCall", "0.2 toolResult", "1.0 two", "1.1 undefined"]);
    expect((await owner.runs.listToolCalls(ctx, { runId, cursor: null })).page).toMatchObject([
      { state: { kind: "interrupted" } },
    ]);
  });

  test("simply begins in a thread without a run, whatever it would do otherwise", async () => {
    for (const whileRunning of ["queue", "reject", "interrupt", "steer"] as const) {
      const { ask } = await aScene();
      expect(await ask("one", { whileRunning })).toMatchObject({ state: { kind: "running" }, turn: 0 });
    }
  });

  test("asks an earlier prompt again: it is answered behind what its turn holds by then", async () => {
    const { ask, answer, words, head } = await aScene();
    const one = await ask("one");
    await answer(one.runId, "First.");
    const two = await ask("two");
    const again = await ask("", { promptMessageId: one.promptMessageId });
    const third = await ask("", { promptMessageId: one.promptMessageId });
    await answer(two.runId, "Second.");
    await answer(again.runId, "Again.");
    await answer(third.runId, "Third.");
    expect(await words()).toEqual([
      "0.0 one",
      "0.1 First.",
      "0.2 Again.",
      "0.3 Third.",
      "1.0 two",
      "1.1 Second.",
    ]);
    expect(await head()).toEqual({ active: undefined, queued: undefined });
  });

  test("waits in a bounded queue", async () => {
    const { ask, words, owner, ctx, threadId } = await aScene();
    await ask("active");
    for (let index = 0; index < QUEUE_MAX_RUNS; index++) await ask(`waits ${index}`);
    const before = await words();
    expect(await codeOf(ask("one too many"))).toBe("QUEUE_FULL");
    const later = { threadId, agentName: "helper", engine: "durable" as const, prompt: [text("later")] };
    expect(await codeOf(owner.turns.begin(ctx, { ...later, startAt: Date.now() + 60_000 }))).toBe(
      "QUEUE_FULL",
    );
    expect(await words()).toEqual(before);
  });
});

describe("a run that waits", () => {
  test("is canceled alone: its prompt stays, those behind it go on", async () => {
    const { ask, answer, stateOf, head, words, seenBy, ctx, owner } = await aScene();
    const [one, two, three] = [await ask("one"), await ask("two"), await ask("three")];
    const { state } = await owner.runs.cancel(ctx, { runId: two.runId, reason: "Never mind." });
    expect(state).toMatchObject({ kind: "canceled", reason: "Never mind." });
    await owner.runs.cancel(ctx, { runId: two.runId });
    expect(await head()).toEqual({ active: one.runId, queued: 1 });
    await answer(one.runId, "One.");
    expect(await stateOf(three.runId)).toEqual({ kind: "running" });
    expect(await seenBy(three.runId)).toEqual(["one", "One.", "two", "three"]);
    expect(await words()).toContain("1.0 two");
  });

  test("saves no step before its turn", async () => {
    const { ask, answer, words } = await aScene();
    await ask("one");
    const two = await ask("two");
    expect(await codeOf(answer(two.runId, "Too early."))).toBe("INVALID_ARGUMENT");
    expect(await words()).not.toContain("1.1 Too early.");
  });

  test("cannot be completed before its turn", async () => {
    const { ask, stateOf, ctx, owner } = await aScene();
    await ask("one");
    const { runId } = await ask("two");
    expect(await codeOf(owner.turns.end(ctx, { runId, outcome: { kind: "completed" } }))).toBe(
      "INVALID_ARGUMENT",
    );
    expect(await stateOf(runId)).toEqual({ kind: "queued" });
  });

  test("is given again for its operationId, with where it stands", async () => {
    const { ask, answer, head } = await aScene();
    const one = await ask("one");
    const two = await ask("two", { operationId: "op" });
    const again = await ask("two", { operationId: "op" });
    expect(again).toMatchObject({
      runId: two.runId,
      turn: 1,
      promptMessageId: two.promptMessageId,
      repeated: true,
      state: { kind: "queued" },
    });
    expect(await codeOf(ask("other", { operationId: "op" }))).toBe("OPERATION_MISMATCH");
    expect((await head()).queued).toBe(1);
    await answer(one.runId, "One.");
    expect((await ask("two", { operationId: "op" })).state).toEqual({ kind: "running" });
  });

  test("is canceled when its prompt is removed before its turn", async () => {
    const { ask, answer, stateOf, head, ctx, owner } = await aScene();
    const [one, two, three] = [await ask("one"), await ask("two"), await ask("three")];
    await owner.messages.remove(ctx, { messageId: two.promptMessageId });
    await answer(one.runId, "One.");
    expect(await stateOf(two.runId)).toMatchObject({ kind: "canceled" });
    expect(await head()).toEqual({ active: three.runId, queued: undefined });
  });

  test("answers its prompt as it was edited meanwhile", async () => {
    const { ask, answer, seenBy, ctx, owner } = await aScene();
    const [one, two] = [await ask("one"), await ask("two")];
    await owner.messages.update(ctx, { messageId: two.promptMessageId, parts: [text("two, better")] });
    await answer(one.runId, "One.");
    expect(await seenBy(two.runId)).toEqual(["one", "One.", "two, better"]);
  });

  test("is not read for facts, nor summarised, before it is answered", async () => {
    const { ask, answer, ctx, owner, threadId } = await aScene();
    const [one, two] = [await ask("one"), await ask("two")];
    expect((await owner.extraction.read(ctx, { threadId })).messages).toEqual([]);
    await answer(one.runId, "One.");
    const read = await owner.extraction.read(ctx, { threadId });
    expect([read.messages.map((message) => message.text), read.to]).toEqual([
      ["one", "One."],
      { turn: 0, step: 1 },
    ]);
    const span = (turn: number) => ({
      threadId,
      expected: { edits: 0 },
      summary: { from: { turn: 0, step: 0 }, to: { turn, step: 0 }, text: "So far." },
    });
    expect((await owner.summaries.commit(ctx, span(1))).committed).toBe(false);
    await answer(two.runId, "Two.");
    expect((await owner.extraction.read(ctx, { threadId })).messages).toHaveLength(4);
  });

  test("ends with its thread, and nothing of it is left", async () => {
    const thread = await aScene();
    await thread.ask("one", { engine: "action" });
    await thread.ask("two");
    await thread.owner.threads.remove(thread.ctx, { threadId: thread.threadId });
    await thread.finishSweeps();
    const { scopeCounts: _counts, ...rows } = await thread.countRows();
    expect(rows).toEqual({});
  });
});

test("messages that are appended meanwhile stand behind the prompts that wait", async () => {
  const { ask, answer, words, seenBy, owner, ctx, threadId } = await aScene();
  const [one, two] = [await ask("one"), await ask("two")];
  await owner.messages.append(ctx, { threadId, messages: [said("user", "a note")] });
  await answer(one.runId, "One.");
  expect(await seenBy(two.runId)).toEqual(["one", "One.", "two"]);
  await answer(two.runId, "Two.");
  expect(await words()).toEqual(["0.0 one", "0.1 One.", "1.0 two", "1.1 Two.", "2.0 a note"]);
});
