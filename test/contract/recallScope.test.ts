import { describe, expect, test } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { ScopeKind } from "../../src/validators/principal.js";
import { aThread, codeOf, said, type TestThread } from "../support/aMemory.js";
import { anEmbed, vectorOf } from "../support/embed.js";

const PEOPLE = ["owner", "writer", "reader", "stranger", "otherTenant"] as const;

async function eachOf<Result>(
  thread: TestThread,
  act: (as: BoundMemory) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const person of PEOPLE) results.push(await act(thread[person]));
  return results;
}

/** A thread with a message, a private thread of its owner, and a document of the tenant; all of the same words. */
async function memories(options: { shared: boolean }) {
  const thread = await aThread(options);
  const { ctx, threadId, owner } = thread;
  const embed = anEmbed();
  await owner.messages.append(ctx, { threadId, messages: [said("user", "fjord here")] });
  const { threadId: elsewhere } = await owner.threads.create(ctx, {});
  await owner.messages.append(ctx, { threadId: elsewhere, messages: [said("user", "fjord elsewhere")] });
  for (const id of [threadId, elsewhere]) {
    const pending = await owner.embeddings.listPending(ctx, { threadId: id, limit: 9 });
    const { vectors } = await embed.embed(pending.map(({ text }) => text));
    const store = pending.map(({ entryId }, index) => ({ entryId, vector: vectors[index] ?? [] }));
    await owner.embeddings.store(ctx, { embedder: embed.name, vectors: store });
  }
  await owner.documents.put(ctx, { scope: "tenant", key: "a.md", text: "fjord document", embed });
  await owner.documents.put(ctx, { scope: "user", key: "b.md", text: "fjord private", embed });
  const vector = await vectorOf(embed, "fjord");
  const find = async (as: BoundMemory, scopes: ScopeKind[], inThread?: string) => {
    const question = { query: "fjord", vector, embedder: embed.name, scopes, threadId: inThread };
    return (await as.recall(ctx, question)).hits.map(({ text }) => text).sort();
  };
  return { ...thread, elsewhere, find };
}

describe("promise 7: recall answers from what the principal may see", () => {
  test("its own threads and documents, and what the tenant shares; nothing of others", async () => {
    const test = await memories({ shared: false });
    const found = await eachOf(test, (as) => test.find(as, ["user", "tenant"]));
    expect(found).toEqual([
      ["fjord document", "fjord elsewhere", "fjord here", "fjord private"],
      ["fjord document"],
      ["fjord document"],
      ["fjord document"],
      [],
    ]);
  });

  test("a thread answers its participants, and is not found for others", async () => {
    const test = await memories({ shared: true });
    const { ctx, threadId } = test;
    const question = { query: "fjord", scopes: ["thread" as const], threadId };
    const search = await eachOf(test, (as) => codeOf(as.recall(ctx, question)));
    const expected = ["ok", "ok", "ok", "THREAD_NOT_FOUND", "THREAD_NOT_FOUND"];
    expect(search).toEqual(expected);
    expect(await eachOf(test, (as) => codeOf(as.entries.searchText(ctx, question)))).toEqual(expected);
    const pending = await eachOf(test, (as) =>
      codeOf(as.embeddings.listPending(ctx, { threadId, limit: 5 })),
    );
    expect(pending).toEqual(expected);
    expect(await test.find(test.reader, ["thread"], threadId)).toEqual(["fjord here"]);
  });

  test("private memory never answers in company", async () => {
    const test = await memories({ shared: true });
    expect(await test.find(test.owner, ["thread", "user"], test.threadId)).toEqual(["fjord here"]);
    const alone = await test.find(test.owner, ["thread", "user"], test.elsewhere);
    expect(alone).toEqual(["fjord elsewhere", "fjord here", "fjord private"]);
  });

  test("thread scope without a thread, or a scope that the caller lacks, is an error", async () => {
    const { ctx, owner, memory, threadId } = await memories({ shared: false });
    const ask = (as: BoundMemory, scopes: ScopeKind[]) => codeOf(as.recall(ctx, { query: "fjord", scopes }));
    expect(await ask(owner, ["thread"])).toBe("INVALID_ARGUMENT");
    expect(await ask(owner, ["agent"])).toBe("INVALID_ARGUMENT");
    expect(await ask(owner, [])).toBe("INVALID_ARGUMENT");
    expect(await ask(memory.asSystem(), ["user"])).toBe("INVALID_ARGUMENT");
    const bySystem = memory.asSystem().recall(ctx, { query: "fjord", scopes: ["thread"], threadId });
    expect((await bySystem).hits.map(({ text }) => text)).toEqual(["fjord here"]);
  });

  test("vectors for entries of others are passed over, as for entries that do not exist", async () => {
    const test = await aThread();
    const { ctx, threadId, owner, countRows } = test;
    await owner.messages.append(ctx, { threadId, messages: [said("user", "fjord")] });
    const [entry] = await owner.embeddings.listPending(ctx, { threadId, limit: 1 });
    const vectors = [{ entryId: entry?.entryId ?? "", vector: [1, 0] }];
    const store = (as: BoundMemory) => as.embeddings.store(ctx, { embedder: "e", vectors });
    for (const person of ["reader", "stranger", "otherTenant"] as const) await store(test[person]);
    await owner.embeddings.store(ctx, { embedder: "e", vectors: [{ entryId: "nonsense", vector: [1, 0] }] });
    expect(await countRows()).not.toHaveProperty("vectors_256");
    await store(test.writer);
    expect(await countRows()).toMatchObject({ vectors_256: 1 });
  });

  test("a search that is refused stores and records nothing", async () => {
    const test = await aThread();
    const { ctx, threadId, owner, stranger, countRows } = test;
    await owner.messages.append(ctx, { threadId, messages: [said("user", "fjord")] });
    const rows = await countRows();
    const usage = {
      provider: "p",
      model: "m",
      purpose: "embedding" as const,
      inputTokens: 1,
      outputTokens: 0,
      ms: 1,
    };
    const search = stranger.recall(ctx, { query: "fjord", scopes: ["thread"], threadId, usage });
    expect(await codeOf(search)).toBe("THREAD_NOT_FOUND");
    expect(await countRows()).toEqual(rows);
  });
});
