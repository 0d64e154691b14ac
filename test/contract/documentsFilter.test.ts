import { describe, expect, test } from "vitest";
import {
  documentKeys,
  documentsMatching,
  passes,
  searchFiltered,
} from "../../src/component/model/documentFilter.js";
import { tagsOfFilter } from "../../src/shared/documentTags.js";
import { userScope } from "../../src/shared/scope.js";
import { threadKey } from "../../src/shared/vectors.js";
import type { DocumentFilter } from "../../src/validators/document.js";
import { aMemory, codeOf, OWNER, STRANGER } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { anEmbed, vectorOf } from "../support/embed.js";

const SCOPE = userScope(OWNER);
const tags = (filter: DocumentFilter) => tagsOfFilter(JSON.stringify(filter));

/** Documents by their keys, with that metadata. */
async function aLibrary(metadata: Record<string, unknown>) {
  const test = aMemory();
  const { documents } = test.memory.as(OWNER);
  const ids: Record<string, string> = {};
  for (const [key, fields] of Object.entries(metadata)) {
    const put = { scope: "user" as const, key, text: `fjord of ${key}`, metadata: JSON.stringify(fields) };
    ids[key] = (await documents.put(test.ctx, put)).documentId;
  }
  const listed = async (filter: DocumentFilter, limit = 20) => {
    const keys: string[] = [];
    let cursor: string | null = null;
    do {
      const request: { cursor: string | null; limit: number } = { cursor, limit };
      const page = await documents.list(test.ctx, { scope: "user", filter, ...request });
      keys.push(...page.page.map(({ key }) => key));
      cursor = page.cursor;
    } while (cursor !== null);
    return keys;
  };
  return { ...test, documents, ids, listed };
}

const guides = {
  a: { kind: "guide", version: 1, draft: false },
  b: { kind: "guide", version: 2, draft: false },
  c: { kind: "note", version: 2, draft: false },
  d: { kind: "guide", version: "2", draft: "false" },
  e: { kind: "guide", version: 2, draft: true, nested: { kind: "guide" }, list: [1], none: null },
  f: ["guide", 2],
};

