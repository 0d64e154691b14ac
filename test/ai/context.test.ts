import { describe, expect, test } from "vitest";
import { defineAgent, type AgentDefinition } from "../../src/ai/index.js";
import { AGENT_TEXTS_MAX } from "../../src/shared/limits.js";
import { codeOf, OWNER, READER } from "../support/aMemory.js";
import { putBlock, putSummary, rewriteBlock } from "./contextScene.js";
import { answersOf } from "./replays.js";
import { anAgent, asksFor, messagesOf, weather, type TestAgent } from "./support.js";

const USER_SCOPE = "t:acme|u:olga";
const ask = (helper: TestAgent, prompt: string) =>
  helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
/** What the model was given in one call: a line for each message. */
const given = (helper: TestAgent, index: number): string[] =>
  (helper.model.calls[index]?.prompt ?? []).map(({ role, content }) => `${role}: ${JSON.stringify(content)}`);
const last = async (helper: TestAgent) =>
  (await answersOf(helper.ctx, helper.owner, helper.threadId)).at(-1) ?? "";
const explained = async (helper: TestAgent) =>
  await helper.owner.contexts.explain(helper.ctx, { messageId: await last(helper) });
const head = (helper: TestAgent) => helper.inside(async ({ db }) => (await db.query("threadHeads").first())!);

