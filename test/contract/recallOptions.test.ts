import { describe, expect, test } from "vitest";
import type { RecallSearch } from "../../src/client/recall.js";
import type { NewMessage } from "../../src/validators/messageWrite.js";
import { anEmbed } from "../support/embed.js";
import { aMemory, aThread, codeOf, OTHER_TENANT, OWNER, said } from "../support/aMemory.js";

const DAY = 24 * 60 * 60 * 1000;
const AT = Date.UTC(2025, 0, 1);
const MIB = 1024 * 1024;

/** Ten messages of one word and a number, a day apart, with a reply to each. */
async function aDiary() {
  const thread = await aThread({ shared: false });
  const { ctx, threadId, owner } = thread;
  const messages = Array.from({ length: 10 }, (_, day): NewMessage[] => [
    { ...said("user", `fjord on day ${day}`), saidAt: AT + day * DAY },
    { ...said("assistant", `Reply ${day}`), saidAt: AT + day * DAY + 1 },
  ]).flat();
  await owner.messages.append(ctx, { threadId, messages });
  const ask = (question: Partial<RecallSearch>) =>
    owner.recall(ctx, { query: "fjord", scopes: ["thread"], threadId, ...question });
  return { ...thread, ask };
}

describe("time filters", () => {
  test("keep what was said from `after` on and before `before`", async () => {
    const { ask } = await aDiary();
    const { hits } = await ask({ after: AT + 3 * DAY, before: AT + 5 * DAY });
    expect(
      hits
        .filter(({ role }) => role === "user")
        .map(({ text }) => text)
        .sort(),
    ).toEqual(["fjord on day 3", "fjord on day 4"]);
    for (const hit of hits) expect(hit.at).toBeGreaterThanOrEqual(AT + 3 * DAY);
    expect((await ask({ after: AT + 100 * DAY })).hits).toEqual([]);
    expect((await ask({ after: AT + DAY, before: AT })).hits).toEqual([]);
  });

  test("find what many better matches outside of them would have hidden", async () => {
    const { ctx, owner, memory } = await aThread({ shared: false });
    const { threadId } = await owner.threads.create(ctx, {});
    for (let page = 0; page < 3; page++)
      await memory.as(OWNER).messages.append(ctx, {
        threadId,
        messages: Array.from({ length: 150 }, () => ({ ...said("user", "fjord"), saidAt: AT })),
      });
    await owner.messages.append(ctx, {
      threadId,
      messages: [{ ...said("user", "one fjord"), saidAt: AT + DAY }],
    });
    const { hits } = await owner.recall(ctx, { query: "fjord", after: AT + 1 });
    expect(hits.map(({ text }) => text)).toEqual(["one fjord"]);
  });

  test("find a day among years, in several places at once", async () => {
    const { ctx, owner, threadId } = await aThread({ shared: false });
    const elsewhere = (await owner.threads.create(ctx, {})).threadId;
    const page = (words: string) =>
      Array.from({ length: 200 }, (_, index) => ({ ...said("user", words), saidAt: AT + index }));
    for (let count = 0; count < 3; count++)
      for (const id of [threadId, elsewhere])
        await owner.messages.append(ctx, { threadId: id, messages: page("fjord fjord fjord") });
    const messages = [
      { ...said("user", "the weather was mild"), saidAt: AT + DAY },
      { ...said("user", "one fjord"), saidAt: AT + DAY },
    ];
    await owner.messages.append(ctx, { threadId: elsewhere, messages });
    const question = { query: "fjord", after: AT + DAY, before: AT + 2 * DAY };
    const found = async (options: Partial<RecallSearch>) =>
      (await owner.recall(ctx, { ...question, ...options })).hits.map(({ text }) => text);
    expect((await found({}))[0]).toBe("one fjord");
    expect((await found({ query: "fjo" }))[0]).toBe("one fjord");
    expect((await found({ scopes: ["thread", "user", "tenant"], threadId }))[0]).toBe("one fjord");
    expect((await found({ scopes: ["thread"], threadId: elsewhere }))[0]).toBe("one fjord");
    expect(await found({ scopes: ["thread"], threadId })).toEqual([]);
    const all = await owner.recall(ctx, { query: "fjord", after: AT, limit: 50 });
    expect(all.hits).toHaveLength(50);
  });

  test("refuse what is no time", async () => {
    const { ask } = await aDiary();
    for (const bad of [{ after: NaN }, { before: Infinity }, { after: 9e15 }])
      expect(await codeOf(ask(bad))).toBe("INVALID_ARGUMENT");
  });
});

