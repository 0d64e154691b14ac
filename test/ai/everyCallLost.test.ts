// The same promise where something of the app's own fails, or its thread goes, once the model has answered.
import { generateText, isStepCount, wrapLanguageModel } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import {
  compactThread,
  defineTool,
  extractFacts,
  extractionJob,
  memoryMiddleware,
  type AgentDefinition,
} from "../../src/ai/index.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { aMemory, codeOf, OWNER, said } from "../support/aMemory.js";
import { billedModel, type BilledModel } from "./billedModel.js";
import { aDurableApp, hushed } from "./durableApp.js";
import { during, eventsIn, ledgerOf, look, type Ledger } from "./ledgerScene.js";
import { anAgent, type TestAgent } from "./support.js";

beforeEach(() => {
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const failing: Partial<AgentDefinition> = {
  stopWhen: () => {
    throw new TypeError("The condition fails.");
  },
};

describe("an answer whose stop condition throws", () => {
  test.each(["generate", "stream"] as const)("in an action was paid for (%s)", async (how) => {
    const model = billedModel([{ asks: "look" }]);
    const helper = await anAgent([], { model: () => model, tools: { look }, throttleMs: 0, ...failing });
    const { agent, ctx, threadId } = helper;
    expect(await codeOf(agent[how](ctx, { as: OWNER, threadId, prompt: "Go." }))).toBe("MODEL_FAILED");
    expect(await ledgerOf(helper)).toEqual(model.bill);
    expect(await eventsIn(helper)).toMatchObject([{ isFailed: true, agentName: "helper", threadId }]);
  });

  test("in a durable run was paid for once, and so was what came with it", async () => {
    vi.useFakeTimers();
    const model = billedModel([{ asks: "look" }]);
    const app = await aDurableApp([], {
      ...{ model: () => model, tools: { look }, ...failing },
      recall: {
        ...{ scopes: ["user"], maxTokens: 500 },
        rerank: () => ({ rerank: async () => ({ order: [], usage: reranked }) }),
      },
      retry: { maxAttempts: 2, initialBackoffMs: 1, base: 1 },
    });
    await app.owner.messages.append(app.ctx, {
      threadId: (await app.owner.threads.create(app.ctx)).threadId,
      messages: [said("user", "Go to the harbour.")],
    });
    await app.start("Go to the harbour.");
    await app.finish();
    expect(await ledgerOf(app)).toEqual(model.bill);
    expect((await eventsIn(app)).map(({ purpose }) => purpose).sort()).toEqual(["answer", "rerank"]);
  });
});

const reranked = {
  ...{ provider: "ranker", model: "rank-1", purpose: "rerank" as const },
  ...{ inputTokens: 9, outputTokens: 0, ms: 1 },
};

describe("an embedding call of several requests", () => {
  test("of which one fails was paid for as far as it came", async () => {
    const whole = deterministicEmbedder();
    let billed = 0;
    let requests = 0;
    const embedder: typeof whole = {
      ...whole,
      ...{ specificationVersion: "v4", provider: "biller", modelId: "embed-1" },
      ...{ maxEmbeddingsPerCall: 1, supportsParallelCalls: false },
      doEmbed: async (asked) => {
        if (++requests === 2) throw new TypeError("The line is cut.");
        const made = await whole.doEmbed(asked);
        billed += 7;
        return { ...made, usage: { tokens: 7 } };
      },
    };
    const helper = await anAgent([{ text: "Yes." }], {
      ...{ embeddingModel: () => embedder, recall: { scopes: ["user"], maxTokens: 500 }, maxRetries: 0 },
    });
    const { agent, ctx, threadId, owner } = helper;
    await owner.messages.append(ctx, { threadId, messages: [said("user", "One."), said("user", "Two.")] });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "Go." });
    expect(requests).toBeGreaterThan(2);
    const embeddings = (await eventsIn(helper)).filter(({ purpose }) => purpose === "embedding");
    expect(embeddings.reduce((sum, { inputTokens }) => sum + inputTokens, 0)).toBe(billed);
    expect(embeddings).toMatchObject([
      { provider: "biller", model: "embed-1", threadId, agentName: "helper" },
    ]);
  });
});

