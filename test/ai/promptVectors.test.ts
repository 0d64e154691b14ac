// What is embedded for a turn: the prompt and what waits, never a text twice, and no refused text costs a turn.
import { describe, expect, test } from "vitest";
import { embedderName } from "../../src/ai/index.js";
import { EMBEDDING_MAX_REFUSALS } from "../../src/shared/limits.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { OWNER, said } from "../support/aMemory.js";
import { waitingIn } from "../support/vectors.js";
import { anAgent, type TestAgent } from "./support.js";

const recall = { scopes: ["user" as const], maxTokens: 500 };
const ask = (helper: TestAgent, prompt: string, threadId = helper.threadId) =>
  helper.agent.generate(helper.ctx, { as: OWNER, threadId, prompt });
const texts = ["One.", "Two.", "Three.", "Four."].map((text) => ({ text }));
/** The texts that were embedded, without those that only a failed call held. */
const vectorsOf = async ({ countRows }: TestAgent) => (await countRows()).vectors_256 ?? 0;

describe("a text that the embedder refuses", () => {
  test("costs its own vector alone: the prompt and the rest that waits are embedded", async () => {
    const embedder = deterministicEmbedder({ refuses: (text) => text.includes("poison") });
    const helper = await anAgent(texts, { recall, embeddingModel: () => embedder });
    const { ctx, owner, threadId } = helper;
    const messages = ["first words", "poison words", "last words"].map((words) => said("user", words));
    await owner.messages.append(ctx, { threadId, messages });
    const { text, warnings } = await ask(helper, "Which words?");
    expect(text).toBe("One.");
    expect(warnings.join()).toContain("were not embedded");
    expect(await vectorsOf(helper)).toBe(3);
    const calls = embedder.calls.length;
    expect((await ask(helper, "And now?")).warnings).toEqual([]);
    expect(embedder.calls.slice(calls)).toEqual([["And now?", "One."]]);
    expect((await ask(helper, "And then?")).warnings).toEqual([]);
  });

  test("is tried alone in later turns, and no more in the end; its words are still found", async () => {
    const embedder = deterministicEmbedder({ refuses: (text) => text === "poison words" });
    const helper = await anAgent(texts, { recall, embeddingModel: () => embedder });
    const { ctx, owner } = helper;
    const { threadId } = await owner.threads.create(ctx, {});
    await owner.messages.append(ctx, { threadId, messages: [said("user", "poison words")] });
    for (let times = 0; times < EMBEDDING_MAX_REFUSALS; times++) {
      const [waiting] = await owner.embeddings.listPending(ctx, { threadId, limit: 9 });
      expect(waiting?.text).toBe("poison words");
      const refused = [waiting?.entryId ?? ""];
      await owner.embeddings.store(ctx, { embedder: "e", vectors: [], refused });
    }
    expect((await ask(helper, "Which words?", threadId)).warnings).toEqual([]);
    expect(embedder.calls).toEqual([["Which words?"]]);
    expect((await ask(helper, "Other words?")).warnings).toEqual([]);
    expect(JSON.stringify(helper.model.calls[1]?.prompt)).toContain("poison words");
  });

  test("as the prompt leaves the turn to its words, and blames nothing that waits", async () => {
    const embedder = deterministicEmbedder({ refuses: (text) => text.includes("poison") });
    const helper = await anAgent(texts, { recall, embeddingModel: () => embedder });
    const { ctx, owner, threadId } = helper;
    await owner.messages.append(ctx, { threadId, messages: [said("user", "first words")] });
    const { warnings } = await ask(helper, "poison?");
    expect(warnings.join()).toContain("Recall went on by words");
    expect(await waitingIn(owner, ctx, { threadId })).toContain("first words");
    const rows = await helper.inside((db) => db.db.query("recallEntries").take(9));
    expect(rows.filter(({ refusals }) => refusals !== undefined)).toEqual([]);
  });
});