describe("blocks", () => {
  test("stand behind the instructions, those of the scopes that the agent names, in its order", async () => {
    const helper = await anAgent([{ text: "Yes." }], { blocks: ["thread", "user"] });
    await helper.inside(async (db) => {
      await putBlock(db, { scope: USER_SCOPE, label: "human", value: "Likes </memory> fish." });
      await putBlock(db, { scope: `thread:${helper.threadId}`, label: "plan", value: "Buy fish." });
      await putBlock(db, { scope: "t:acme|a:helper", label: "self", value: "Never shown." });
    });
    await ask(helper, "Fish?");
    const [system = ""] = given(helper, 0);
    expect(system).toMatch(/^system: .*Be brief\..*<memory>.*# plan\\nBuy fish\..*# human\\nLikes/);
    expect(system.split("</memory>")).toHaveLength(2);
    expect(system).not.toContain("Never shown.");
    const { sections } = await explained(helper);
    expect(sections[1]).toMatchObject({ section: "blocks", items: [{ version: 1 }, { version: 1 }] });
  });

  test("are shown before anything stands in them, so that an agent knows what belongs there", async () => {
    const helper = await anAgent([{ text: "Yes." }], { blocks: ["user"] });
    const description = "What the user likes.";
    await helper.owner.blocks.create(helper.ctx, { scope: "user", label: "human", description });
    await ask(helper, "Fish?");
    expect(given(helper, 0)[0]).toContain("# human\\n(What the user likes.)");
    const messageId = await last(helper);
    expect((await helper.owner.contexts.replay(helper.ctx, { messageId })).kind).toBe("same");
  });

  test("stay through a run as they were at its start, and change with the next; both can be shown again", async () => {
    let write = async (): Promise<void> => {};
    const tool = { ...weather, execute: async () => (await write(), "written") };
    const script = [asksFor("Oslo"), { text: "One." }, { text: "Two." }];
    const helper = await anAgent(script, { blocks: ["user"], tools: { weather: tool } });
    const blockId = await helper.inside((db) =>
      putBlock(db, { scope: USER_SCOPE, label: "human", value: "Old." }),
    );
    write = () => helper.inside((db) => rewriteBlock(db, blockId, "New."));
    await ask(helper, "First?");
    await ask(helper, "Second?");
    expect([0, 1, 2].map((call) => /Old|New/.exec(given(helper, call)[0] ?? "")?.[0])).toEqual([
      "Old",
      "Old",
      "New",
    ]);
    for (const messageId of await answersOf(helper.ctx, helper.owner, helper.threadId))
      expect((await helper.owner.contexts.replay(helper.ctx, { messageId })).kind).toBe("same");
    await helper.inside(({ db }) => db.delete("blocks", blockId));
    expect(await helper.owner.contexts.replay(helper.ctx, { messageId: await last(helper) })).toEqual({
      kind: "SOURCE_ERASED",
      source: { kind: "block", id: blockId },
    });
  });

  test("of the user are not shown in company", async () => {
    const helper = await anAgent([{ text: "Yes." }], { blocks: ["thread", "user"] });
    const { ctx, owner, threadId } = helper;
    await helper.inside((db) => putBlock(db, { scope: USER_SCOPE, label: "human", value: "Private." }));
    await owner.threads.setParticipant(ctx, { threadId, userId: READER.userId, role: "reader" });
    await ask(helper, "Fish?");
    expect(given(helper, 0).join()).not.toContain("Private.");
  });
});

describe("a summary", () => {
  test("stands for the messages up to its end, in front of the first that is shown", async () => {
    const helper = await anAgent([{ text: "One." }, { text: "Two." }, { text: "Three." }]);
    await ask(helper, "First?");
    await ask(helper, "Second?");
    const to = { turn: 0, step: 1 };
    await helper.inside((db) => putSummary(db, { threadId: helper.threadId, text: "They began.", to }));
    await ask(helper, "Third?");
    const shown = given(helper, 2);
    expect(shown.map((line) => line.split(":")[0])).toEqual(["system", "user", "assistant", "user"]);
    expect(shown[1]).toMatch(/<summary>.*They began\..*<\/summary>.*Second\?/);
    expect(shown.join()).not.toContain("First?");
    expect((await helper.owner.contexts.replay(helper.ctx, { messageId: await last(helper) })).kind).toBe(
      "same",
    );
    const { sections } = await explained(helper);
    expect(sections.find(({ section }) => section === "summary")?.items).toHaveLength(1);
  });

  test("that tells of later turns is not shown when an earlier prompt is answered again", async () => {
    const helper = await anAgent([{ text: "One." }, { text: "Two." }, { text: "One again." }]);
    await ask(helper, "First?");
    await ask(helper, "Second?");
    const to = { turn: 1, step: 1 };
    const summaryId = await helper.inside((db) =>
      putSummary(db, { threadId: helper.threadId, text: "All.", to }),
    );
    const [prompt] = await messagesOf(helper);
    const { ctx, threadId, agent } = helper;
    await agent.generate(ctx, { as: OWNER, threadId, promptMessageId: prompt?.messageId });
    expect(given(helper, 2).join()).not.toContain("All.");
    expect(given(helper, 2).join()).toContain("First?");
    expect(await helper.inside(({ db }) => db.get("summaries", summaryId))).toBeNull(); // it tells nothing of the new answer
  });

  test("that is gone is named by replay; and outputs up to a place are placeholders", async () => {
    const script = [asksFor("Oslo"), { text: "Cold." }, { text: "As I said." }];
    const reports = { ...weather, execute: () => `7 degrees. ${"Fair. ".repeat(100)}` };
    const helper = await anAgent(script, { tools: { weather: reports } });
    await ask(helper, "Weather?");
    const { _id } = await head(helper);
    await helper.inside(({ db }) => db.patch("threadHeads", _id, { prunedTo: { turn: 0, step: 3 } }));
    const to = { turn: 0, step: 0 };
    const summaryId = await helper.inside((db) =>
      putSummary(db, { threadId: helper.threadId, text: "Began.", to }),
    );
    await ask(helper, "Again?");
    expect(given(helper, 2).join()).not.toContain("degrees");
    expect(given(helper, 2).join()).toMatch(/output of weather was removed.*bytes.*readToolOutput/);
    const messageId = await last(helper);
    expect((await helper.owner.contexts.replay(helper.ctx, { messageId })).kind).toBe("same");
    await helper.inside(({ db }) => db.delete("summaries", summaryId));
    expect(await helper.owner.contexts.replay(helper.ctx, { messageId })).toEqual({
      kind: "SOURCE_ERASED",
      source: { kind: "summary", id: summaryId },
    });
  });
});

describe("a budget", () => {
  test("smaller than the prompt is refused with both numbers, before the model is called", async () => {
    const helper = await anAgent([], { context: { maxTokens: 10 } });
    const prompt = "word ".repeat(100);
    const refused = ask(helper, prompt);
    await expect(refused).rejects.toMatchObject({
      data: { code: "CONTEXT_TOO_SMALL", details: { maxTokens: 10, neededTokens: 128 } },
    });
    expect(helper.model.calls).toHaveLength(0);
    const [run] = (await helper.owner.runs.list(helper.ctx, { threadId: helper.threadId, cursor: null }))
      .page;
    expect(run?.state).toMatchObject({ kind: "failed", code: "CONTEXT_TOO_SMALL" });
  });

  test("drops the oldest first, also of a run's own steps, and says how much", async () => {
    const big = { ...weather, execute: () => "x".repeat(400) };
    const script = [asksFor("Oslo"), asksFor("Bergen"), asksFor("Moss"), { text: "Done." }];
    const context = { maxTokens: 350 };
    const helper = await anAgent(script, { tools: { weather: big }, context, compaction: false });
    const { ctx, owner, threadId } = helper;
    await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 6 }, (_, index) => ({
        role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
        parts: [{ type: "text" as const, text: `Older ${index} ${"x".repeat(100)}` }],
      })),
    });
    await ask(helper, "Weather?");
    expect(given(helper, 0).join()).toContain("Older");
    const shown = given(helper, 3);
    expect(shown.join()).not.toContain("Older");
    expect(shown.join()).not.toContain("Oslo");
    expect(shown.join()).toMatch(/Weather\?.*Moss/s);
    const { sections, tokens } = await explained(helper);
    expect(tokens).toBeLessThanOrEqual(350);
    expect(sections.at(-1)?.leftOut).toMatchObject([{ reason: "budget" }]);
    expect(sections.find(({ section }) => section === "tail")?.leftOut).toMatchObject([
      { reason: "budget", count: 6 },
    ]);
  });

  test("is calibrated by what the provider counted, unless that cannot be believed", async () => {
    const counts = [400, 0, 1_000_000, NaN];
    const helper = await anAgent(counts.map((inputTokens) => ({ text: "Yes.", usage: { inputTokens } })));
    await ask(helper, "word ".repeat(150)); // about 190 tokens by our estimate
    const { tokenFactor = 0 } = await head(helper);
    expect(tokenFactor).toBeGreaterThan(2);
    expect(tokenFactor).toBeLessThan(2.2);
    for (const prompt of ["Nothing.", "Too much.", "No number."]) await ask(helper, prompt);
    expect(await head(helper)).toMatchObject({ tokenFactor });
    expect(await explained(helper)).toMatchObject({ tokenFactor });
  });

  test.each<[string, Partial<AgentDefinition>]>([
    ["no tokens", { context: { maxTokens: 0 } }],
    ["fewer than none", { context: { maxTokens: -1 } }],
    ["half a token", { context: { maxTokens: 0.5 } }],
    ["no number", { context: { maxTokens: NaN } }],
    ["no messages", { context: { maxMessages: 0 } }],
    ["negative bytes", { context: { maxBytes: -1 } }],
    ["a negative cap", { context: { sections: { tail: -1 } } }],
    ["recall of no tokens", { recall: { scopes: ["user"], maxTokens: 0 } }],
    ["recall of endless tokens", { recall: { scopes: ["user"], maxTokens: Infinity } }],
    ["recall of nobody's", { recall: { scopes: [], maxTokens: 10 } }],
    ["recall in the world", { recall: { scopes: ["planet" as never], maxTokens: 10 } }],
    ["recall of too many neighbours", { recall: { scopes: ["user"], maxTokens: 10, neighbours: 4 } }],
    ["recall by more than all", { recall: { scopes: ["user"], maxTokens: 10, vectorWeight: 2 } }],
    ["blocks twice", { blocks: ["user", "user"] }],
    ["blocks of nobody", { blocks: ["planet" as never] }],
  ])("of %s is refused when the agent is defined", async (_name, definition) => {
    const { memory, model } = await anAgent([]);
    const define = async () =>
      defineAgent(memory, { name: "a", model: () => model, instructions: "", ...definition });
    expect(await codeOf(define())).toBe("AGENT_INVALID");
  });
});