describe("neighbours", () => {
  test("are shown with who said them, and what overlaps becomes one hit", async () => {
    const { ask } = await aDiary();
    const { hits } = await ask({ query: "day 4", neighbours: 1, limit: 1 });
    expect(hits).toHaveLength(1);
    expect(hits[0]?.text.split("\n")).toEqual([
      "user: fjord on day 3",
      "assistant: Reply 3",
      "user: fjord on day 4",
      "assistant: Reply 4",
      "user: fjord on day 5",
      "assistant: Reply 5",
    ]);
    expect(hits[0]?.sourceIds).toHaveLength(6);
    const all = await ask({ neighbours: 1, maxTokens: 10_000 });
    expect(all.hits).toHaveLength(1);
    const lines = all.hits[0]?.text.split("\n") ?? [];
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines).toHaveLength(20);
    expect(lines.at(0)).toBe("user: fjord on day 0");
  });

  test("stay within the budget, the turn that asks and the times that are asked for", async () => {
    const { ask } = await aDiary();
    const budget = await ask({ query: "day 4", neighbours: 3, maxTokens: 12 });
    expect(budget.hits.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(12);
    const earlier = await ask({ query: "day 4", neighbours: 1, beforeTurn: 5 });
    expect(earlier.hits.map(({ text }) => text).join()).not.toContain("day 5");
    const day = await ask({ query: "day 4", neighbours: 1, after: AT + 4 * DAY, before: AT + 5 * DAY });
    expect(day.hits.map(({ text }) => text)).toEqual(["user: fjord on day 4\nassistant: Reply 4"]);
  });

  test("of a passage are the passages beside it", async () => {
    const { ctx, memory } = aMemory();
    const as = memory.as(OWNER);
    const text = Array.from(
      { length: 9 },
      (_, part) => `## Part ${part}\n\nAbout topic${part}, at length and with words.`,
    ).join("\n\n");
    await as.documents.put(ctx, { scope: "user", key: "a.md", text, chunk: { maxTokens: 16 } });
    const { hits } = await as.recall(ctx, { query: "topic4", kinds: ["chunk"], neighbours: 1, limit: 1 });
    expect(hits[0]?.text).toMatch(/topic3[^]*topic4[^]*topic5/);
    expect(hits[0]?.text).not.toMatch(/topic2|topic6/);
    expect(hits[0]?.citation).toContain("Part 4");
  });
});

describe("explain", () => {
  test("says the place in each list, what each signal added, and why", async () => {
    const { ask } = await aDiary();
    const { hits } = await ask({ query: "Which day was the fjord?", explain: true, limit: 3 });
    expect(hits).toHaveLength(3);
    for (const { why } of hits) {
      expect(why?.lists["ranked"]).toBeGreaterThan(0);
      expect(why?.lists["lexical"]).toBeGreaterThan(0);
      expect(Object.keys(why?.signals ?? {})).toContain("coverage");
      expect(why?.multiplier).toBeGreaterThanOrEqual(1);
      expect(why?.because).toContain("share words with the question");
    }
    expect((await ask({ limit: 1 })).hits[0]).not.toHaveProperty("why");
  });
});

describe("what is not told", () => {
  test("is as what is told to be undefined: all kinds of the user's own", async () => {
    const { ctx, owner } = await aDiary();
    await owner.documents.put(ctx, { scope: "user", key: "a.md", text: "A fjord in a document." });
    await owner.facts.append(ctx, { scope: "user", facts: [{ text: "Olga lives by a fjord." }] });
    const plain = await owner.recall(ctx, { query: "fjord" });
    expect(new Set(plain.hits.map(({ kind }) => kind))).toEqual(new Set(["message", "fact", "chunk"]));
    const names = ["kinds", "scopes", "filter", "limit", "maxTokens", "vectorWeight"];
    const undefinedOnes = Object.fromEntries(names.map((name) => [name, undefined])) as object;
    expect(await owner.entries.searchText(ctx, { query: "fjord", ...undefinedOnes })).toEqual(plain);
    const open = { ...undefinedOnes, vector: undefined, embedder: undefined, rerank: undefined } as object;
    expect(await owner.recall(ctx, { query: "fjord", ...open })).toEqual(plain);
    const embed = anEmbed();
    const byMeaning = { query: "fjord", embed: { ...embed, weight: 0 }, ...open };
    expect((await owner.recall(ctx, byMeaning)).hits).toHaveLength(plain.hits.length);
    expect(embed.calls).toEqual([["fjord"]]);
  });
});

