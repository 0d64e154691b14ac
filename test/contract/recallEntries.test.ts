import { describe, expect, test } from "vitest";
import { append } from "../../src/component/model/messages.js";
import { ownTerms, SESSION_GAP_MS } from "../../src/shared/recallRow.js";
import type { NewMessage } from "../../src/validators/messageWrite.js";
import { aThread, OWNER, said, type TestThread } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";

const AT = Date.UTC(2025, 0, 1);
const at = (words: string, saidAt: number): NewMessage => ({ ...said("user", words), saidAt });

const entriesOf = ({ inside }: TestThread) => inside((ctx) => ctx.db.query("recallEntries").collect());
const searchTexts = async (thread: TestThread) =>
  (await entriesOf(thread)).map(({ searchText }) => searchText);

async function appended(thread: TestThread, messages: NewMessage[]): Promise<string[]> {
  const { places } = await thread.owner.messages.append(thread.ctx, { threadId: thread.threadId, messages });
  return places.map(({ messageId }) => messageId);
}

describe("an entry of what a person said", () => {
  test("holds the terms of the human turn before it, and knows where its own begin", async () => {
    const thread = await aThread({ shared: false });
    await appended(thread, [
      said("user", "Where is the fjord?"),
      said("assistant", "In Norway"),
      said("user", "Which region?"),
    ]);
    const entries = await entriesOf(thread);
    expect(entries.map(({ searchText }) => searchText)).toEqual(["fjord", "norwai", "fjord region"]);
    expect(entries.map(ownTerms)).toEqual(["fjord", "norwai", "region"]);
    expect(entries.map(({ turn, role }) => [turn, role])).toEqual([
      [0, "user"],
      [0, "assistant"],
      [1, "user"],
    ]);
  });

  test("holds the name of who said it before that, also when its predecessor is edited or removed", async () => {
    const thread = await aThread({ shared: false });
    const [first = "", second = ""] = await appended(thread, [
      { ...said("user", "Where is the fjord?"), speaker: "Anna Berg" },
      { ...said("user", "Which region?"), speaker: "Lars" },
    ]);
    expect(await searchTexts(thread)).toEqual(["anna berg fjord", "lar fjord region"]);
    expect((await entriesOf(thread)).map(ownTerms)).toEqual(["fjord", "region"]);
    await thread.owner.messages.update(thread.ctx, {
      messageId: first,
      parts: said("user", "Where is the glacier?").parts,
    });
    expect((await searchTexts(thread)).sort()).toEqual(["anna berg glacier", "lar glacier region"]);
    await thread.owner.messages.remove(thread.ctx, { messageId: first });
    expect(await searchTexts(thread)).toEqual(["lar region"]);
    const found = await thread.owner.recall(thread.ctx, { query: "What does Lars ask?" });
    expect(found.hits.map(({ sourceId }) => sourceId)).toEqual([second]);
  });

  test("is the same when written by itself, by turns and in one append", async () => {
    const words = ["Where is the fjord?", "Which region is it in?", "Always answer in Norwegian."];
    const together = await aThread({ shared: false });
    await appended(
      together,
      words.map((text, index) => at(text, AT + index)),
    );
    const apart = await aThread({ shared: false });
    for (const [index, text] of words.entries()) await appended(apart, [at(text, AT + index)]);
    expect(await searchTexts(apart)).toEqual(await searchTexts(together));
    expect((await entriesOf(together)).map(({ standing }) => standing)).toEqual([undefined, undefined, true]);
  });

  test("takes no context from a long turn, nor over an hour of silence, which opens a session", async () => {
    const thread = await aThread({ shared: false });
    const long = Array.from({ length: 61 }, (_, index) => `word${index}`).join(" ");
    await appended(thread, [
      at("fjord", AT),
      at(`cliff`, AT + SESSION_GAP_MS),
      at("train", AT + 2 * SESSION_GAP_MS + 1),
      at(long, AT + 2 * SESSION_GAP_MS + 2),
      at("snow", AT + 2 * SESSION_GAP_MS + 3),
    ]);
    const entries = await entriesOf(thread);
    expect(entries.map(({ session }) => session)).toEqual([undefined, undefined, 1, 1, 1]);
    expect(entries[1]?.searchText).toBe("fjord cliff");
    expect(entries[2]?.searchText).toBe("train");
    expect(entries[4]?.searchText).toBe("snow");
  });

  test("costs an append of 200 messages one read, not 200", async () => {
    const thread = await aThread({ shared: false });
    await appended(thread, [said("user", "fjord")]);
    const messages = Array.from({ length: 200 }, (_, index) => said("user", `message ${index}`));
    const { threadId } = thread;
    const cost = await costOf(thread, (ctx) => append(ctx, { caller: OWNER, threadId, messages }));
    expect(cost.ranges).toBe(2); // the head and the last human entry
    expect(cost.documentsRead).toBe(4);
    expect((await searchTexts(thread)).slice(0, 3)).toEqual(["fjord", "fjord messag 0", "messag 0 messag 1"]);
  });
});

describe("promise 6: words that were edited or removed are in no entry", () => {
  const aConversation = async () => {
    const thread = await aThread({ shared: false });
    const ids = await appended(thread, [
      at("the secret fjord", AT),
      said("assistant", "noted"),
      at("and the cliff", AT + 1),
      at("and the train", AT + 2),
    ]);
    return { thread, ids };
  };

  test("an edit rewrites the entry of the next human turn, and keeps its session", async () => {
    const { thread, ids } = await aConversation();
    await thread.owner.messages.update(thread.ctx, {
      messageId: ids[0] ?? "",
      parts: [{ type: "text", text: "the public harbour" }],
    });
    const entries = await entriesOf(thread);
    expect(entries.map(({ searchText }) => searchText).sort()).toEqual([
      "cliff train",
      "note",
      "public harbour",
      "public harbour cliff",
    ]);
    expect(entries.map(({ at: saidAt, role }) => (role === "user" ? saidAt : AT)).sort()).toEqual([
      AT,
      AT,
      AT + 1,
      AT + 2,
    ]);
  });

  test("a removal joins the next human turn to the one before", async () => {
    const { thread, ids } = await aConversation();
    await thread.owner.messages.remove(thread.ctx, { messageId: ids[2] ?? "" });
    expect(await searchTexts(thread)).toEqual(["secret fjord", "note", "secret fjord train"]);
    await thread.owner.messages.remove(thread.ctx, { messageId: ids[0] ?? "" });
    expect(await searchTexts(thread)).toEqual(["note", "train"]);
  });

  test("an edit to a message without words leaves none behind either", async () => {
    const { thread, ids } = await aConversation();
    const file = { kind: "url" as const, url: "https://example.org/a.png" };
    await thread.owner.messages.update(thread.ctx, {
      messageId: ids[0] ?? "",
      parts: [{ type: "file", mediaType: "image/png", file }],
    });
    expect(JSON.stringify(await entriesOf(thread))).not.toContain("fjord");
    expect(await searchTexts(thread)).toEqual(["note", "cliff", "cliff train"]);
  });

  test("an edit or removal of a reply touches its own entry alone", async () => {
    const { thread, ids } = await aConversation();
    await thread.owner.messages.remove(thread.ctx, { messageId: ids[1] ?? "" });
    expect(await searchTexts(thread)).toEqual(["secret fjord", "secret fjord cliff", "cliff train"]);
  });
});
