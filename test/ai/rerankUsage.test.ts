// What putting hits in order costs: with the step in a run, by itself elsewhere.
import type { RerankingModel } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { rerankWith } from "../../src/ai/index.js";
import { OWNER, said } from "../support/aMemory.js";
import { aDurableApp, hushed } from "./durableApp.js";
import { eventsIn, type Ledger } from "./ledgerScene.js";
import { anAgent } from "./support.js";

type RerankingModelV4 = Extract<RerankingModel, { specificationVersion: "v4" }>;

beforeEach(() => {
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Turns the order round, or names a place that is not there. */
const reranker = (isWrong = false): RerankingModelV4 => ({
  specificationVersion: "v4",
  provider: "sorter.rerank",
  modelId: "rerank-1",
  doRerank: async ({ documents }) => ({
    ranking: documents.values
      .map((_value, index) => ({ index: isWrong ? 0 : index, relevanceScore: index }))
      .toReversed(),
  }),
});

const reranks = async (app: Ledger) => (await eventsIn(app)).filter(({ purpose }) => purpose === "rerank");
const MESSAGES = ["The fjord is deep.", "The fjord is cold.", "The fjord is long."].map((words) =>
  said("user", words),
);
const recall = (isWrong = false) => ({
  ...{ embeddingModel: () => deterministicEmbedder() },
  recall: { scopes: ["user" as const], maxTokens: 500, rerank: () => rerankWith(reranker(isWrong)) },
});

describe("reranking in a run", () => {
  test("is recorded with the step, without a call more", async () => {
    const doors: string[][] = [];
    for (const settings of [
      recall(),
      { ...recall(), recall: { scopes: ["user" as const], maxTokens: 500 } },
    ]) {
      const helper = await anAgent([{ text: "Deep." }], settings);
      const { agent, ctx, owner, threadId, calls } = helper;
      const other = await owner.threads.create(ctx, {});
      await owner.messages.append(ctx, { threadId: other.threadId, messages: MESSAGES });
      calls.length = 0;
      const { runId } = await agent.generate(ctx, { as: OWNER, threadId, prompt: "How is the fjord?" });
      doors.push([...calls]);
      if (doors.length > 1) expect(await reranks(helper)).toEqual([]);
      else {
        const place = { runId, threadId, agentName: "helper", step: 0, ...OWNER };
        const counted = { provider: "sorter.rerank", model: "rerank-1", outputTokens: 0, isEstimated: true };
        const [event, ...more] = await reranks(helper);
        expect(more).toEqual([]);
        expect(event).toMatchObject({ ...place, ...counted });
        expect(event?.inputTokens).toBeGreaterThan(10);
        const embedded = (await eventsIn(helper)).filter(({ purpose }) => purpose === "embedding");
        expect(embedded).toMatchObject([{ runId, threadId, agentName: "helper", ...OWNER }]);
      }
    }
    expect(doors[0]).toEqual(doors[1]);
  });

  test("is recorded where the model fails afterwards, in a durable run as well", async () => {
    const helper = await anAgent([{ error: "No." }], { ...recall(), maxRetries: 0 });
    const { agent, ctx, owner, threadId } = helper;
    const other = await owner.threads.create(ctx, {});
    await owner.messages.append(ctx, { threadId: other.threadId, messages: MESSAGES });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "How is the fjord?" }).catch(() => {});
    expect(await reranks(helper)).toHaveLength(1);
    vi.useFakeTimers();
    const app = await aDurableApp([{ text: "Deep." }], recall());
    const elsewhere = await app.owner.threads.create(app.ctx, {});
    await app.owner.messages.append(app.ctx, { threadId: elsewhere.threadId, messages: MESSAGES });
    const { runId } = await app.start("How is the fjord?");
    await app.finish();
    expect(await reranks(app)).toMatchObject([{ runId, step: 0 }]);
  });
});

describe("reranking elsewhere", () => {
  test.each([
    ["gives an order", false],
    ["gives none that can be used", true],
  ])("is recorded by itself where it %s", async (_what, isWrong) => {
    const helper = await anAgent([]);
    const { ctx, owner, threadId, calls } = helper;
    await owner.messages.append(ctx, { threadId, messages: MESSAGES });
    calls.length = 0;
    const asked = {
      query: "fjord",
      threadId,
      scopes: ["thread" as const],
      rerank: rerankWith(reranker(isWrong)),
    };
    const { hits, warnings = [] } = await owner.recall(ctx, asked);
    expect([hits.length, warnings.length]).toEqual([3, isWrong ? 1 : 0]);
    expect(calls).toEqual(["recall.search", "usage.record"]);
    expect(await reranks(helper)).toMatchObject([{ threadId, ...OWNER }]);
  });

  test("costs no answer where its usage cannot be recorded", async () => {
    const { ctx, owner, threadId } = await anAgent([]);
    await owner.messages.append(ctx, { threadId, messages: MESSAGES });
    const usage = {
      provider: "",
      model: "",
      purpose: "rerank" as const,
      inputTokens: NaN,
      outputTokens: 0,
      ms: 1,
    };
    const rerank = { rerank: async () => ({ order: [2], usage }) };
    const { hits, warnings } = await owner.recall(ctx, {
      query: "fjord",
      threadId,
      scopes: ["thread"],
      rerank,
    });
    expect(hits).toHaveLength(3);
    expect(warnings?.join()).toContain("could not be recorded");
  });
});