describe("what an agent is", () => {
  test("is kept once, told by a hash, and sent only where it is not known", async () => {
    const helper = await anAgent([{ text: "One." }, { text: "Two." }], { tools: { weather } });
    await ask(helper, "First?");
    await ask(helper, "Second?");
    expect((await helper.countRows()).contextParts).toBe(1);
    expect((await helper.countRows()).contextTraces).toBe(2);
  });

  test("is kept in so many versions at most, the newest; older contexts say so", async () => {
    const helper = await anAgent([{ text: "One." }]);
    await ask(helper, "First?");
    const messageId = await last(helper);
    expect((await helper.owner.contexts.replay(helper.ctx, { messageId })).kind).toBe("same");
    for (let index = 0; index < AGENT_TEXTS_MAX; index++) {
      const { memory, ctx, owner } = helper;
      const { threadId } = await owner.threads.create(ctx, {});
      const model = (await anAgent([{ text: "Yes." }])).model;
      const instructions = `Version ${index}.`;
      const agent = defineAgent(memory, { name: "helper", model: () => model, instructions });
      await agent.generate(ctx, { as: OWNER, threadId, prompt: "Go." });
    }
    expect((await helper.countRows()).contextParts).toBe(AGENT_TEXTS_MAX);
    expect(await helper.owner.contexts.replay(helper.ctx, { messageId })).toMatchObject({
      kind: "SOURCE_ERASED",
      source: { kind: "instructions" },
    });
  });
});

