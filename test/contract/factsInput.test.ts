import { describe, expect, test } from "vitest";
import type { NewFact } from "../../src/validators/fact.js";
import { codeOf, said } from "../support/aMemory.js";
import { inUser, learn, someFacts } from "../support/facts.js";

describe("what cannot be a fact is refused, and nothing of the append is written", () => {
  const text = "x";
  test.each<[string, NewFact]>([
    ["an empty text", { text: "" }],
    ["a text of spaces and marks", { text: " …! \n" }],
    ["a text over 4 KiB", { text: "x".repeat(4097) }],
    ["an empty key", { text, key: "" }],
    ["a key that is too long", { text, key: "k".repeat(513) }],
    ["an importance above 1", { text, importance: 1.1 }],
    ["an importance that is no number", { text, importance: NaN }],
    ["a time that is none", { text, validFrom: Infinity }],
    ["an end before the beginning", { text, validFrom: 2, validTo: 2 }],
    ["an expiry that is over", { text, expiresAt: 1 }],
    ["a pinned fact that expires", { text, pinned: true, expiresAt: Date.now() + 1e9 }],
    ["metadata that is no JSON", { text, metadata: "{" }],
    ["half a surrogate pair in a key", { text, key: "\ud83d" }],
    ["half a surrogate pair in metadata", { text, metadata: '"\ud83d"' }],
    ["half a surrogate pair in a name of the app's", { text, sources: [{ kind: "app", ref: "\ude00" }] }],
    ["a source of the app without a name", { text, sources: [{ kind: "app", ref: "" }] }],
    [
      "too many sources",
      { text, sources: Array.from({ length: 17 }, (_, n) => ({ kind: "app", ref: `${n}` })) },
    ],
  ])("%s", async (_name, fact) => {
    const { facts, ctx, countRows } = someFacts();
    const append = facts.append(ctx, { ...inUser, facts: [{ text: "fine" }, fact] });
    expect(await codeOf(append)).toBe("INVALID_ARGUMENT");
    expect(await countRows()).toEqual({});
  });

  test.each([0, 51])("%d facts in one call", async (length) => {
    const { facts, ctx } = someFacts();
    const many = Array.from({ length }, (_, index) => ({ text: `${index}` }));
    expect(await codeOf(facts.append(ctx, { ...inUser, facts: many }))).toBe("INVALID_ARGUMENT");
  });

  test("a message that is still being written", async () => {
    const test = someFacts();
    const { ctx, owner, inside } = test;
    const { threadId } = await owner.threads.create(ctx);
    const begin = {
      threadId,
      agentName: "a",
      engine: "action" as const,
      prompt: [{ type: "text" as const, text }],
    };
    await owner.turns.begin(ctx, { ...begin, stream: true });
    const streaming = await inside(
      async (db) => (await db.db.query("messages").collect()).find((row) => row.state)?._id,
    );
    const fact: NewFact = { text, sources: [{ kind: "message", messageId: streaming ?? "" }] };
    expect(await codeOf(learn(test, fact))).toBe("INVALID_ARGUMENT");
  });

  test("a 65th fact on one message", async () => {
    const test = someFacts();
    const { facts, ctx, owner } = test;
    const { threadId } = await owner.threads.create(ctx);
    const { places } = await owner.messages.append(ctx, { threadId, messages: [said("user", "a")] });
    const on = (from: number, count: number): NewFact[] =>
      Array.from({ length: count }, (_, index) => ({
        text: `Fact ${from + index}`,
        sources: [{ kind: "message", messageId: places[0]?.messageId ?? "" }],
      }));
    await facts.append(ctx, { ...inUser, facts: on(0, 50) });
    await facts.append(ctx, { ...inUser, facts: on(50, 14) });
    expect(await codeOf(facts.append(ctx, { ...inUser, facts: on(64, 1) }))).toBe("INVALID_ARGUMENT");
  });
});