describe("a tool whose thread goes while it pays", () => {
  const paying = (remove: () => Promise<unknown>) =>
    defineTool({
      description: "Pays.",
      inputSchema: z.object({}),
      execute: async (ctx) => {
        ctx.recordUsage({ provider: "acme", costMicros: 7 });
        await remove();
      },
    });
  const paidIn = async (app: Ledger) =>
    (await eventsIn(app)).filter(({ purpose }) => purpose === "tool").map(({ costMicros }) => costMicros);

  test("has paid in a loop of the AI SDK", async () => {
    const helper = await anAgent([]);
    const { memory, ctx, threadId } = helper;
    const middleware = memoryMiddleware(memory, { ctx, as: OWNER, threadId, agentName: "loop" });
    const model = wrapLanguageModel({ model: billedModel([{ asks: "tool" }]), middleware });
    const tools = middleware.toolSet({ tool: paying(() => removed(helper)) });
    const { responseMessages } = await generateText({
      model,
      tools,
      stopWhen: isStepCount(1),
      prompt: "Go.",
    });
    const messages = responseMessages;
    expect(await codeOf(middleware.finish({ messages }))).toBe("RUN_NOT_FOUND");
    expect(await paidIn(helper)).toEqual([7]);
  });
});

/** Removes the thread, and waits until its run is gone. */
async function removed({ owner, ctx, threadId }: Pick<TestAgent, "owner" | "ctx" | "threadId">) {
  const { runId = "" } = (await owner.runs.latest(ctx, { threadId })) ?? {};
  await owner.threads.remove(ctx, { threadId });
  const isGone = async () => (await codeOf(owner.runs.isActive(ctx, { runId }))) === "RUN_NOT_FOUND";
  await vi.waitUntil(isGone, { timeout: 2_000, interval: 10 });
}

describe("a job behind a run", () => {
  const FACTS = JSON.stringify({ facts: [] });

  async function aTalk(model: BilledModel, words = 1) {
    const test = aMemory();
    const owner = test.memory.as(OWNER);
    const { threadId } = await owner.threads.create(test.ctx);
    const messages = Array.from({ length: words }, (_, index) => said("user", `Word ${index}. `.repeat(200)));
    await owner.messages.append(test.ctx, { threadId, messages });
    const removing = during(model, 1, async () => {
      await owner.threads.remove(test.ctx, { threadId });
    });
    return { ...test, owner, threadId, removing };
  }

  test("whose thread goes while its model reads was paid for: facts", async () => {
    const model = billedModel([{ says: FACTS }]);
    const talk = await aTalk(model);
    const { owner: memory, threadId, ctx } = talk;
    const work = extractFacts(ctx, { memory, threadId, model: talk.removing, maxRetries: 0 });
    expect(await codeOf(work)).toBe("THREAD_NOT_FOUND");
    expect(await ledgerOf(talk)).toEqual(model.bill);
    expect(await eventsIn(talk)).toMatchObject([{ purpose: "extraction", userId: OWNER.userId }]);
  });

  test("whose thread goes while its model reads was paid for: a summary", async () => {
    const model = billedModel([{ says: "A summary." }]);
    const talk = await aTalk(model, 20);
    const { owner: memory, threadId, ctx } = talk;
    const settings = { triggerTokens: 500, keepTokens: 100 };
    const work = compactThread(ctx, { memory, threadId, settings, maxTokens: 2_000, model: talk.removing });
    expect(await codeOf(work)).toBe("THREAD_NOT_FOUND");
    expect(await ledgerOf(talk)).toEqual(model.bill);
    expect(await eventsIn(talk)).toMatchObject([{ purpose: "compaction", userId: OWNER.userId }]);
  });

  test("of a worker that works for everybody is paid by the thread's owner, also where nothing came of it", async () => {
    const model = billedModel([{ says: "No facts at all." }]);
    const talk = await aTalk(model);
    await budget(talk);
    const worked = { target: {}, hasTime: () => true, abortSignal: new AbortController().signal };
    await extractionJob({ model, maxRetries: 0 })(talk.ctx, talk.memory, worked);
    expect(await ledgerOf(talk)).toEqual(model.bill);
    const { threadId } = talk;
    expect(await eventsIn(talk)).toMatchObject([
      { ...OWNER, threadId, purpose: "extraction", isFailed: true },
    ]);
    const [status] = await talk.owner.budgets.status(talk.ctx, {});
    expect(status).toMatchObject({ spent: model.bill.inputTokens + model.bill.outputTokens });
  });

  const budget = ({ memory, ctx }: Ledger) =>
    memory.asSystem().budgets.set(ctx, {
      ...{ per: "user", userId: OWNER.userId, tenantId: OWNER.tenantId },
      ...{ unit: "tokens", period: "day", limit: 1_000_000, mode: "hard" },
    });
});
