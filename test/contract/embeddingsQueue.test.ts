// What waits for a vector: who sees it, in which order it comes, what a refusal does, who pays.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { userScope } from "../../src/shared/scope.js";
import {
  EMBEDDING_MAX_REFUSALS,
  RECALL_STORE_MAX_VECTORS,
  WORKER_GRACE_MS,
  WORKER_MAX_MS,
} from "../../src/shared/limits.js";
import { aThread, codeOf, OTHER_TENANT, OWNER, said, WRITER, type TestThread } from "../support/aMemory.js";
import { anEmbed, embeddingUsage } from "../support/embed.js";
import { waitingIn } from "../support/vectors.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A thread of the owner's with these messages. */
async function saying(...words: string[]): Promise<TestThread> {
  const thread = await aThread({ shared: false });
  const messages = words.map((word) => said("user", word));
  if (messages.length > 0)
    await thread.owner.messages.append(thread.ctx, { threadId: thread.threadId, messages });
  return thread;
}

const entryOf = async ({ owner, ctx }: TestThread, text: string): Promise<string> =>
  (await owner.embeddings.listPending(ctx, { limit: 64 })).find((entry) => entry.text === text)?.entryId ??
  "none";

describe("what waits for a vector", () => {
  test("is listed by thread, by user and for the app's own code; nothing of others", async () => {
    const thread = await saying("one");
    const { ctx, threadId, owner, otherTenant, stranger, memory } = thread;
    const { threadId: elsewhere } = await owner.threads.create(ctx, {});
    await owner.messages.append(ctx, { threadId: elsewhere, messages: [said("user", "two")] });
    await owner.documents.put(ctx, { scope: "user", key: "a.md", text: "three" });
    await owner.documents.put(ctx, { scope: "tenant", key: "b.md", text: "four" });
    const foreign = await otherTenant.threads.create(ctx, {});
    await otherTenant.messages.append(ctx, { ...foreign, messages: [said("user", "five")] });
    expect(await waitingIn(owner, ctx, { threadId })).toEqual(["one"]);
    expect(await waitingIn(owner, ctx)).toEqual(["one", "two", "three"]);
    expect(await waitingIn(otherTenant, ctx)).toEqual(["five"]);
    expect(await waitingIn(memory.asSystem(), ctx)).toHaveLength(5);
    expect(await codeOf(waitingIn(stranger, ctx, { threadId }))).toBe("THREAD_NOT_FOUND");
    expect(await codeOf(owner.embeddings.listPending(ctx, { limit: 0 }))).toBe("INVALID_ARGUMENT");
    const target = { kind: "all" as const };
    const everything = ctx.runQuery(thread.component.embeddings.listPending, {
      caller: OWNER,
      target,
      limit: 1,
    });
    expect(await codeOf(everything)).toBe("FORBIDDEN");
  });

  test("comes in the order it was written; what was refused comes alone, when nothing else waits", async () => {
    const thread = await saying("bad", "good", "fine");
    const { ctx, owner } = thread;
    const refused = [await entryOf(thread, "bad")];
    await owner.embeddings.store(ctx, { embedder: "e", vectors: [], refused });
    expect(await waitingIn(owner, ctx)).toEqual(["good", "fine"]);
    const waiting = await owner.embeddings.listPending(ctx, { limit: 9 });
    const vectors = waiting.map(({ entryId }) => ({ entryId, vector: [1, 0] }));
    await owner.embeddings.store(ctx, { embedder: "e", vectors });
    expect(await waitingIn(owner, ctx)).toEqual(["bad"]);
  });

  test("is given up when it was refused too often, and is still found by its words", async () => {
    const thread = await saying("bad");
    const { ctx, owner } = thread;
    const refused = [await entryOf(thread, "bad")];
    for (let times = 1; times < EMBEDDING_MAX_REFUSALS; times++) {
      await owner.embeddings.store(ctx, { embedder: "e", vectors: [], refused });
      expect(await waitingIn(owner, ctx)).toEqual(["bad"]);
    }
    await owner.embeddings.store(ctx, { embedder: "e", vectors: [], refused });
    expect(await waitingIn(owner, ctx)).toEqual([]);
    expect((await owner.recall(ctx, { query: "bad" })).hits).toHaveLength(1);
  });

  test("may be a fact, as its row says it", async () => {
    const thread = await saying();
    const { ctx, owner } = thread;
    await thread.inside(async ({ db }) => {
      const scope = userScope(OWNER);
      const factId = await db.insert("facts", {
        ...{ scope, text: "Miro is a cat.", hash: "h", validFrom: 0, sources: [] },
        state: { kind: "active" },
        origin: "app",
      });
      const found = { scope, at: 0, searchText: "miro cat", pending: true as const };
      await db.insert("recallEntries", { kind: "fact", sourceId: factId, ...found });
    });
    expect(await waitingIn(owner, ctx)).toEqual(["Miro is a cat."]);
  });

  test("loses its refusals with its vector, and is new again when it is edited", async () => {
    const thread = await saying("bad");
    const { ctx, owner, threadId, inside } = thread;
    const entryId = await entryOf(thread, "bad");
    await owner.embeddings.store(ctx, { embedder: "e", vectors: [], refused: [entryId] });
    await owner.embeddings.store(ctx, { embedder: "e", vectors: [{ entryId, vector: [1, 0] }] });
    const [entry] = await inside((db) => db.db.query("recallEntries").take(2));
    expect(entry?.refusals).toBeUndefined();
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null });
    const parts = [{ type: "text" as const, text: "better" }];
    await owner.messages.update(ctx, { messageId: page[0]?.messageId ?? "", parts });
    expect(await waitingIn(owner, ctx)).toEqual(["better"]);
    expect(await thread.countRows()).not.toHaveProperty("vectors_256");
  });

  test("takes neither vectors nor refusals of who may not write", async () => {
    const thread = await saying("mine");
    const { ctx, owner, otherTenant, stranger } = thread;
    const entryId = await entryOf(thread, "mine");
    for (const other of [otherTenant, stranger])
      expect(
        await other.embeddings.store(ctx, {
          embedder: "e",
          vectors: [{ entryId, vector: [1, 0] }],
          refused: [entryId, "nonsense"],
        }),
      ).toMatchObject({ stored: 0 });
    expect(await owner.embeddings.listPending(ctx, { limit: 9 })).toHaveLength(1);
    expect(await thread.inside((db) => db.db.query("recallEntries").first())).not.toHaveProperty("refusals");
  });
});

