// The worker that does what waits for a model, as an app runs it.
import { componentsGeneric, makeFunctionReference, type FunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  compactionJob,
  defineWorker,
  embedderName,
  extractionJob,
  type WorkerDefinition,
  type WorkerResult,
} from "../../src/ai/index.js";
import { AgentMemory, type BoundMemory, type ComponentApi, type Principal } from "../../src/client/index.js";
import {
  deterministicEmbedder,
  type DeterministicEmbedder,
} from "../../src/testing/deterministicEmbedder.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { EMBEDDING_PAGE_ENTRIES } from "../../src/shared/limits.js";
import { aMemory, OTHER_TENANT, OWNER, said, type TestMemory } from "../support/aMemory.js";
import { waitingIn } from "../support/vectors.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const self = makeFunctionReference<"action">("worker:worker") as unknown as FunctionReference<
  "action",
  "internal"
>;

type App = TestMemory & {
  owner: BoundMemory;
  work: (target?: { threadId?: string; as?: Principal }) => Promise<WorkerResult>;
};

/** An app that exports a worker. */
function anApp(definition: WorkerDefinition): App {
  const memory = new AgentMemory(componentsGeneric()["agentMemory"] as unknown as ComponentApi);
  const worker = defineWorker(memory, definition);
  const test = aMemory({ "./worker.ts": async () => ({ worker }) });
  const work = async (target = {}) => (await test.ctx.runAction(self, target)) as WorkerResult;
  return { ...test, owner: test.memory.as(OWNER), work };
}

async function say({ ctx }: TestMemory, as: BoundMemory, ...words: string[]): Promise<string> {
  const { threadId } = await as.threads.create(ctx, {});
  await as.messages.append(ctx, { threadId, messages: words.map((word) => said("user", word)) });
  return threadId;
}

const embedding = (embedder: DeterministicEmbedder) => ({ embeddingModel: () => embedder });

