// What goes wrong in the middle of whole turns: nothing half-written, nothing lost, and the thread goes on.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER, said } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers, stateOf } from "../ai/durableApp.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "../ai/support.js";

const recall = { scopes: ["user" as const, "thread" as const], maxTokens: 500 };
const ask = (helper: TestAgent, prompt: string) =>
  helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
const promptOf = (helper: TestAgent, call: number): string =>
  JSON.stringify(helper.model.calls[call]?.prompt);
const tool = (execute: (input: unknown) => unknown) =>
  defineTool({
    description: "Does it.",
    inputSchema: z.looseObject({}),
    execute: (_ctx, input) => execute(input),
  });
const asks = (input: unknown) => ({ toolCalls: [{ toolName: "use", input }] });

describe("a thread of very long messages", () => {
  test("of fifty messages of 340 KB takes a turn with recall in three calls, and shows the model their starts", async () => {
    const embedder = deterministicEmbedder();
    const helper = await anAgent([{ text: "Short." }, { text: "Still short." }], {
      recall,
      embeddingModel: () => embedder,
      compaction: false,
    });
    const { owner, ctx, threadId } = helper;
    for (let index = 0; index < 50; index += 10) {
      const messages = Array.from({ length: 10 }, (_, place) =>
        said(place % 2 === 0 ? "user" : "assistant", `Number ${index + place}. ${"lorem ".repeat(58_000)}`),
      );
      await owner.messages.append(ctx, { threadId, messages });
    }
    helper.calls.length = 0;
    expect((await ask(helper, "And now?")).text).toBe("Short.");
    expect(helper.calls).toEqual(["turns.begin", "recall.search", "turns.saveStep"]);
    expect(promptOf(helper, 0)).toContain("Number 49.");
    expect(promptOf(helper, 0).length).toBeLessThan(300_000);
    expect((await ask(helper, "And now again?")).text).toBe("Still short.");
    expect(embedder.calls.flat().every((value) => value.length <= 8 * 1024)).toBe(true);
    const { messages } = await owner.threads.get(ctx, { threadId });
    expect(messages).toBe(54);
  });

  test("keeps a result of 5 MB whole through a turn, and later turns see its start", async () => {
    const output = "é".repeat(2_500_000);
    const helper = await anAgent([asks({}), { text: "Long." }, { text: "Yes." }], {
      tools: { use: tool(() => output) },
    });
    await ask(helper, "Get it.");
    await ask(helper, "Was it long?");
    expect(promptOf(helper, 2).length).toBeLessThan(100_000);
    const [, , result] = await messagesOf(helper);
    const messageId = result?.messageId ?? "";
    expect(await helper.owner.messages.read(helper.ctx, { messageId, part: 0 })).toBe(output);
    expect(transcript(await messagesOf(helper)).slice(3)).toEqual([
      "assistant: Long.",
      "user: Was it long?",
      "assistant: Yes.",
    ]);
  });
});