describe("what its vectors cost", () => {
  test("is paid once, by the owner of each text, by its tokens; what is the tenant's by the tenant", async () => {
    const thread = await saying("mine");
    const { ctx, owner, writer, memory } = thread;
    const other = await writer.threads.create(ctx, {});
    await writer.messages.append(ctx, { ...other, messages: [said("user", "hers")] });
    await owner.documents.put(ctx, { scope: "tenant", key: "b.md", text: "everyone's" });
    const { embeddings } = memory.asSystem();
    const waiting = await embeddings.listPending(ctx, { limit: 9 });
    const tokens: Record<string, number> = { mine: 3, hers: 4, "everyone's": 5 };
    const store = {
      embedder: "e",
      vectors: waiting.map(({ entryId, text }) => ({ entryId, vector: [1, 0], tokens: tokens[text] })),
      usage: embeddingUsage(12),
    };
    expect(await embeddings.store(ctx, store)).toMatchObject({ stored: 3 });
    expect(await embeddings.store(ctx, store)).toMatchObject({ stored: 0 });
    const events = await thread.inside((db) => db.db.query("usageEvents").take(9));
    expect(events.map(({ tenantId, userId, inputTokens }) => ({ tenantId, userId, inputTokens }))).toEqual([
      { ...OWNER, inputTokens: 3 },
      { ...WRITER, inputTokens: 4 },
      { tenantId: OWNER.tenantId, userId: "", inputTokens: 5 },
    ]);
  });

  test.each<[string, { known?: object; prices?: object; costs: number }]>([
    ["at its price, a part for the call included, costs", { prices: { input: 1e6, call: 30 }, costs: 42 }],
    ["as the caller knows it, costs", { known: { costMicros: 100 }, costs: 100 }],
  ])("%s no more than the call", async (_what, { known, prices, costs }) => {
    const { ctx, owner, writer, memory, inside } = await saying("mine");
    const other = await writer.threads.create(ctx, {});
    await writer.messages.append(ctx, { ...other, messages: [said("user", "hers")] });
    const third = await memory.as(OTHER_TENANT).threads.create(ctx, {});
    await memory.as(OTHER_TENANT).messages.append(ctx, { ...third, messages: [said("user", "theirs")] });
    const { embeddings, prices: priced } = memory.asSystem();
    const usage = { ...embeddingUsage(12), ...known };
    const { provider, model } = usage;
    if (prices !== undefined)
      await priced.set(ctx, { provider, model, prices: { input: 0, output: 0, ...prices } });
    const waiting = await embeddings.listPending(ctx, { limit: 9 });
    // Nobody tells what each text cost.
    const vectors = waiting.map(({ entryId }) => ({ entryId, vector: [1, 0] }));
    await embeddings.store(ctx, { embedder: "e", vectors, usage });
    const events = await inside((db) => db.db.query("usageEvents").take(9));
    expect(events.map(({ inputTokens }) => inputTokens)).toEqual([4, 4, 4]);
    expect(events.reduce((sum, event) => sum + (event.costMicros ?? NaN), 0)).toBe(costs);
    expect(events.every((event) => (event.priceVersion === undefined) === (prices === undefined))).toBe(true);
    expect(await owner.embeddings.listPending(ctx, { limit: 9 })).toEqual([]);
  });

  test("is nothing for a text that was embedded before, and a part where others stored the rest", async () => {
    const { ctx, writer, memory, inside } = await saying("mine");
    const other = await writer.threads.create(ctx, {});
    await writer.messages.append(ctx, { ...other, messages: [said("user", "hers")] });
    const { embeddings } = memory.asSystem();
    const waiting = await embeddings.listPending(ctx, { limit: 9 });
    const tokens: Record<string, number> = { mine: 0, hers: 4 };
    const vectors = waiting.map(({ entryId, text }) => ({ entryId, vector: [1, 0], tokens: tokens[text] }));
    await embeddings.store(ctx, { embedder: "e", vectors, usage: { ...embeddingUsage(8), costMicros: 50 } });
    const events = await inside((db) => db.db.query("usageEvents").take(9));
    expect(events).toMatchObject([{ ...WRITER, inputTokens: 4, costMicros: 25 }]);
    expect(events).toHaveLength(1);
  });

  test("is paid by who had it embedded where it belongs to no user", async () => {
    const { ctx, memory, owner, writer, inside } = await aThread();
    await owner.documents.put(ctx, { scope: "tenant", key: "b.md", text: "everyone's" });
    const waiting = await memory.asSystem().embeddings.listPending(ctx, { limit: 9 });
    const vectors = waiting.map(({ entryId }) => ({ entryId, vector: [1, 0], tokens: 5 }));
    const store = { embedder: "e", vectors, usage: embeddingUsage(5) };
    expect(await writer.embeddings.store(ctx, store)).toMatchObject({ stored: 1 });
    const events = await inside((db) => db.db.query("usageEvents").take(9));
    expect(events).toMatchObject([{ ...WRITER, purpose: "embedding", inputTokens: 5 }]);
  });
});

