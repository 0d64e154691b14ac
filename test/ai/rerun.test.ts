// A saved call of the model made again: what it is given, what it gives, and that nothing of it is kept but its price.
import { describe, expect, test } from "vitest";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { eventsIn } from "./ledgerScene.js";
import { givenTo } from "./replays.js";
import { answered, knowing, rowsOf } from "./reruns.js";
import { asksFor, weather } from "./support.js";

const recall = { scopes: ["user" as const], kinds: ["fact" as const], maxTokens: 300 };

describe("a call made again", () => {
  test("gives the model the same bytes, whichever call of a turn it was, and says so", async () => {
    const script = [asksFor("Oslo"), { text: "7 degrees." }, { text: "Again." }, { text: "And again." }];
    const definition = { tools: { weather }, recall, blocks: ["user" as const] };
    const scene = await answered({ script, definition, before: knowing("The weather here is fair.") });
    const { model, answers, again } = scene;
    expect(answers).toHaveLength(2);
    for (const [index, messageId] of answers.entries()) {
      const { text, context } = await again({ messageId });
      expect(text).toBe(["Again.", "And again."][index]);
      expect(context).toMatchObject({ isSame: true });
      expect(context).not.toHaveProperty("changed");
      expect(givenTo(model.calls[2 + index]!)).toBe(givenTo(model.calls[index]!));
      const explained = await scene.owner.contexts.explain(scene.ctx, { messageId });
      expect(context.sections).toEqual(explained.sections);
      expect(context.tokens).toBe(explained.tokens);
    }
  });

  test("leaves every table but the ledger as it was", async () => {
    const script = [{ text: "One." }, asksFor("Oslo", "Bergen"), { error: "Cut." }];
    const scene = await answered({ script, definition: { tools: { weather }, recall, maxRetries: 0 } });
    const before = await rowsOf(scene);
    const { toolCalls, text, finishReason } = await scene.again({ context: { recall: { maxTokens: 100 } } });
    expect(toolCalls.map(({ toolName, input }) => [toolName, input])).toEqual([
      ["weather", '{"city":"Oslo"}'],
      ["weather", '{"city":"Bergen"}'],
    ]);
    expect([text, finishReason]).toEqual(["", "tool-calls"]);
    await expect(scene.again()).rejects.toMatchObject({ data: { code: "MODEL_FAILED" } });
    expect(await rowsOf(scene)).toBe(before);
  });

  test("takes other instructions, and is then another context", async () => {
    const scene = await answered({ script: [{ text: "I am a helper." }, { text: "Ahoy." }] });
    const { text, context } = await scene.again({ instructions: "Speak like a sailor." });
    expect(text).toBe("Ahoy.");
    const [before, after] = scene.model.calls.map(({ prompt }) => prompt);
    expect(after?.[0]).toMatchObject({ role: "system", content: "Speak like a sailor." });
    expect(after?.slice(1)).toEqual(before?.slice(1));
    expect(context.isSame).toBe(false);
    expect(context).not.toHaveProperty("changed");
    expect(context.sections[0]).toMatchObject({ section: "instructions", tokens: 5 });
    expect(JSON.parse(context.text)).toMatchObject({ instructions: "Speak like a sailor." });
  });

  test("takes another model and other settings, and keeps those that it had", async () => {
    const definition = { settings: { temperature: 0.3, topP: 0.9, headers: { "x-key": "secret" } } };
    const scene = await answered({ script: [{ text: "One." }, { text: "Two." }], definition });
    const other = scriptedModel([{ text: "Other.", reasoning: "Hm." }], { modelId: "other-1" });
    const again = await scene.again({
      model: () => other,
      settings: { temperature: 0, maxOutputTokens: 50 },
    });
    expect(again).toMatchObject({ text: "Other.", reasoning: "Hm.", context: { isSame: true } });
    expect(again.usage).toMatchObject([{ model: "other-1", purpose: "rerun" }]);
    expect(other.calls[0]).toMatchObject({
      ...{ temperature: 0, topP: 0.9, maxOutputTokens: 50, headers: { "x-key": "secret" } },
    });
    expect(scene.model.calls).toHaveLength(1);
  });

  test("is made with what the agent was then, though it is another now", async () => {
    const scene = await answered({ script: [{ text: "One." }, { text: "Two." }] });
    const { defineAgent } = await import("../../src/ai/index.js");
    const { memory, model, ctx, answers } = scene;
    const later = defineAgent(memory, {
      ...{ name: "helper", model: () => model, instructions: "Be verbose.", tools: { weather } },
    });
    const { context } = await later.rerun(ctx, { as: OWNER, messageId: answers[0] ?? "" });
    expect(context.isSame).toBe(true);
    expect(givenTo(model.calls[1]!)).toBe(givenTo(model.calls[0]!));
  });

  test("tells the model of some of its tools, or of none", async () => {
    const script = [{ text: "One." }, { text: "Two." }, { text: "Three." }];
    const scene = await answered({ script, definition: { tools: { weather }, toolChoice: "auto" } });
    await scene.again({ activeTools: [] });
    await scene.again({ activeTools: ["weather"] });
    const told = scene.model.calls.map(({ tools = [] }) => tools.map(({ name }) => name));
    expect(told).toEqual([["weather", "readToolOutput"], [], ["weather"]]);
  });

  test("tells what a change since has made of it, and goes on with what is there", async () => {
    const prepareStep = () => ({ instructions: "Be prepared." });
    const scene = await answered({
      script: [{ text: "One." }, { text: "Two." }],
      definition: { prepareStep },
    });
    const { context } = await scene.again();
    expect(context).toMatchObject({ isSame: false, changed: { kind: "prepareStep" } });
    expect(scene.model.calls[1]?.prompt[0]).toMatchObject({ content: "Be brief." });
  });
});