describe("an embedder that goes wrong in a turn", () => {
  const pendingOf = async ({ owner, ctx, threadId }: TestAgent) =>
    (await owner.embeddings.listPending(ctx, { threadId, limit: 32 })).map((entry) => entry.text);
  const vectorsOf = async (helper: TestAgent) =>
    Object.entries(await helper.countRows()).filter(([table]) => table.startsWith("vectors_"));

  test("leaves what it could not embed to the next turn, which embeds it with its own", async () => {
    const embedder = deterministicEmbedder({ failFromCall: 0 });
    const helper = await anAgent([{ text: "Noted." }, { text: "Fine." }], {
      recall,
      embeddingModel: () => embedder,
    });
    await ask(helper, "My cat is called Miro.");
    expect(await pendingOf(helper)).toEqual(["My cat is called Miro.", "Noted."]);
    expect(await vectorsOf(helper)).toEqual([]);
    const { page: events } = await helper.owner.usage.list(helper.ctx, {
      threadId: helper.threadId,
      cursor: null,
    });
    expect(events.map(({ purpose }) => purpose)).toEqual(["answer"]);
    embedder.failFromCall = Infinity;
    await ask(helper, "What else?");
    expect(embedder.calls.at(-1)?.toSorted()).toEqual(["My cat is called Miro.", "Noted.", "What else?"]);
    expect(await pendingOf(helper)).toEqual(["Fine."]);
    expect(await vectorsOf(helper)).toEqual([["vectors_256", 3]]);
  });

  test("writes no vector when its vectors have no length that is kept, and embeds all once they have", async () => {
    const broken = { ...deterministicEmbedder({ dimensions: 4096 }) };
    const healthy = deterministicEmbedder();
    broken.doEmbed = async (options) => {
      const made = await healthy.doEmbed(options);
      return {
        ...made,
        embeddings: made.embeddings.map((vector) => [...vector, ...new Array<number>(4_000).fill(0)]),
      };
    };
    const helper = await anAgent([{ text: "One." }, { text: "Two." }], {
      recall,
      embeddingModel: () => broken,
    });
    const { warnings } = await ask(helper, "First?");
    expect(warnings).toHaveLength(1);
    expect(await vectorsOf(helper)).toEqual([]);
    broken.doEmbed = (options) => healthy.doEmbed(options);
    await ask(helper, "Second?");
    expect(await vectorsOf(helper)).toEqual([["vectors_256", 3]]);
  });
});

const input = {
  $ref: "#/a",
  _id: "x",
  größe: "ü",
  键: { "🙂": [1, null] },
  "": { "a.b": -0 },
  "\u0000": "\u0000",
};

describe("what a model or a tool says that is no ordinary text", () => {
  test("keys with $, beyond ASCII and empty ones go through call, tool, result, the next prompt and the next turn", async () => {
    let given: unknown;
    const use = tool((value) => (given = value));
    const helper = await anAgent([asks(input), { text: "Done." }, { text: "Again." }], { tools: { use } });
    await ask(helper, "Go.");
    await ask(helper, "What was it?");
    expect(given).toEqual(JSON.parse(JSON.stringify(input)));
    for (const call of [1, 2])
      for (const part of ["tool-call", "tool-result"])
        expect(partsOf(helper, call, part)).toEqual([JSON.parse(JSON.stringify(input))]);
  });

  test("half an emoji from a model or a tool is replaced, not refused", async () => {
    const use = tool(() => `cut ${"😀".slice(0, 1)}`);
    const helper = await anAgent([asks({ half: "\ud83d" }), { text: `Bye ${"😀".slice(0, 1)}` }], {
      tools: { use },
    });
    const { text: said } = await ask(helper, "Go.");
    expect(said.startsWith("Bye ")).toBe(true);
    expect(transcript(await messagesOf(helper)).slice(1)).toEqual([
      'assistant: use({"half":"\\ud83d"})',
      "tool: text cut \uFFFD",
      "assistant: Bye \uFFFD",
    ]);
  });
});

type Shown = { type: string; input?: unknown; output?: { value: unknown } };
function partsOf(helper: Pick<TestAgent, "model">, call: number, type: string): unknown[] {
  return (helper.model.calls[call]?.prompt ?? []).flatMap(({ content }) =>
    typeof content === "string"
      ? []
      : (content as Shown[])
          .filter((part) => part.type === type)
          .map((part) => part.input ?? part.output?.value),
  );
}