describe("bad vectors", () => {
  test("too many at once, a hash that is none, or of no embedder, are INVALID_ARGUMENT and leave nothing", async () => {
    const thread = await saying("one");
    const { ctx, owner } = thread;
    const entryId = await entryOf(thread, "one");
    const rows = await thread.countRows();
    const one = { entryId, vector: [1, 0] };
    const many = new Array(RECALL_STORE_MAX_VECTORS + 1).fill(one) as (typeof one)[];
    const store = (args: Parameters<typeof owner.embeddings.store>[1]) =>
      codeOf(owner.embeddings.store(ctx, args));
    expect(await store({ embedder: "e", vectors: many })).toBe("INVALID_ARGUMENT");
    expect(await store({ embedder: "", vectors: [one] })).toBe("INVALID_ARGUMENT");
    expect(await store({ embedder: "e", vectors: [{ ...one, textHash: "md5" }] })).toBe("INVALID_ARGUMENT");
    expect(
      await store({ embedder: "e", vectors: [{ entryId, vector: new Array<number>(4_097).fill(1) }] }),
    ).toBe("INVALID_ARGUMENT");
    const refused = many.map(() => entryId);
    expect(await store({ embedder: "e", vectors: [], refused })).toBe("INVALID_ARGUMENT");
    const usage = { ...embeddingUsage(1), inputTokens: -1 };
    const unpaid = { embedder: "e", vectors: [{ ...one, tokens: -1 }], usage };
    expect(await store(unpaid)).toBe("INVALID_ARGUMENT");
    expect(await thread.countRows()).toEqual(rows);
  });

  test("a vector of zeros counts as made, and is not kept: nothing is near it", async () => {
    const thread = await saying("!!!");
    const { ctx, owner } = thread;
    const embed = anEmbed();
    const entryId = await entryOf(thread, "!!!");
    const { vectors } = await embed.embed(["!!!"]);
    await owner.embeddings.store(ctx, { embedder: "e", vectors: [{ entryId, vector: vectors[0] ?? [] }] });
    expect(await waitingIn(owner, ctx)).toEqual([]);
    expect(await thread.countRows()).not.toHaveProperty("vectors_256");
  });
});

