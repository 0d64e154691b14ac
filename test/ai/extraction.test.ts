import { describe, expect, test } from "vitest";
import { extractAfterRun, extractFacts, extractionJob, type ExtractArgs } from "../../src/ai/index.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { aMemory, codeOf, OTHER_TENANT, OWNER, said, STRANGER } from "../support/aMemory.js";
import { inUser, known, learn } from "../support/facts.js";

/** What a model answers that has found these facts. */
const found = (...facts: object[]): ScriptedTurn => ({ text: JSON.stringify({ facts }) });
const fact = (text: string, more: object = {}) => ({ text, messages: [0], ...more });

async function aTalk(script: ScriptedTurn[], ...words: string[]) {
  const test = aMemory();
  const owner = test.memory.as(OWNER);
  const model = scriptedModel(script);
  const { ctx } = test;
  const { threadId } = await owner.threads.create(ctx);
  const say = (...more: string[]) =>
    owner.messages.append(ctx, { threadId, messages: more.map((word) => said("user", word)) });
  if (words.length > 0) await say(...words);
  const facts = { facts: owner.facts, ctx };
  const extract = (args: Partial<ExtractArgs> = {}) =>
    extractFacts(ctx, { memory: owner, threadId, model, maxRetries: 0, ...args });
  return { ...test, owner, model, threadId, say, extract, facts };
}

const promptOf = (model: { calls: { prompt: unknown }[] }, index: number) =>
  JSON.stringify(model.calls[index]?.prompt);

describe("extractFacts", () => {
  test("makes one call for what is new, writes the facts with their sources, and asks nothing when nothing is new", async () => {
    const talk = await aTalk(
      [found(fact("Olga skis.", { key: "sport", importance: 0.4, validFrom: "2020-01-01" }))],
      "I ski.",
      "Hm.",
    );
    const { extract, owner, ctx, threadId, model } = talk;
    expect(await extract()).toEqual({
      ...{ calls: 1, written: 1, duplicates: 0, superseded: 0, dropped: 0, warnings: [], isDone: true },
    });
    expect(await extract()).toMatchObject({ calls: 0, written: 0, isDone: true });
    expect(model.calls).toHaveLength(1);
    const { page } = await owner.facts.list(ctx, { ...inUser, cursor: null });
    expect(page).toMatchObject([
      {
        ...{ text: "Olga skis.", key: "sport", importance: 0.4, validFrom: Date.UTC(2020, 0, 1) },
        ...{ origin: "extraction", state: { kind: "active" }, sources: [{ kind: "message", threadId }] },
      },
    ]);
    const { page: events } = await owner.usage.list(ctx, { threadId, cursor: null });
    expect(events).toMatchObject([{ purpose: "extraction", userId: OWNER.userId, model: "scripted-1" }]);
  });

  test("shows the model small numbers, never ids", async () => {
    const talk = await aTalk([found()], "I moved to Bergen.");
    const { factId } = await learn(talk.facts, { text: "Lives in Oslo.", key: "city" });
    await talk.extract();
    const prompt = promptOf(talk.model, 0);
    expect(prompt).toContain("I moved to Bergen.");
    expect(prompt).toContain("Lives in Oslo.");
    expect(prompt).not.toContain(factId);
    expect(prompt).not.toContain(talk.threadId);
  });

  test("closes a known fact that the model names by its number", async () => {
    const talk = await aTalk([found(fact("Lives in Bergen.", { supersedes: 0 }))], "I moved to Bergen.");
    const { factId } = await learn(talk.facts, { text: "Lives in Oslo.", key: "city" });
    expect(await talk.extract()).toMatchObject({ written: 1, superseded: 1 });
    expect(await known(talk.facts)).toEqual(["Lives in Bergen."]);
    expect((await talk.owner.facts.get(talk.ctx, { factId })).state.kind).toBe("superseded");
  });

  test("as candidates leaves them to a reviewer, and the known fact open until then", async () => {
    const talk = await aTalk([found(fact("Lives in Bergen.", { supersedes: 0 }))], "I moved to Bergen.");
    await learn(talk.facts, { text: "Lives in Oslo.", key: "city" });
    expect(await talk.extract({ status: "candidate" })).toMatchObject({ written: 1, superseded: 0 });
    expect(await known(talk.facts)).toEqual(["Lives in Oslo."]);
    const { page } = await talk.owner.facts.list(talk.ctx, { ...inUser, status: "candidate", cursor: null });
    await talk.owner.facts.confirm(talk.ctx, { factId: page[0]?.factId ?? "" });
    expect(await known(talk.facts)).toEqual(["Lives in Bergen."]);
  });

  test("goes on batch by batch within its calls, and the next one takes up where it stopped", async () => {
    const words = Array.from({ length: 100 }, (_, index) => `Number ${index}.`);
    const talk = await aTalk([found(fact("One.")), found(fact("Two.")), found(fact("Three."))], ...words);
    expect(await talk.extract({ maxCalls: 2 })).toMatchObject({ calls: 2, written: 2, isDone: false });
    expect(await talk.extract({ maxCalls: 2 })).toMatchObject({ calls: 1, written: 1, isDone: true });
    const shown = [0, 1, 2].map((index) => promptOf(talk.model, index).match(/Number \d+\./g)?.length);
    expect(shown, "each message once").toEqual([40, 40, 20]);
  });

  test("passes what says nothing without a call", async () => {
    const talk = await aTalk([], "x");
    const { owner, ctx, threadId } = talk;
    await owner.messages.remove(ctx, {
      messageId: (await owner.messages.list(ctx, { threadId, cursor: null })).page[0]?.messageId ?? "",
    });
    await owner.messages.append(ctx, {
      threadId,
      messages: [{ role: "system", parts: [{ type: "text", text: "Rules." }] }],
    });
    expect(await talk.extract()).toMatchObject({ calls: 0, isDone: true });
    expect(await owner.extraction.read(ctx, { threadId })).toMatchObject({ to: null });
  });

  test("leaves a shared thread's facts where the reading said, whoever is let in while the model thinks", async () => {
    const talk = await aTalk([], "I ski.");
    const { owner, ctx, threadId } = talk;
    const model = scriptedModel([found(fact("Skis."))]);
    const doGenerate = model.doGenerate.bind(model);
    model.doGenerate = async (asked) => {
      await owner.threads.setParticipant(ctx, { threadId, userId: STRANGER.userId, role: "reader" });
      return await doGenerate(asked);
    };
    await talk.extract({ model });
    expect(await known(talk.facts)).toEqual(["Skis."]);
  });
});