describe("what a call made again costs", () => {
  const usage = { inputTokens: 400, outputTokens: 100 };
  const prices = { input: 1_000_000, output: 2_000_000 };

  test("is in the ledger, under its own purpose, for who asked, and in no run", async () => {
    const scene = await answered({
      script: [
        { text: "One.", usage },
        { text: "Two.", usage },
      ],
    });
    await scene.memory
      .asSystem()
      .prices.set(scene.ctx, { provider: "scripted", model: "scripted-1", prices });
    const [runBefore] = (await scene.owner.runs.list(scene.ctx, { threadId: scene.threadId, cursor: null }))
      .page;
    const again = await scene.again();
    expect(again).toMatchObject({ costMicros: 600, usage: [usage] });
    const events = await eventsIn(scene);
    expect(events).toHaveLength(2);
    const { threadId } = scene;
    expect(events[1]).toMatchObject({ purpose: "rerun", ...usage, costMicros: 600, ...OWNER, threadId });
    expect(events[1]).toMatchObject({ agentName: "helper" });
    expect(events[1]).not.toHaveProperty("runId");
    const [runAfter] = (await scene.owner.runs.list(scene.ctx, { threadId, cursor: null })).page;
    expect(runAfter).toEqual(runBefore);
    const summary = await scene.owner.usage.summary(scene.ctx, { threadId, by: "purpose" });
    expect(summary).toMatchObject({ calls: 2, costMicros: 600 });
    expect(summary.groups?.map(({ purpose, calls }) => [purpose, calls])).toContainEqual(["rerun", 1]);
  });

  test("is not known where the model has no price, and is never zero then", async () => {
    const scene = await answered({ script: [{ text: "One." }, { text: "Two." }] });
    expect(await scene.again()).not.toHaveProperty("costMicros");
  });

  test("is recorded where the model failed after it had spent", async () => {
    const unsound = new Error("Not an answer.");
    unsound.name = "AI_TypeValidationError";
    const script = [{ text: "One." }, { error: unsound }];
    const scene = await answered({ script, definition: { maxRetries: 0 } });
    await expect(scene.again()).rejects.toMatchObject({ data: { code: "MODEL_FAILED" } });
    expect(await eventsIn(scene)).toMatchObject([{}, { purpose: "rerun", isFailed: true }]);
  });
});