describe("a worker", () => {
  test("makes the vectors that wait, of every user and kind, in as few calls as there are pages", async () => {
    const embedder = deterministicEmbedder();
    const app = anApp(embedding(embedder));
    const words = Array.from({ length: EMBEDDING_PAGE_ENTRIES }, (_, index) => `word ${index}`);
    await say(app, app.owner, ...words);
    await say(app, app.memory.as(OTHER_TENANT), "elsewhere");
    await app.owner.documents.put(app.ctx, { scope: "user", key: "a.md", text: "a chunk" });
    const result = await app.work();
    expect(result).toEqual({
      done: true,
      busy: false,
      embedded: EMBEDDING_PAGE_ENTRIES + 2,
      refused: 0,
    });
    expect(embedder.calls.map((texts) => texts.length)).toEqual([EMBEDDING_PAGE_ENTRIES, 2]);
    expect(await waitingIn(app.memory.asSystem(), app.ctx)).toEqual([]);
    const tokens = async (as: Principal) =>
      (await app.memory.as(as).usage.list(app.ctx, { cursor: null })).page;
    const paid = [...(await tokens(OWNER)), ...(await tokens(OTHER_TENANT))];
    expect(paid.reduce((sum, { inputTokens }) => sum + inputTokens, 0)).toBe(
      2 * EMBEDDING_PAGE_ENTRIES + 2 + 1,
    );
    expect(await app.countRows()).not.toHaveProperty("workerLeases");
    expect(await app.work()).toMatchObject({ done: true, embedded: 0 });
    expect(embedder.calls).toHaveLength(2);
  });

  test("works on one thread, or on one user, and leaves the rest", async () => {
    const app = anApp(embedding(deterministicEmbedder()));
    const first = await say(app, app.owner, "one");
    await say(app, app.owner, "two");
    await say(app, app.memory.as(OTHER_TENANT), "three");
    expect(await app.work({ threadId: first })).toMatchObject({ done: true, embedded: 1 });
    expect(await waitingIn(app.owner, app.ctx)).toEqual(["two"]);
    expect(await app.work({ as: OWNER })).toMatchObject({ done: true, embedded: 1 });
    expect(await waitingIn(app.memory.asSystem(), app.ctx)).toEqual(["three"]);
  });

  test("leaves everything waiting while the embedder is down, and finishes when it is back", async () => {
    const embedder = deterministicEmbedder({ failFromCall: 0 });
    const app = anApp(embedding(embedder));
    await say(app, app.owner, "one", "two");
    expect(await app.work()).toMatchObject({
      done: false,
      embedded: 0,
      refused: 0,
      failure: expect.stringContaining("The embedder is down.") as string,
    });
    expect(await waitingIn(app.owner, app.ctx)).toEqual(["one", "two"]);
    expect(await app.countRows()).not.toHaveProperty("usageEvents");
    embedder.failFromCall = Infinity;
    expect(await app.work()).toMatchObject({ done: true, embedded: 2 });
  });

  test("embeds all but a text that is refused, and gives that up in the end", async () => {
    const embedder = deterministicEmbedder({ refuses: (text) => text === "poison" });
    const app = anApp(embedding(embedder));
    await say(app, app.owner, "one", "two", "poison", "three", "four");
    expect(await app.work()).toMatchObject({ done: true, embedded: 4, refused: 3 });
    expect(await waitingIn(app.owner, app.ctx)).toEqual([]);
    expect(await app.countRows()).toMatchObject({ vectors_256: 4, recallEntries: 5 });
    const [first] = (await app.owner.recall(app.ctx, { query: "poison" })).hits;
    expect(first).toMatchObject({ text: "poison", lexicalRank: 1 });
  });

  test("stores nothing of an embedder that gives nonsense", async () => {
    const nonsense = {
      ...deterministicEmbedder(),
      doEmbed: async () => ({ embeddings: [[NaN]], warnings: [] }),
    };
    const app = anApp({ embeddingModel: () => nonsense });
    await say(app, app.owner, "one");
    expect(await app.work()).toMatchObject({ done: false, failure: expect.any(String) as string });
    expect(await waitingIn(app.owner, app.ctx)).toEqual(["one"]);
  });

  test("sends nothing of a thread or a document that is being removed", async () => {
    const embedder = deterministicEmbedder();
    const app = anApp(embedding(embedder));
    const threadId = await say(app, app.owner, "removed");
    const document = { scope: "user" as const, key: "a.md" };
    await app.owner.documents.put(app.ctx, { ...document, text: "replaced" });
    await app.owner.documents.put(app.ctx, { ...document, text: "current" });
    const { documentId } = await app.owner.documents.put(app.ctx, { ...document, key: "b.md", text: "gone" });
    await app.owner.documents.remove(app.ctx, { documentId });
    await app.owner.threads.remove(app.ctx, { threadId });
    expect(await app.work()).toMatchObject({ done: true, embedded: 1 });
    expect(embedder.calls).toEqual([["current"]]);
  });

  test("does not embed a text that has its vector", async () => {
    const embedder = deterministicEmbedder();
    const app = anApp(embedding(embedder));
    await say(app, app.owner, "thanks", "thanks");
    await app.work();
    await say(app, app.owner, "thanks");
    expect(await app.work()).toMatchObject({ done: true, embedded: 1 });
    expect(embedder.calls).toEqual([["thanks"]]);
  });

  test("is not at work twice on the same", async () => {
    const embedder = deterministicEmbedder();
    const app = anApp(embedding(embedder));
    await say(app, app.owner, "one");
    const system = app.memory.asSystem().embeddings;
    await system.claim(app.ctx, { holder: "another" });
    expect(await app.work()).toEqual({ done: false, busy: true, embedded: 0, refused: 0 });
    expect(embedder.calls).toEqual([]);
    await system.release(app.ctx, { holder: "another" });
    expect(await app.work()).toMatchObject({ done: true, embedded: 1 });
  });

  test("does its other jobs after, and calls itself again until all are done", async () => {
    let left = 3;
    const done: string[] = [];
    const app = anApp({
      ...embedding(deterministicEmbedder()),
      self: () => self,
      jobs: [
        async (_ctx, memory, { target, hasTime }) => {
          left -= 1;
          done.push(`${left} ${memory instanceof AgentMemory} ${hasTime()} ${JSON.stringify(target)}`);
          return { done: left === 0 };
        },
      ],
    });
    expect(await app.work()).toMatchObject({ done: false });
    await app.t.finishAllScheduledFunctions(() => vi.runAllTimers());
    expect(done).toEqual(["2 true true {}", "1 true true {}", "0 true true {}"]);
  });

  test("gives its claim back when a job throws", async () => {
    const failing = async () => {
      throw new TypeError("lost");
    };
    const app = anApp({ jobs: [failing] });
    await expect(app.work()).rejects.toThrow("lost");
    expect(await app.countRows()).toEqual({});
  });

  test("stops when its time is over, and goes on with the next call", async () => {
    const embedder = deterministicEmbedder();
    const app = anApp({ ...embedding(embedder), maxMs: 0 });
    await say(app, app.owner, "one");
    expect(await app.work()).toMatchObject({ done: false, embedded: 0 });
    expect(embedder.calls).toEqual([]);
  });
});

