import { describe, expect, test } from "vitest";
import { prune } from "../../src/ai/index.js";
import type { Message, NewMessage } from "../../src/client/index.js";
import { comparePositions } from "../../src/shared/position.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { aThread, call, result, said, text } from "../support/aMemory.js";
import { compact, GOOD, historyOf, settings, turn, withTurns, WORDS } from "./compactionSupport.js";
import { counting } from "./support.js";

describe("compaction of a context", () => {
  test("calls nothing while there is room", async () => {
    const thread = await withTurns(2);
    const calls: string[] = [];
    const outcome = await compact(thread, { ctx: counting(thread.ctx, calls) });
    expect(outcome).toEqual({ summary: null, changed: false, warnings: [] });
    expect(calls).toEqual([]);
  });

  test("without a model covers whole turns down to what is kept, with identifiers as they were written", async () => {
    const thread = await withTurns(8);
    const { summary, changed, warnings } = await compact(thread);
    expect({ changed, warnings }).toEqual({ changed: true, warnings: [] });
    expect(summary).toMatchObject({ from: { turn: 0, step: 0 }, to: { turn: 5, step: 1 } });
    expect(summary).not.toHaveProperty("model");
    expect(summary?.text).toContain("OPS-0");
    expect(summary?.text).toContain("/srv/ferries/5.yaml");
    expect(summary!.tokens).toBeLessThanOrEqual(600);
    expect(
      await thread.owner.usage.list(thread.ctx, { threadId: thread.threadId, cursor: null }),
    ).toMatchObject({ page: [] });
  });

  test("with a model asks once, for the summary before and the new turns only", async () => {
    const thread = await withTurns(8);
    const model = scriptedModel([{ text: GOOD }, { text: "## Goals\n- Still Oslo" }]);
    const first = await compact(thread, { model });
    expect(first.summary).toMatchObject({ model: "scripted-1" });
    await thread.owner.messages.append(thread.ctx, {
      threadId: thread.threadId,
      messages: [8, 9, 10, 11].flatMap(turn),
    });
    const all = await historyOf(thread);
    const history = all.filter((message) => comparePositions(message, first.summary!.to) > 0);
    const second = await compact(thread, { model, history, summary: first.summary });
    expect(second.summary).toMatchObject({ parentId: first.summary?.summaryId, from: { turn: 6, step: 0 } });
    const asked = JSON.stringify(model.calls[1]?.prompt);
    expect(asked).toContain("Talk about Oslo");
    expect(asked).toContain("Question 6");
    expect(asked).not.toContain("Question 5");
    const { page } = await thread.owner.usage.list(thread.ctx, { threadId: thread.threadId, cursor: null });
    expect(page.map(({ purpose }) => purpose)).toEqual(["compaction", "compaction"]);
    expect(model.calls).toHaveLength(2);
  });

  test("adds what the model lost of the identifiers, as they were written", async () => {
    const thread = await withTurns(8);
    const { summary } = await compact(thread, { model: scriptedModel([{ text: GOOD }]) });
    expect(summary?.text.startsWith(GOOD)).toBe(true);
    expect(summary?.text).toContain("/srv/ferries/3.yaml");
    expect(summary?.text.split("OPS-0")).toHaveLength(2);
  });

  test.each([
    ["fails", { error: "overloaded" }, "overloaded", 0],
    ["says nothing", { text: "  " }, "nothing", 1],
    ["says too much", { text: "blah ".repeat(4_000) }, "more than", 1],
  ] as const)(
    "falls back to the extractive summary when the model %s, with a warning",
    async (...[, answer, words, events]) => {
      const thread = await withTurns(8);
      const { summary, warnings } = await compact(thread, { model: scriptedModel([answer]), maxRetries: 0 });
      expect(warnings).toEqual([expect.stringContaining(words)]);
      expect(summary?.text).toContain("## Goals");
      expect(summary).not.toHaveProperty("model");
      const { page } = await thread.owner.usage.list(thread.ctx, { threadId: thread.threadId, cursor: null });
      expect(page).toHaveLength(events);
    },
  );

  test("prunes old outputs first, and leaves it at that when it is enough", async () => {
    const thread = await aThread({ shared: false });
    const { owner, ctx, threadId } = thread;
    const group = (id: string): NewMessage[] => [
      { role: "assistant", parts: [call(id)] },
      { role: "tool", parts: [result(id, JSON.stringify("x".repeat(4_000)))] },
    ];
    await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "Go"), ...["a", "b", "c"].flatMap(group)],
    });
    const pruning = { ...settings.pruning, keepToolUses: 1 };
    const outcome = await compact(thread, { settings: { ...settings, triggerTokens: 1_500, pruning } });
    expect(outcome).toEqual({ summary: null, prunedTo: { turn: 0, step: 4 }, changed: true, warnings: [] });
    const shown = (await historyOf(thread)).map((message) => prune(message, outcome.prunedTo));
    expect(shown.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThan(1_500);
    expect(await thread.countRows()).not.toHaveProperty("summaries");
    expect((await historyOf(thread))[2]?.tokens).toBeGreaterThan(1_000);
  });

  test("between the steps of a run covers its older groups, and neither its prompt alone nor its newest group", async () => {
    const thread = await withTurns(1);
    const { owner, ctx, threadId } = thread;
    const begun = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("Go on")] };
    const { runId } = await owner.turns.begin(ctx, begun);
    const usage = {
      provider: "p",
      model: "m",
      purpose: "answer" as const,
      inputTokens: 1,
      outputTokens: 1,
      ms: 1,
    };
    let results: Parameters<typeof owner.turns.saveStep>[1]["results"] = [];
    for (let step = 0; step < 6; step++) {
      const callId = `call-${step}`;
      const message = { parts: [text(WORDS), call(callId)] };
      await owner.turns.saveStep(ctx, { runId, step, message, results, usage, finish: false });
      results = [
        { callId, part: result(callId, JSON.stringify(`id-${step}7 ${WORDS}`)), failed: false, ms: 1 },
      ];
    }
    const { summary } = await compact(thread, { keepTurn: 1 });
    expect(summary?.to.turn).toBe(1);
    const rest = (await historyOf(thread)).filter((message) => comparePositions(message, summary!.to) > 0);
    expect(rest[0]).toMatchObject({ role: "assistant", turn: 1 });
    expect(rest.length).toBeGreaterThan(0);
    await owner.turns.saveStep(ctx, {
      runId,
      step: 6,
      message: { parts: [text("Done")] },
      results,
      usage,
      finish: true,
    });
    expect((await historyOf(thread)).at(-1)).toMatchObject({ parts: [text("Done")] });
  });

  test("reads the thread, not the context: what was injected cannot get in", async () => {
    const thread = await withTurns(8);
    const model = scriptedModel([{ text: GOOD }]);
    const history = (await historyOf(thread)).map((message): Message => ({
      ...message,
      parts: [text("<recalled>INJECTED</recalled>"), ...message.parts],
    }));
    const withModel = await compact(thread, { model, history });
    expect(JSON.stringify(model.calls)).not.toContain("INJECTED");
    expect(withModel.summary?.text).not.toContain("INJECTED");
    const other = await withTurns(8);
    expect((await compact(other, { history })).summary?.text).not.toContain("INJECTED");
  });
});