describe("a prompt that was embedded before", () => {
  test("costs no call, in whichever thread or tenant, and has its vector", async () => {
    const embedder = deterministicEmbedder();
    const helper = await anAgent(texts, { recall, embeddingModel: () => embedder });
    const { ctx, owner } = helper;
    await ask(helper, "Same words?");
    const { threadId } = await owner.threads.create(ctx, {});
    const { runId, warnings } = await ask(helper, "Same words?", threadId);
    expect(warnings).toEqual([]);
    expect(embedder.calls).toEqual([["Same words?"]]);
    expect(helper.calls.slice(-3)).toEqual(["turns.begin", "recall.search", "turns.saveStep"]);
    expect(await waitingIn(owner, ctx, { threadId })).toEqual(["Two."]);
    expect(await vectorsOf(helper)).toBe(2);
    const { page } = await owner.usage.list(ctx, { runId, cursor: null });
    expect(page.map(({ purpose }) => purpose)).toEqual(["answer"]);
  });

  test("still takes along what waits, and takes what waits from what is known", async () => {
    const embedder = deterministicEmbedder();
    const helper = await anAgent([{ text: "Fine." }, { text: "Fine." }, { text: "New." }], {
      recall,
      embeddingModel: () => embedder,
    });
    await ask(helper, "Well?");
    await ask(helper, "Well?");
    await ask(helper, "Well?");
    expect(embedder.calls).toEqual([["Well?"], ["Fine."]]);
    expect(await waitingIn(helper.owner, helper.ctx)).toEqual(["New."]);
    expect(await vectorsOf(helper)).toBe(5);
  });

  test("by another embedder is embedded again", async () => {
    const [first, second] = [deterministicEmbedder(), deterministicEmbedder({ modelId: "other" })];
    let model = first;
    const helper = await anAgent(texts, { recall, embeddingModel: () => model });
    await ask(helper, "Well?");
    model = second;
    await ask(helper, "Well?");
    expect(second.calls).toEqual([["Well?", "One."]]);
  });
});

describe("an agent with two embedding models", () => {
  test("uses the one whose vectors are searched, from the moment of the switch, and back", async () => {
    const old = deterministicEmbedder();
    const next = deterministicEmbedder({ dimensions: 512 });
    const helper = await anAgent(texts, {
      recall,
      embeddingModel: () => old,
      nextEmbeddingModel: () => next,
    });
    const { ctx, memory } = helper;
    const { embeddings } = memory.asSystem();
    await ask(helper, "Where is the water?");
    const { generationId } = await embeddings.createGeneration(ctx, {
      embedder: embedderName(next),
      length: 512,
    });
    await ask(helper, "Where are the cliffs?");
    expect(next.calls).toEqual([]);
    await embeddings.switchGeneration(ctx, { generationId, force: true });
    await ask(helper, "Where are the huts?");
    expect(next.calls).toEqual([["Where are the huts?", "Two."]]);
    expect(old.calls).toHaveLength(2);
    const { generations } = await embeddings.progress(ctx);
    await embeddings.rollBack(ctx, { generationId: generations[0]?.generationId ?? "" });
    await ask(helper, "Where is the fjord?");
    expect(old.calls).toHaveLength(3);
  });

  test("leaves what waits alone while it has only the model that is not searched", async () => {
    const old = deterministicEmbedder();
    const helper = await anAgent(texts, { recall, embeddingModel: () => old });
    const { ctx, memory, owner } = helper;
    const { embeddings } = memory.asSystem();
    await ask(helper, "Where is the water?");
    const { generationId } = await embeddings.createGeneration(ctx, { embedder: "next", length: 512 });
    await embeddings.switchGeneration(ctx, { generationId, force: true });
    const { warnings } = await ask(helper, "Where are the cliffs?");
    expect(warnings).toEqual([]);
    expect(old.calls.at(-1)).toEqual(["Where are the cliffs?"]);
    expect(await waitingIn(owner, ctx)).toContain("Where are the cliffs?");
  });
});

describe("an embedding model by its id", () => {
  test("is asked through the AI SDK's gateway, and a turn goes on by words where there is none", async () => {
    const helper = await anAgent(texts, { recall, embeddingModel: () => "nowhere/none", maxRetries: 0 });
    const { text, warnings } = await ask(helper, "Well?");
    expect(text).toBe("One.");
    expect(warnings.join()).toContain("EMBEDDING_FAILED");
    expect(embedderName("openai/text-embedding-3-small")).toBe("openai/text-embedding-3-small");
  });
});
