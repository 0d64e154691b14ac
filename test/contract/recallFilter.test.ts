import { describe, expect, test } from "vitest";
import type { DocumentFilter } from "../../src/validators/document.js";
import { aMemory, codeOf, OWNER, said, STRANGER } from "../support/aMemory.js";
import { anEmbed } from "../support/embed.js";

const chunks = {
  kinds: ["chunk" as const, "message" as const],
  scopes: ["user" as const, "tenant" as const],
};

/** A document that is wanted, behind a flood of chunks that fit the question better, by words and by meaning. */
async function aFlood() {
  const test = aMemory();
  const { ctx, memory } = test;
  const as = memory.as(OWNER);
  const embed = anEmbed();
  const text = Array.from({ length: 250 }, (_, index) => `## Fjord ${index}\n\nfjord fjord fjord`).join(
    "\n\n",
  );
  await as.documents.put(ctx, {
    scope: "user",
    key: "flood",
    text,
    metadata: '{"kind":"note","version":2}',
    embed,
  });
  const wanted = { text: "A fjord, among many other words.", metadata: '{"kind":"guide","version":2}' };
  await as.documents.put(ctx, { scope: "user", key: "wanted", ...wanted, embed });
  await as.documents.put(ctx, {
    scope: "tenant",
    key: "ours",
    ...wanted,
    metadata: '{"kind":"guide"}',
    embed,
  });
  const { threadId } = await as.threads.create(ctx);
  await as.messages.append(ctx, { threadId, messages: [said("user", "fjord guide")] });
  const ask = (filter: DocumentFilter, by: object = {}) =>
    as.recall(ctx, { query: "fjord", ...chunks, maxTokens: 10_000, filter, ...by });
  return { ...test, as, embed, ask };
}

const keysOf = ({ hits }: { hits: { documentKey?: string | undefined }[] }) =>
  [...new Set(hits.map(({ documentKey }) => documentKey))].sort();

describe("recall with a filter on metadata", () => {
  test("finds its documents by words however many others fit better, in every scope", async () => {
    const { ask } = await aFlood();
    expect(keysOf(await ask({ kind: "guide" }))).toEqual(["ours", "wanted"]);
    expect(keysOf(await ask({ kind: "guide", version: 2 }))).toEqual(["wanted"]);
    expect(keysOf(await ask({ kind: "guide", version: "2" }))).toEqual([]);
    expect(keysOf(await ask({ version: 2 }))).toEqual(["flood"]); // both pass, and fifty of the one fit better
  });

  test("finds them by meaning alone as well", async () => {
    const { ask, embed } = await aFlood();
    const { vectors } = await embed.embed(["fjord"]);
    const by = { query: "?", vector: vectors[0], embedder: embed.name };
    expect(keysOf(await ask({ kind: "guide" }, by))).toEqual(["ours", "wanted"]);
    expect(keysOf(await ask({ kind: "missing" }, by))).toEqual([]);
  });

  test("gives no message, nor what is another's; an odd filter is refused", async () => {
    const { ctx, memory, ask, as } = await aFlood();
    expect((await ask({ kind: "guide" })).hits.every(({ kind }) => kind === "chunk")).toBe(true);
    const other = await memory
      .as(STRANGER)
      .recall(ctx, { query: "fjord", ...chunks, filter: { kind: "guide" } });
    expect(keysOf(other)).toEqual(["ours"]);
    const odd = { kind: { nested: 1 } } as never;
    expect(await codeOf(ask(odd))).toBe("INVALID_ARGUMENT");
    const live = await as.entries.searchText(ctx, { query: "fjord", ...chunks, filter: { kind: "guide" } });
    expect(keysOf(live)).toEqual(["ours", "wanted"]);
  });
});