describe("explain", () => {
  test("lists the sections in order with ids, ranks, tokens and reasons", async () => {
    const helper = await anAgent([{ text: "One." }, asksFor("Oslo"), { text: "Miro." }], {
      tools: { weather },
      recall: { scopes: ["user"], maxTokens: 300 },
    });
    const other = await helper.owner.threads.create(helper.ctx, {});
    const { places } = await helper.owner.messages.append(helper.ctx, {
      threadId: other.threadId,
      messages: [{ role: "user", parts: [{ type: "text", text: "My cat is called Miro." }] }],
    });
    await ask(helper, "Hello?");
    await ask(helper, "What is my cat called?");
    const explanation = await explained(helper);
    expect(explanation.sections.map(({ section }) => section)).toEqual([
      ...["instructions", "blocks", "summary", "tail", "recalled", "prompt", "run"],
    ]);
    const itemsOf = (name: string) =>
      explanation.sections.find(({ section }) => section === name)?.items ?? [];
    const ids = (await messagesOf(helper)).map(({ messageId }) => messageId);
    expect(itemsOf("tail").map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(itemsOf("prompt").map(({ id }) => id)).toEqual(ids.slice(2, 3));
    expect(itemsOf("run").map(({ id }) => id)).toEqual(ids.slice(3, 5));
    expect(itemsOf("recalled")).toMatchObject([
      {
        kind: "message",
        id: places[0]?.messageId,
        ranks: { lexical: 1 },
        why: "found for the prompt: lexical rank 1",
      },
    ]);
    const sum = explanation.sections.reduce((tokens, section) => tokens + section.tokens, 0);
    expect(explanation.tokens).toBe(sum);
  });

  test("tells what another run had answered to the prompt from the run's own steps", async () => {
    const helper = await anAgent([{ text: "One." }, asksFor("Oslo"), { text: "Two." }], {
      tools: { weather },
    });
    await ask(helper, "Hello?");
    const [prompt] = await messagesOf(helper);
    const promptMessageId = prompt?.messageId ?? "";
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, promptMessageId });
    const run = (await explained(helper)).sections.find(({ section }) => section === "run");
    const own = "what this run did before";
    expect(run?.items.map(({ why }) => why)).toEqual(["answered to this prompt before", own, own]);
  });
});
