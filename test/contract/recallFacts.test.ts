import { describe, expect, test } from "vitest";
import { indexFact } from "../../src/component/model/recallIndex.js";
import type { Doc } from "../../src/component/_generated/dataModel.js";
import type { NewFact } from "../../src/validators/fact.js";
import { threadScope, userScope } from "../../src/shared/scope.js";
import { aThread, OWNER, said, STRANGER, WRITER, type TestThread } from "../support/aMemory.js";
import { idOfThread } from "../support/component.js";

type Fact = Partial<Doc<"facts">> & { text: string };

/** A fact as its domain writes it, with its entry. */
async function know({ inside }: TestThread, { text, ...given }: Fact): Promise<void> {
  await inside(async (ctx) => {
    const fact = {
      scope: userScope(OWNER),
      text,
      hash: text,
      state: { kind: "active" as const },
      validFrom: 1,
      origin: "app" as const,
      sources: [],
      ...given,
    };
    const factId = await ctx.db.insert("facts", fact);
    const { scope, threadId, importance } = fact;
    await indexFact(ctx, { factId, scope, threadId, text, at: 1, importance });
  });
}

const FACTS = { kinds: ["fact" as const], scopes: ["user" as const] };
const textsOf = async ({ ctx, memory }: TestThread, question: object, as = OWNER) =>
  (await memory.as(as).recall(ctx, { query: "fjord", ...FACTS, ...question })).hits
    .map(({ text }) => text)
    .sort();