describe("a worker with a generation to build", () => {
  const old = deterministicEmbedder();
  const next = deterministicEmbedder({ dimensions: 512 });

  async function building(models: WorkerDefinition): Promise<App & { generationId: string }> {
    const app = anApp(models);
    await say(app, app.owner, "one", "two");
    await app.work();
    const { generationId } = await app.memory
      .asSystem()
      .embeddings.createGeneration(app.ctx, { embedder: embedderName(next), length: 512 });
    return { ...app, generationId };
  }
  const models = { embeddingModel: () => old, nextEmbeddingModel: () => next };

  test("makes the vectors that wait with the old model and fills it with the new, then all is switched", async () => {
    const app = await building(models);
    await say(app, app.owner, "three");
    expect(await app.work()).toMatchObject({ done: true, embedded: 4 });
    expect(await app.countRows()).toMatchObject({ vectors_256: 3, vectors_512: 3 });
    const { embeddings } = app.memory.asSystem();
    const { generationId } = app;
    expect(await embeddings.switchGeneration(app.ctx, { generationId })).toEqual({ switched: true });
    await say(app, app.owner, "four");
    expect(await app.work()).toMatchObject({ done: true, embedded: 1 });
    expect(await app.countRows()).toMatchObject({ vectors_256: 3, vectors_512: 4 });
  });

  test("makes what waits in one thread with the model that is searched", async () => {
    const app = await building(models);
    const { generationId } = app;
    await app.memory.asSystem().embeddings.switchGeneration(app.ctx, { generationId, force: true });
    const threadId = await say(app, app.owner, "three");
    expect(await app.work({ threadId, as: OWNER })).toMatchObject({ done: true, embedded: 1 });
    expect(await app.countRows()).toMatchObject({ vectors_256: 2, vectors_512: 1 });
  });

  test("says so when it has no model for it, or one of another length, and harms nothing", async () => {
    const app = await building({ embeddingModel: () => old });
    expect(await app.work()).toMatchObject({
      done: false,
      failure: expect.stringContaining("512") as string,
    });
    const wrong = { ...deterministicEmbedder({ dimensions: 256 }), modelId: next.modelId };
    const other = await building({ ...models, nextEmbeddingModel: () => wrong });
    expect(await other.work()).toMatchObject({
      done: false,
      failure: expect.stringContaining("length") as string,
    });
    expect(await other.countRows()).not.toHaveProperty("vectors_512");
  });

  test("passes over what the new model refuses, and counts it", async () => {
    const picky = deterministicEmbedder({ dimensions: 512, refuses: (text) => text === "one" });
    const app = await building({ ...models, nextEmbeddingModel: () => picky });
    expect(await app.work()).toMatchObject({ done: true, embedded: 1, refused: 1 });
    const { generations } = await app.memory.asSystem().embeddings.progress(app.ctx);
    expect(generations.at(-1)).toMatchObject({ embedded: 1, refused: 1 });
  });
});

describe("jobs of a worker", () => {
  test("find facts and make room after the vectors, for everyone or one user, until nothing is left", async () => {
    const embedder = deterministicEmbedder();
    const found = { text: JSON.stringify({ facts: [{ text: "Someone sails.", messages: [0] }] }) };
    const model = scriptedModel([found, found, found]);
    const app = anApp({
      ...embedding(embedder),
      jobs: [
        extractionJob({ model }),
        compactionJob({ settings: { triggerTokens: 400, keepTokens: 100, minTokens: 50 } }),
      ],
    });
    const words = Array.from(
      { length: 12 },
      (_, index) => `I sailed to island ${index}. ${"Waves. ".repeat(30)}`,
    );
    const threadId = await say(app, app.owner, ...words);
    const other = app.memory.as(OTHER_TENANT);
    const otherThread = await say(app, other, ...words);
    expect(await app.work({ as: OWNER })).toMatchObject({ done: true, embedded: 12 });
    const factsOf = async (memory: BoundMemory) =>
      (await memory.facts.list(app.ctx, { scope: "user", cursor: null })).page.map(({ text }) => text);
    expect(await factsOf(app.owner)).toEqual(["Someone sails."]);
    expect(await app.owner.summaries.latest(app.ctx, { threadId })).not.toBeNull();
    expect(await factsOf(other)).toEqual([]);
    expect(await other.summaries.latest(app.ctx, { threadId: otherThread })).toBeNull();
    expect(await app.work()).toMatchObject({ done: true, embedded: 13 }); // the fact of the first has become a text to embed
    expect(await factsOf(other)).toEqual(["Someone sails."]);
    expect(await other.summaries.latest(app.ctx, { threadId: otherThread })).not.toBeNull();
    expect(model.calls).toHaveLength(2);
    expect(await app.work({ threadId })).toMatchObject({ done: true });
    expect(model.calls).toHaveLength(2);
  });
});