describe("a worker's claim", () => {
  const hold = (holder: string, threadId?: string) => ({ holder, threadId });

  test("keeps others off the same target until it is given back, and off everything", async () => {
    const { ctx, threadId, owner, memory } = await saying("one");
    const system = memory.asSystem().embeddings;
    expect(await owner.embeddings.claim(ctx, hold("a", threadId))).toEqual({ claimed: true });
    expect(await owner.embeddings.claim(ctx, hold("b", threadId))).toEqual({ claimed: false });
    expect(await owner.embeddings.claim(ctx, hold("b"))).toEqual({ claimed: true });
    await owner.embeddings.release(ctx, hold("b", threadId)); // not the holder
    expect(await owner.embeddings.claim(ctx, hold("b", threadId))).toEqual({ claimed: false });
    await owner.embeddings.release(ctx, hold("a", threadId));
    expect(await system.claim(ctx, hold("c"))).toEqual({ claimed: true });
    expect(await owner.embeddings.claim(ctx, hold("b", threadId))).toEqual({ claimed: false });
    await system.release(ctx, hold("c"));
    expect(await owner.embeddings.claim(ctx, hold("b", threadId))).toEqual({ claimed: true });
  });

  test("of a worker that died ends by itself, and goes with the next", async () => {
    const { ctx, threadId, owner, countRows } = await saying("one");
    await owner.embeddings.claim(ctx, hold("dead", threadId));
    await owner.embeddings.claim(ctx, hold("dead too"));
    vi.advanceTimersByTime(WORKER_MAX_MS + WORKER_GRACE_MS + 1);
    expect(await owner.embeddings.claim(ctx, hold("next", threadId))).toEqual({ claimed: true });
    expect(await countRows()).toMatchObject({ workerLeases: 1 });
  });

  test("is refused for threads that are not the caller's to write, and for everything but to the system", async () => {
    const { ctx, threadId, stranger, memory, component } = await saying("one");
    expect(await codeOf(stranger.embeddings.claim(ctx, hold("a", threadId)))).toBe("THREAD_NOT_FOUND");
    const lease = { target: { kind: "all" as const }, holder: "a" };
    const { claim } = component.embeddings;
    expect(await codeOf(ctx.runMutation(claim, { ...lease, caller: OTHER_TENANT }))).toBe("FORBIDDEN");
    const user = { caller: "system" as const, target: { kind: "user" as const }, holder: "a" };
    expect(await codeOf(ctx.runMutation(claim, user))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(memory.asSystem().embeddings.claim(ctx, hold("", threadId)))).toBe(
      "INVALID_ARGUMENT",
    );
  });
});