describe("a filter", () => {
  test("names documents that hold every key with that very value", async () => {
    const { listed } = await aLibrary(guides);
    expect(await listed({ kind: "guide" })).toEqual(["a", "b", "d", "e"]);
    expect(await listed({ kind: "guide", version: 2 })).toEqual(["b", "e"]);
    expect(await listed({ version: 2, kind: "guide", draft: false })).toEqual(["b"]);
    expect(await listed({ version: "2" })).toEqual(["d"]);
    expect(await listed({ kind: "guide", version: 3 })).toEqual([]);
    expect(await listed({ kind: "Guide" })).toEqual([]);
    expect(await listed({ unknown: 1 })).toEqual([]);
  });

  test("of no key names all; nested keys, lists and nulls are never found", async () => {
    const { listed } = await aLibrary(guides);
    expect(await listed({})).toEqual(Object.keys(guides));
    expect(await listed({ "nested.kind": "guide" })).toEqual([]);
    expect(await listed({ nested: '{"kind":"guide"}' })).toEqual([]);
    expect(await listed({ list: 1, kind: "guide" })).toEqual([]);
  });

  test("takes keys and values of any letters", async () => {
    const odd = { $ref: "ä", "": "", キー: "値", "a|b": '"]', __proto__x: 1e300 };
    const { listed } = await aLibrary({ odd, plain: { kind: "x" } });
    for (const [key, value] of Object.entries(odd)) expect(await listed({ [key]: value })).toEqual(["odd"]);
  });

  test.each([
    ["an object", { kind: { a: 1 } }],
    ["a list", { kind: ["guide"] }],
    ["null", { kind: null }],
    ["nothing", { kind: undefined }],
    ["no number", { version: NaN }],
    ["no finite number", { version: Infinity }],
    ["a text too long", { kind: "x".repeat(257) }],
    ["too many keys", Object.fromEntries(Array.from({ length: 9 }, (_, key) => [key, 1]))],
  ])("with %s is refused", async (_name, filter) => {
    const { ctx, documents } = await aLibrary({});
    const list = documents.list(ctx, { scope: "user", filter: filter as never, cursor: null });
    expect(await codeOf(list)).toBe("INVALID_ARGUMENT");
  });

  test.each(["", "[]", "null", '"kind"', "{", '{"a":null}', '{"a":1e999}'])(
    "that is no object of plain values is refused at the door: %s",
    async (filter) => {
      const { ctx, component } = await aLibrary({});
      const args = { caller: OWNER, scope: "user" as const, filter, cursor: null };
      expect(await codeOf(ctx.runQuery(component.documents.list, args))).toBe("INVALID_ARGUMENT");
    },
  );

  test("pages through what it names in the order of keys; a cursor of another filter is refused", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `k${String(index).padStart(2, "0")}`,
        { two: index % 2, three: index % 3 },
      ]),
    );
    const { ctx, documents, listed } = await aLibrary(many);
    const expected = Object.keys(many).filter((_, index) => index % 6 === 0);
    for (const limit of [1, 2, 5, 200]) expect(await listed({ two: 0, three: 0 }, limit)).toEqual(expected);
    expect(await listed({ two: 1 }, 4)).toEqual(Object.keys(many).filter((_, index) => index % 2 === 1));
    const { cursor } = await documents.list(ctx, {
      scope: "user",
      filter: { two: 0 },
      cursor: null,
      limit: 1,
    });
    for (const [filter, forged] of [
      [{ two: 1 }, cursor],
      [{ two: 0 }, "nonsense"],
      [{ two: 0 }, "[]"],
      [{ two: 0 }, '["k00"]'],
      [{ two: 0 }, "{}"],
    ] as const) {
      const list = documents.list(ctx, { scope: "user", filter, cursor: forged });
      expect(await codeOf(list)).toBe("INVALID_ARGUMENT");
    }
  });

  test("follows an update, a replace once it is whole, and a removal", async () => {
    const { ctx, component, documents, ids, listed, countRows } = await aLibrary({ a: { kind: "guide" } });
    await documents.update(ctx, { documentId: ids.a ?? "", metadata: '{"kind":"note"}' });
    expect([await listed({ kind: "guide" }), await listed({ kind: "note" })]).toEqual([[], ["a"]]);
    const content = {
      contentHash: "h",
      bytes: 2,
      total: { chunks: 2, bytes: 2 },
      metadata: '{"kind":"new"}',
    };
    const page = { caller: OWNER, scope: "user" as const, key: "a", ...content };
    const chunk = { heading: "", text: "x", tokens: 1 };
    const { generation } = await ctx.runMutation(component.documents.write, {
      ...{ ...page, offset: 0, chunks: [chunk], final: false },
    });
    expect([await listed({ kind: "note" }), await listed({ kind: "new" })]).toEqual([["a"], []]);
    const last = { ...page, generation, offset: 1, chunks: [chunk], final: true };
    await ctx.runMutation(component.documents.write, last);
    expect([await listed({ kind: "note" }), await listed({ kind: "new" })]).toEqual([[], ["a"]]);
    await documents.remove(ctx, { documentId: ids.a ?? "" });
    expect(await listed({ kind: "new" })).toEqual([]);
    expect((await countRows()).documentTags).toBeUndefined();
  });

  test("sees nothing of other scopes", async () => {
    const { ctx, memory } = await aLibrary(guides);
    for (const [principal, scope] of [
      [STRANGER, "user"],
      [OWNER, "tenant"],
    ] as const) {
      const { documents } = memory.as(principal);
      const { page } = await documents.list(ctx, { scope, filter: { kind: "guide" }, cursor: null });
      expect(page).toEqual([]);
    }
  });

  test("metadata with more plain keys than rows is refused, unless they are nested", async () => {
    const { ctx, documents, countRows } = await aLibrary({});
    const fields = Object.fromEntries(Array.from({ length: 65 }, (_, key) => [`k${key}`, key]));
    const put = (metadata: unknown) =>
      codeOf(documents.put(ctx, { scope: "user", key: "a", text: "x", metadata: JSON.stringify(metadata) }));
    expect(await put(fields)).toBe("INVALID_ARGUMENT");
    expect(await countRows()).toEqual({});
    expect(await put({ fields })).toBe("ok");
  });
});