describe("two extractions under way together", () => {
  test("write each fact once and record both calls", async () => {
    const talk = await aTalk([found(fact("Skis.")), found(fact("Skis a lot."))], "I ski.");
    const both = await Promise.all([talk.extract(), talk.extract()]);
    expect(both.map(({ written }) => written).sort()).toEqual([0, 1]);
    expect(await known(talk.facts)).toHaveLength(1);
    expect(talk.model.calls).toHaveLength(2);
    expect((await talk.owner.usage.summary(talk.ctx, { threadId: talk.threadId })).calls).toBe(2);
  });
});

describe("a model that goes wrong", () => {
  test.each<[string, ScriptedTurn]>([
    ["fails", { error: "Overloaded." }],
    ["answers in prose", { text: "There is nothing to note." }],
    ["breaks off its JSON", { text: '{"facts":[{"text":"Sk' }],
    ["gives another object", { text: '{"memories":[]}' }],
    ["gives facts that are no list", { text: '{"facts":"Skis"}' }],
    ["gives null", { text: "null" }],
    ["asks for tools that it does not have", { toolCalls: [{ toolName: "note", input: {} }] }],
  ])(
    "and %s is told as EXTRACTION_FAILED; the cursor stays, and the next one reads it all",
    async (_name, turn) => {
      const talk = await aTalk([turn, found(fact("Skis."))], "I ski.");
      expect(await codeOf(talk.extract())).toBe("EXTRACTION_FAILED");
      expect(await known(talk.facts, "any")).toEqual([]);
      expect((await talk.countRows()).extractions).toBeUndefined();
      const { calls } = await talk.owner.usage.summary(talk.ctx, { threadId: talk.threadId });
      expect(calls, "what was spent is in the ledger").toBe("error" in turn ? 0 : 1);
      expect(await talk.extract()).toMatchObject({ written: 1, isDone: true });
      expect(promptOf(talk.model, 1)).toContain("I ski.");
    },
  );

  test.each<[string, unknown]>([
    ["no object", 7],
    ["no text", { messages: [0] }],
    ["an empty text", fact("  ")],
    ["a text of marks", fact("...")],
    ["a text that is too long", fact("x".repeat(5_000))],
    ["no message", { text: "Skis." }],
    ["a message that was not shown", fact("Skis.", { messages: [1, -1, 0.5, "0", null] })],
  ])(
    "and gives %s among facts: that one is dropped with a warning, the others stay",
    async (_name, wrong) => {
      const talk = await aTalk([found(fact("Before."), wrong as object, fact("After."))], "I ski.");
      const { written, warnings } = await talk.extract();
      expect([written, warnings.length]).toEqual([2, 1]);
      expect((await known(talk.facts)).sort()).toEqual(["After.", "Before."]);
    },
  );

  test("and gives fields that mean nothing: the fact stays without them", async () => {
    const odd = { key: 7, importance: 3, validFrom: "soon", supersedes: 9, other: {} };
    const talk = await aTalk([found(fact("Skis.", odd))], "I ski.");
    expect(await talk.extract()).toMatchObject({ written: 1, superseded: 0, warnings: [] });
    const [only] = (await talk.owner.facts.list(talk.ctx, { ...inUser, cursor: null })).page;
    expect([only?.key, only?.importance]).toEqual([undefined, undefined]);
  });

  test("and finds a thousand facts: what is beyond the limit is dropped with a warning", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => fact(`Fact ${index}`));
    const talk = await aTalk([found(...many)], "I ski.");
    const { written, warnings } = await talk.extract({ maxFacts: 5 });
    expect(written).toBe(5);
    expect(warnings).toEqual(["995 facts beyond the 5 that one call may find were dropped."]);
  });

  test("and puts a fence around its JSON is understood", async () => {
    const talk = await aTalk(
      [{ text: '```json\n{"facts":[{"text":"Skis.","messages":[0]}]}\n```' }],
      "I ski.",
    );
    expect(await talk.extract()).toMatchObject({ written: 1 });
  });
});