describe("a thread that was removed", () => {
  test("takes no turn, and no model is asked", async () => {
    const helper = await anAgent([{ text: "Never." }]);
    const { owner, ctx, threadId } = helper;
    await owner.threads.remove(ctx, { threadId });
    expect(await codeOf(ask(helper, "Hello?"))).toBe("THREAD_NOT_FOUND");
    expect(helper.model.calls).toEqual([]);
  });

  test("while its turn is under way ends the turn, and leaves of it the ledger's rows, and what the agent is", async () => {
    const removeThread = async () => {
      await helper.owner.threads.remove(helper.ctx, { threadId: helper.threadId });
      await vi.waitFor(async () => expect((await helper.countRows()).threads).toBeUndefined());
    };
    const helper: TestAgent = await anAgent([asks({}), { text: "Too late." }], {
      tools: { use: tool(removeThread) },
    });
    expect(await codeOf(ask(helper, "Go."))).toBe("RUN_NOT_FOUND");
    await helper.t.finishInProgressScheduledFunctions();
    expect(await helper.countRows()).toEqual({ contextParts: 1, scopeCounts: 1, usageEvents: 2 });
  });
});

describe("a model that goes wrong", () => {
  test("in the middle of a tool's input leaves its words, and no half call to later contexts", async () => {
    const model = scriptedModel([{ text: "Better now." }]);
    const helper = await anAgent([], { tools: { use: tool(() => "never") }, model: () => model });
    const said: object[] = [
      { type: "stream-start", warnings: [] },
      { type: "text-start", id: "t" },
      { type: "text-delta", id: "t", delta: "Let me" },
      { type: "tool-input-start", id: "c", toolName: "use" },
      { type: "tool-input-delta", id: "c", delta: '{"half":' },
      { type: "error", error: new TypeError("Connection lost.") },
    ];
    const stream = new ReadableStream({
      start: (controller) => {
        for (const part of said) controller.enqueue(part);
        controller.close();
      },
    });
    const doStream = vi.spyOn(model, "doStream").mockResolvedValueOnce({ stream: stream as never });
    const { agent, ctx, threadId } = helper;
    expect(await codeOf(agent.stream(ctx, { as: OWNER, threadId, prompt: "Go." }))).toBe("MODEL_FAILED");
    expect(doStream).toHaveBeenCalledTimes(1);
    expect(transcript(await messagesOf(helper))).toEqual(["user: Go.", "assistant: Let me"]);
    expect((await agent.stream(ctx, { as: OWNER, threadId, prompt: "Again." })).text).toBe("Better now.");
    expect(JSON.stringify(model.calls[0]?.prompt)).not.toMatch(/Let me|half/);
  });

  test.each([NaN, -1, Infinity])(
    "and counts %d tokens loses no answer: what it used is estimated",
    async (tokens) => {
      const usage = { inputTokens: tokens, outputTokens: 3, cachedInputTokens: tokens, reasoningTokens: 0 };
      const helper = await anAgent([{ text: "Hi.", usage }]);
      const { text: answer, runId } = await ask(helper, "Go.");
      expect(answer).toBe("Hi.");
      const { totals } = await helper.owner.runs.get(helper.ctx, { runId });
      expect(totals).toMatchObject({ calls: 1, outputTokens: 3 });
      expect(totals.inputTokens).toBeGreaterThan(0);
      const { page } = await helper.owner.usage.list(helper.ctx, { runId, cursor: null });
      expect(page).toMatchObject([{ isEstimated: true, inputTokens: totals.inputTokens }]);
    },
  );
});

describe("a durable run", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    hushed();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test("takes strange keys through its tool, and keeps a result of 5 MB whole", async () => {
    const given: unknown[] = [];
    const use = tool((value) => {
      given.push(value);
      return given.length === 1 ? value : "é".repeat(2_500_000);
    });
    const app = await aDurableApp([asks(input), asks({}), { text: "Done." }], { tools: { use } });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(given[0]).toEqual(JSON.parse(JSON.stringify(input)));
    expect(partsOf(app, 1, "tool-result")).toEqual(given.slice(0, 1));
    const messages = await messagesOf(app);
    const read = { messageId: messages[4]?.messageId ?? "", part: 0 };
    expect((await app.owner.messages.read(app.ctx, read)).length).toBe(2_500_000);
    expect(await leftovers(app)).toEqual({});
  });
});