describe("what a filter is resolved to for a recall", () => {
  const shelf = (documents: number) =>
    Object.fromEntries(
      Array.from({ length: documents }, (_, index) => [
        `k${String(index).padStart(3, "0")}`,
        { shelf: index % 2 === 0 ? "even" : "odd", rare: index === documents - 1 },
      ]),
    );

  test("is its documents while they are few, else that they are too many", async () => {
    const test = await aLibrary(shelf(130));
    const asked = (filter: DocumentFilter) =>
      costOf(test, (ctx) => documentsMatching(ctx, SCOPE, tags(filter)));
    const rare = await asked({ rare: true });
    expect(rare.output).toEqual({ ids: [test.ids.k129] });
    expect(rare).toMatchObject({ ranges: 1, documentsRead: 1 });
    const both = await asked({ rare: true, shelf: "odd" });
    expect(both.output).toEqual({ ids: [test.ids.k129] });
    expect(both.ranges).toBeLessThanOrEqual(5);
    expect((await asked({ rare: true, shelf: "even" })).output).toEqual({ ids: [] });
    expect((await asked({ shelf: "even" })).output).toEqual({ tooMany: true });
    expect((await asked({})).output).toEqual({ tooMany: true });
    const alternating = await asked({ shelf: "even", rare: false });
    expect(alternating.output).toEqual({ tooMany: true });
    expect(alternating.ranges).toBeLessThanOrEqual(256);
    expect(alternating.bytesRead).toBeLessThan(64 * 1024);
  });

  test("finds its document by words behind two hundred chunks that fit them better", async () => {
    const test = await aLibrary({ wanted: { kind: "guide" } });
    const { ctx, documents, inside, ids } = test;
    const text = Array.from({ length: 250 }, (_, index) => `## Fjord ${index}\n\nfjord fjord fjord`).join(
      "\n\n",
    );
    await documents.put(ctx, { scope: "user", key: "flood", text });
    const lists = await inside((inner) =>
      searchFiltered(inner, { scope: SCOPE, terms: "fjord", tags: tags({ kind: "guide" }) }),
    );
    expect(lists.flat().map(({ documentId }) => documentId)).toEqual([ids.wanted]);
  });

  test("keeps only what passes when its documents are too many to search one by one", async () => {
    const test = await aLibrary(shelf(40));
    const filter = tags({ shelf: "even" });
    const entries = await test.inside(async (ctx) => {
      const found = await searchFiltered(ctx, { scope: SCOPE, terms: "fjord", tags: filter });
      return found.flat().map(({ documentId }) => documentId);
    });
    expect(new Set(entries)).toEqual(
      new Set(Object.entries(test.ids).flatMap(([key, id]) => (Number(key.slice(1)) % 2 === 0 ? [id] : []))),
    );
  });

  test("is searched by meaning through a key of each document, that only its own vectors have", async () => {
    const { ctx, memory, inside } = aMemory();
    const { documents } = memory.as(OWNER);
    const embed = anEmbed();
    const { documentId } = await documents.put(ctx, { scope: "user", key: "a", text: "Fjord.", embed });
    await documents.put(ctx, { scope: "user", key: "b", text: "Plateau.", embed });
    const { length } = await vectorOf(embed, "x");
    const rows = await inside((inner) => inner.db.query("vectors_256").collect());
    const made = { embedder: embed.name, length };
    const id = await inside(async (inner) => inner.db.normalizeId("documents", documentId));
    expect(documentKeys(made, id === null ? [] : [id])).toEqual([threadKey(made, documentId)]);
    expect(rows.filter((row) => row.threadKey === threadKey(made, documentId))).toHaveLength(1);
  });

  test("a document passes by what its metadata says, whichever way it was found", () => {
    const metadata = JSON.stringify(guides.e);
    expect(passes({ metadata }, tags({ kind: "guide", draft: true }))).toBe(true);
    expect(passes({ metadata }, tags({ kind: "guide", draft: false }))).toBe(false);
    expect(passes({ metadata: undefined }, tags({ kind: "guide" }))).toBe(false);
    expect(passes({ metadata: undefined }, [])).toBe(true);
  });
});