describe("after a run", () => {
  test("a failure is a warning and nothing else", async () => {
    const talk = await aTalk([{ error: "Overloaded." }], "I ski.");
    const { owner, ctx, threadId, model } = talk;
    const { warnings } = await extractAfterRun(ctx, { memory: owner, threadId, model, maxRetries: 0 });
    expect(warnings).toEqual([expect.stringContaining("EXTRACTION_FAILED") as string]);
  });
});

const mine = { target: { as: OWNER }, hasTime: () => true, abortSignal: new AbortController().signal };

describe("the job of a worker", () => {
  test("reads the threads that have something new, within its budget, and says whether something is left", async () => {
    const talk = await aTalk([found(fact("Skis.")), found(fact("Sails."))], "I ski.");
    const { owner, ctx, model, memory } = talk;
    const { threadId: other } = await owner.threads.create(ctx);
    await owner.messages.append(ctx, { threadId: other, messages: [said("user", "I sail.")] });
    const job = extractionJob({ model, maxRetries: 0 });
    let asked = 0;
    expect(await job(ctx, memory, { ...mine, hasTime: () => asked++ < 1 })).toEqual({ done: false });
    expect(model.calls).toHaveLength(1);
    expect(await job(ctx, memory, { ...mine, hasTime: () => false })).toEqual({ done: false });
    expect(await job(ctx, memory, mine)).toEqual({ done: true });
    expect(await job(ctx, memory, mine)).toEqual({ done: true });
    expect(model.calls).toHaveLength(2);
    expect((await known(talk.facts)).sort()).toEqual(["Sails.", "Skis."]);
  });

  test("reads everyone's threads for the system, and each user's facts stay with that user", async () => {
    const talk = await aTalk([found(fact("Sails.")), found(fact("Skis."))], "I ski.");
    const { ctx, model, memory } = talk;
    const stranger = memory.as(OTHER_TENANT);
    const { threadId } = await stranger.threads.create(ctx);
    await stranger.messages.append(ctx, { threadId, messages: [said("user", "I sail.")] });
    expect(await extractionJob({ model })(ctx, memory, { ...mine, target: {} })).toEqual({ done: true });
    const { page } = await stranger.facts.list(ctx, { scope: "user", cursor: null });
    expect([...page.map(({ text }) => text), ...(await known(talk.facts))]).toEqual(["Sails.", "Skis."]);
  });

  test("passes over a thread whose extraction fails", async () => {
    const talk = await aTalk([{ error: "Overloaded." }, found(fact("Skis."))], "I ski.");
    const { owner, ctx, model, memory } = talk;
    const { threadId: other } = await owner.threads.create(ctx);
    await owner.messages.append(ctx, { threadId: other, messages: [said("user", "I sail.")] });
    expect(await extractionJob({ model, maxRetries: 0 })(ctx, memory, mine)).toEqual({ done: true });
    expect(await known(talk.facts)).toEqual(["Skis."]);
  });
});