describe("bad questions", () => {
  test("of nothing but function words, control characters or white space give what holds them, or nothing", async () => {
    const { ctx, owner, threadId, ask } = await aDiary();
    for (const query of ["", " \n\t", "\u0000\u0007\u001b", "?!"])
      expect(await ask({ query })).toEqual({ hits: [] });
    expect((await ask({ query: "who are you" })).hits).toEqual([]);
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Who are you?")] });
    expect((await ask({ query: "who are you", limit: 1 })).hits[0]?.text).toBe("Who are you?");
    expect((await ask({ query: "fjord\u0000 \u0007on day 4", limit: 1 })).hits).toHaveLength(1);
  });

  test("of a mebibyte are refused", async () => {
    const { ask } = await aDiary();
    expect(await codeOf(ask({ query: "fjord ".repeat(MIB / 6) }))).toBe("INVALID_ARGUMENT");
  });

  test("with budgets and shares out of their range are refused", async () => {
    const { ask } = await aDiary();
    for (const bad of [
      { maxTokens: 0 },
      { maxTokens: -5 },
      { limit: 0 },
      { limit: -1 },
      { neighbours: -1 },
      { neighbours: 4 },
      { neighbours: 0.5 },
      { recency: -0.1 },
      { recency: NaN },
      { vectorWeight: 2 },
    ])
      expect(await codeOf(ask(bad)), JSON.stringify(bad)).toBe("INVALID_ARGUMENT");
  });

  test("about scopes, kinds and turns that there are not are refused", async () => {
    const { ask } = await aDiary();
    const odd = (names: string[]) => names as never;
    for (const bad of [
      { scopes: odd(["planet"]) },
      { kinds: odd(["message", "planet"]) },
      { beforeTurn: NaN },
      { scopes: ["user" as const], threadId: undefined, beforeTurn: 1 },
    ])
      expect(await codeOf(ask(bad as never)), JSON.stringify(bad)).toBe("INVALID_ARGUMENT");
  });

  test("are refused before the embedder is paid", async () => {
    const { ask } = await aDiary();
    const embed = anEmbed();
    for (const bad of [
      { query: "fjord ".repeat(MIB / 6) },
      { maxTokens: -1 },
      { scopes: [] },
      { filter: { key: null as never } },
      { rerank: { rerank: async () => [], candidates: 0 } },
      { embed: { ...embed, weight: 7 } },
    ])
      expect(await codeOf(ask({ embed, ...bad })), JSON.stringify(bad)).toBe("INVALID_ARGUMENT");
    expect(embed.calls).toEqual([]);
  });

  test("with half of an emoji find what the rest finds", async () => {
    const { ask } = await aDiary();
    expect((await ask({ query: "day 4 \ud83d", limit: 1 })).hits[0]?.text).toBe("fjord on day 4");
  });

  test("about a thread of another tenant, or of nobody, do not say that it exists", async () => {
    const { ctx, memory, threadId, owner } = await aDiary();
    const question = { query: "fjord", scopes: ["thread" as const] };
    expect(await codeOf(memory.as(OTHER_TENANT).recall(ctx, { ...question, threadId }))).toBe(
      "THREAD_NOT_FOUND",
    );
    expect(await codeOf(owner.recall(ctx, { ...question, threadId: "nonsense" }))).toBe("THREAD_NOT_FOUND");
    expect((await memory.as(OTHER_TENANT).recall(ctx, { query: "fjord" })).hits).toEqual([]);
  });
});

test("vectors to store of another embedder than the question's are refused before it is paid", async () => {
  const { owner, ctx } = await aThread({ shared: false });
  const embed = anEmbed();
  const store = [{ entryId: "x", vector: [1, 0] }];
  const asked = owner.recall(ctx, { query: "fjord", embed, embedder: "another", store });
  expect(await codeOf(asked)).toBe("INVALID_ARGUMENT");
  expect(embed.calls).toEqual([]);
});

describe("the live twin", () => {
  test("answers in a query what recall answers without vectors, option for option", async () => {
    const { ctx, owner, threadId } = await aDiary();
    for (const options of [
      {},
      { neighbours: 1 },
      { explain: true },
      { after: AT + 2 * DAY },
      { limit: 2, maxTokens: 30 },
    ]) {
      const question = { query: "fjord day", scopes: ["thread" as const], threadId, ...options };
      expect(await owner.entries.searchText(ctx, question)).toEqual(await owner.recall(ctx, question));
    }
  });
});