describe("facts in recall", () => {
  test("are found by words, and cited", async () => {
    const thread = await aThread({ shared: false });
    await know(thread, { text: "Olga lives by a fjord", key: "home" });
    await know(thread, { text: "Olga swims in the fjord" });
    const { hits } = await thread.owner.recall(thread.ctx, { query: "fjord", ...FACTS });
    expect(hits.map(({ kind, citation }) => [kind, citation]).sort()).toEqual([
      ["fact", "[fact home]"],
      ["fact", "[fact]"],
    ]);
  });

  test("come beside messages in one answer", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner, threadId } = thread;
    await owner.messages.append(ctx, { threadId, messages: [said("user", "A fjord!")] });
    await know(thread, { text: "Olga lives by a fjord" });
    expect(await textsOf(thread, { kinds: ["message", "fact", "chunk"] })).toEqual([
      "A fjord!",
      "Olga lives by a fjord",
    ]);
  });

  test("that do not hold are left out: candidates, closed, expired, ended and future ones", async () => {
    const thread = await aThread({ shared: false });
    const past = Date.now() - 1;
    const future = Date.now() + 1e9;
    await know(thread, { text: "fjord holds", validTo: future, expiresAt: future });
    await know(thread, { text: "fjord maybe", state: { kind: "candidate" } });
    await know(thread, { text: "fjord retracted", state: { kind: "retracted", closedAt: past } });
    await know(thread, { text: "fjord expired", expiresAt: past });
    await know(thread, { text: "fjord ended", validTo: past });
    await know(thread, { text: "fjord later", validFrom: future });
    expect(await textsOf(thread, {})).toEqual(["fjord holds"]);
  });

  test("are those that `asOf` gives: also one that is true until its successor begins", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner, inside } = thread;
    const now = Date.now();
    const inUser = { scope: "user" as const };
    const learn = async (fact: NewFact) =>
      (await owner.facts.append(ctx, { ...inUser, facts: [fact] })).facts[0]?.factId ?? "";
    const flat = await learn({ text: "fjord flat", key: "home", validFrom: now - 2e6 });
    const house = { text: "fjord house", validFrom: now + 1e6 };
    await owner.facts.supersede(ctx, { factId: flat, facts: [house] });
    const cabin = await learn({ text: "fjord cabin", validFrom: now - 2e6 });
    await owner.facts.supersede(ctx, {
      factId: cabin,
      facts: [{ text: "fjord boat", validFrom: now - 1e6 }],
    });
    await owner.facts.retract(ctx, { factId: await learn({ text: "fjord mistake" }) });
    await learn({ text: "fjord guess", status: "candidate" });
    await learn({ text: "fjord trip", validFrom: now - 2e6, validTo: now - 1e6 });
    const held = async () =>
      (await owner.facts.asOf(ctx, { ...inUser, cursor: null })).page.map(({ text }) => text).sort();
    expect(await held()).toEqual(["fjord boat", "fjord flat"]);
    expect(await textsOf(thread, {})).toEqual(await held());
    await owner.facts.forget(ctx, { factId: flat, reason: "Asked to." });
    expect(await textsOf(thread, {})).toEqual(["fjord boat"]);
    expect(await inside((db) => db.db.query("recallEntries").collect())).not.toContainEqual(
      expect.objectContaining({ sourceId: flat }),
    );
  });

  test("of a user are not for others, and not for a shared thread that they were learned in", async () => {
    const thread = await aThread({ shared: true });
    const threadId = idOfThread(thread.threadId);
    await know(thread, { text: "fjord of the user", threadId });
    await know(thread, { text: "fjord of the thread", scope: threadScope(threadId), threadId });
    expect(await textsOf(thread, {})).toEqual(["fjord of the user"]);
    expect(await textsOf(thread, {}, STRANGER)).toEqual([]);
    const inThread = { scopes: ["thread", "user"], threadId };
    expect(await textsOf(thread, inThread)).toEqual(["fjord of the thread"]);
    expect(await textsOf(thread, inThread, WRITER)).toEqual(["fjord of the thread"]);
  });

  test("of more importance come first among equals", async () => {
    const thread = await aThread({ shared: false });
    await know(thread, { text: "fjord of little note", importance: 0 });
    await know(thread, { text: "fjord of great note", importance: 1 });
    await know(thread, { text: "fjord of medium note" });
    const { hits } = await thread.owner.recall(thread.ctx, { query: "fjord", ...FACTS });
    expect(hits.map(({ text }) => text)).toEqual([
      "fjord of great note",
      "fjord of medium note",
      "fjord of little note",
    ]);
  });

  test("of a thread do not take the places of its messages among the nearest vectors", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner, threadId } = thread;
    await owner.messages.append(ctx, { threadId, messages: [said("user", "A fjord")] });
    const scope = { scope: "thread" as const, threadId };
    for (const page of [0, 1, 2]) {
      const facts = Array.from({ length: 40 }, (_, index) => ({ text: `Snow of ${page}, ${index}` }));
      await owner.facts.append(ctx, { ...scope, facts });
    }
    for (;;) {
      const waiting = await owner.embeddings.listPending(ctx, { threadId, limit: 64 });
      if (waiting.length === 0) break;
      const vectors = waiting.map(({ entryId, text }) => ({
        entryId,
        vector: text === "A fjord" ? [1, 0.5] : [1, 0],
      }));
      await owner.embeddings.store(ctx, { embedder: "e", vectors });
    }
    const question = { query: "water", vector: [1, 0], embedder: "e", scopes: ["thread" as const], threadId };
    const { hits } = await owner.recall(ctx, { ...question, kinds: ["message"] });
    expect(hits.map(({ text }) => text)).toEqual(["A fjord"]);
    const { hits: all } = await owner.recall(ctx, { ...question, maxTokens: 20_000 });
    expect(all.some(({ kind }) => kind === "fact")).toBe(true);
  });

  test("that say how to answer are found for questions of other words", async () => {
    const thread = await aThread({ shared: false });
    await know(thread, { text: "Always answer in Norwegian" });
    await know(thread, { text: "Olga lives by a fjord" });
    expect(await textsOf(thread, { query: "How deep is a fjord?" })).toEqual([
      "Always answer in Norwegian",
      "Olga lives by a fjord",
    ]);
  });
});
