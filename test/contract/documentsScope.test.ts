import { describe, expect, test } from "vitest";
import { aMemory, codeOf, OTHER_TENANT, OWNER, STRANGER } from "../support/aMemory.js";

const SCOPES = ["user", "tenant", "agent"] as const;
const HELPER = { ...OWNER, agentName: "helper" };

/** A document of the owner in each scope. */
async function documentsInEachScope() {
  const test = aMemory();
  const { documents } = test.memory.as(HELPER);
  const ids: Record<string, string> = {};
  for (const scope of SCOPES) {
    const { documentId } = await documents.put(test.ctx, { scope, key: "a.md", text: `fjord in ${scope}` });
    ids[scope] = documentId;
  }
  return { ...test, ids };
}

describe("promise 7: documents belong to a user, an agent or a tenant", () => {
  test("each scope holds its own document under one key", async () => {
    const { ctx, memory } = await documentsInEachScope();
    for (const scope of SCOPES) {
      const { hits } = await memory
        .as(HELPER)
        .recall(ctx, { query: "fjord", kinds: ["chunk"], scopes: [scope] });
      expect(hits.map(({ text }) => text)).toEqual([`fjord in ${scope}`]);
    }
  });

  test("a colleague sees the tenant's documents only, another tenant none", async () => {
    const { ctx, memory, ids } = await documentsInEachScope();
    const seen = async (principal: typeof STRANGER) => {
      const { documents } = memory.as({ ...principal, agentName: "other" });
      const codes: string[] = [];
      for (const scope of SCOPES) {
        const documentId = ids[scope] ?? "";
        codes.push(await codeOf(documents.listChunks(ctx, { documentId, cursor: null })));
        codes.push(await codeOf(documents.remove(ctx, { documentId: `${documentId}x` })));
        const listed = await documents.list(ctx, { scope, cursor: null });
        expect(listed.page).toHaveLength(codes.at(-2) === "ok" ? 1 : 0);
        expect(await documents.get(ctx, { scope, key: "a.md" })).toEqual(listed.page[0] ?? null);
      }
      return codes.filter((_, index) => index % 2 === 0);
    };
    expect(await seen(STRANGER)).toEqual(["DOCUMENT_NOT_FOUND", "ok", "DOCUMENT_NOT_FOUND"]);
    const nothing = ["DOCUMENT_NOT_FOUND", "DOCUMENT_NOT_FOUND", "DOCUMENT_NOT_FOUND"];
    expect(await seen(OTHER_TENANT)).toEqual(nothing);
  });

  test("what is foreign cannot be removed, nor its chunks read by their ids", async () => {
    const { ctx, memory, ids } = await documentsInEachScope();
    const { page } = await memory
      .as(OWNER)
      .documents.listChunks(ctx, { documentId: ids.user ?? "", cursor: null });
    const chunkId = page[0]?.chunkId ?? "";
    for (const other of [STRANGER, OTHER_TENANT]) {
      const { documents } = memory.as(other);
      expect(await codeOf(documents.getChunk(ctx, { chunkId }))).toBe("DOCUMENT_NOT_FOUND");
      const removal = documents.remove(ctx, { documentId: ids.user ?? "" });
      expect(await codeOf(removal)).toBe("DOCUMENT_NOT_FOUND");
    }
    expect(await codeOf(memory.asSystem().documents.getChunk(ctx, { chunkId }))).toBe("ok");
  });

  test("malformed ids, and ids of other tables, are not found", async () => {
    const { ctx, memory, ids } = await documentsInEachScope();
    const { documents } = memory.as(OWNER);
    for (const documentId of ["", "nonsense", "10000;threads"]) {
      expect(await codeOf(documents.remove(ctx, { documentId }))).toBe("DOCUMENT_NOT_FOUND");
    }
    const chunkId = ids.user ?? "";
    expect(await codeOf(documents.getChunk(ctx, { chunkId }))).toBe("DOCUMENT_NOT_FOUND");
  });

  test("a scope that the caller does not have is an error, never an empty list", async () => {
    const { ctx, memory } = await documentsInEachScope();
    const list = (as: typeof memory, scope: (typeof SCOPES)[number]) =>
      codeOf(as.as(OWNER).documents.list(ctx, { scope, cursor: null }));
    expect(await list(memory, "agent")).toBe("INVALID_ARGUMENT");
    const bySystem = memory.asSystem().documents.list(ctx, { scope: "user", cursor: null });
    expect(await codeOf(bySystem)).toBe("INVALID_ARGUMENT");
  });

  test("a cursor of another scope is refused", async () => {
    const { ctx, memory } = aMemory();
    for (const key of ["a.md", "b.md"]) {
      await memory.as(OWNER).documents.put(ctx, { scope: "user", key, text: "private" });
    }
    const { cursor } = await memory.as(OWNER).documents.list(ctx, { scope: "user", cursor: null, limit: 1 });
    for (const forged of [cursor, "nonsense", "[]", '["t:acme|u:olga"]', "{}"]) {
      const listed = memory.as(STRANGER).documents.list(ctx, { scope: "user", cursor: forged });
      expect(await codeOf(listed)).toBe("INVALID_ARGUMENT");
    }
  });
});
