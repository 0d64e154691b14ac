import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type AgentDefinition } from "../../src/ai/index.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER, STRANGER } from "../support/aMemory.js";
import { upload } from "../support/upload.js";
import { aDurableApp, hushed } from "./durableApp.js";
import { answersOf, givenAgain, givenTo } from "./replays.js";
import { anAgent, asksFor, messagesOf, weather, type TestAgent } from "./support.js";

const echo = defineTool({
  description: "Says so many letters.",
  inputSchema: z.object({ letters: z.number() }),
  execute: (_ctx, { letters }) => "ü".repeat(letters),
});
const tools = { weather, echo };
const says = (letters: number): ScriptedTurn => ({ toolCalls: [{ toolName: "echo", input: { letters } }] });

/** What a run may do: answer, ask for one or two tools, give or get long texts, think. */
const step = fc.oneof(
  fc.constant<ScriptedTurn>(asksFor("Oslo")),
  fc.constant<ScriptedTurn>({ ...asksFor("Oslo", "Bergen"), reasoning: "Hm.", text: "Let me see." }),
  fc.constantFrom(10, 9_000, 20_000, 70_000).map(says),
);
const turn = fc.record({
  prompt: fc.constantFrom("Cats?", "What of my cat Miro?", "Words ".repeat(40), "Long ".repeat(4_000)),
  steps: fc.array(step, { maxLength: 3 }),
  answer: fc.constantFrom("Miro.", "Cats ".repeat(60), "Long answer ".repeat(2_000)),
});
const turns = fc.array(turn, { minLength: 1, maxLength: 4 });
type Turn = { prompt: string; steps: ScriptedTurn[]; answer: string };

const scriptOf = (all: readonly Turn[]): ScriptedTurn[] =>
  all.flatMap(({ steps, answer }) => [...steps, { text: answer }]);

const definition: Partial<AgentDefinition> = {
  tools,
  blocks: ["thread", "user"],
  recall: { scopes: ["user"], maxTokens: 300 },
  context: { maxTokens: 30_000 },
};

/** The same with so little room that runs are pruned and summarised on the way. */
const tight: Partial<AgentDefinition> = {
  ...definition,
  compaction: {
    triggerTokens: 2_000,
    keepTokens: 800,
    minTokens: 100,
    pruning: { triggerTokens: 1_000, keepToolUses: 1 },
  },
};
const rooms = [
  ["with room", definition],
  ["that are compacted on the way", tight],
] as const;

/** Another thread of the owner, of which something is recalled. */
async function remember({ owner, ctx }: Pick<TestAgent, "owner" | "ctx">): Promise<string[]> {
  const { threadId } = await owner.threads.create(ctx, {});
  const said = ["My cat is called Miro.", "Cats like fish."].map((words) => ({
    role: "user" as const,
    parts: [{ type: "text" as const, text: words }],
  }));
  const { places } = await owner.messages.append(ctx, { threadId, messages: said });
  return places.map(({ messageId }) => messageId);
}

describe("replay gives what the model was given", () => {
  test.each(rooms)(
    "in an action, for every call of random turns %s",
    async (_, room) => {
      await fc.assert(
        fc.asyncProperty(turns, async (all) => {
          const helper = await anAgent(scriptOf(all), room);
          await remember(helper);
          for (const { prompt } of all)
            await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
          const answers = await answersOf(helper.ctx, helper.owner, helper.threadId);
          expect(answers).toHaveLength(helper.model.calls.length);
          for (const [index, messageId] of answers.entries()) {
            const replayed = await helper.owner.contexts.replay(helper.ctx, { messageId });
            if (replayed.kind !== "same") throw new TypeError(JSON.stringify(replayed));
            expect(await givenAgain(replayed.text)).toBe(givenTo(helper.model.calls[index]!));
          }
        }),
        { numRuns: 10 },
      );
    },
    120_000,
  );

  describe("in a durable run", () => {
    beforeEach(() => {
      vi.useFakeTimers();
      hushed();
    });
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });

    test.each(rooms)(
      "for every call of random turns %s",
      async (_, room) => {
        await fc.assert(
          fc.asyncProperty(turns, async (all) => {
            const app = await aDurableApp(scriptOf(all), room);
            await remember(app);
            for (const { prompt } of all) {
              await app.start(prompt);
              await app.finish();
            }
            const answers = await answersOf(app.ctx, app.owner, app.threadId);
            expect(answers).toHaveLength(app.model.calls.length);
            for (const [index, messageId] of answers.entries()) {
              const replayed = await app.owner.contexts.replay(app.ctx, { messageId });
              if (replayed.kind !== "same") throw new TypeError(JSON.stringify(replayed));
              expect(await givenAgain(replayed.text)).toBe(givenTo(app.model.calls[index]!));
            }
          }),
          { numRuns: 4 },
        );
      },
      120_000,
    );
  });
});

const ask = (helper: TestAgent, prompt: string) =>
  helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });

/** What replay says of the last answer. */
async function lastReplay(helper: TestAgent) {
  const answers = await answersOf(helper.ctx, helper.owner, helper.threadId);
  return await helper.owner.contexts.replay(helper.ctx, { messageId: answers.at(-1) ?? "" });
}

describe("replay names the source", () => {
  test("that was edited, or erased", async () => {
    const helper = await anAgent([{ text: "One." }, { text: "Two." }]);
    await ask(helper, "First?");
    await ask(helper, "Second?");
    expect((await lastReplay(helper)).kind).toBe("same");
    const [first] = await messagesOf(helper);
    const messageId = first?.messageId ?? "";
    await new Promise((resolve) => setTimeout(resolve, 2));
    await helper.owner.messages.update(helper.ctx, { messageId, parts: [{ type: "text", text: "Other?" }] });
    const place = { turn: 0, step: 0 };
    expect(await lastReplay(helper)).toEqual({
      kind: "SOURCE_CHANGED",
      source: { kind: "message", id: messageId, place },
    });
    await helper.owner.messages.remove(helper.ctx, { messageId });
    expect(await lastReplay(helper)).toEqual({ kind: "SOURCE_ERASED", source: { kind: "message", place } });
  });

  test("that was recalled and is erased or edited since, and keeps none of its words", async () => {
    for (const change of ["remove", "update"] as const) {
      const helper = await anAgent([{ text: "Yes." }], definition);
      const [id = ""] = await remember(helper);
      await ask(helper, "What is my cat Miro called?");
      const replayed = await lastReplay(helper);
      expect(replayed.kind === "same" && replayed.text).toContain("My cat is called Miro.");
      if (change === "remove") await helper.owner.messages.remove(helper.ctx, { messageId: id });
      else
        await helper.owner.messages.update(helper.ctx, {
          messageId: id,
          parts: [{ type: "text", text: "My cat is called Tom." }],
        });
      expect(await lastReplay(helper)).toEqual({
        kind: change === "remove" ? "SOURCE_ERASED" : "SOURCE_CHANGED",
        source: { kind: "message", id },
      });
      const kept = await helper.inside(async (db) =>
        JSON.stringify(await db.db.query("contextParts").collect()),
      );
      expect(kept).not.toContain("called Miro");
      expect(kept).toContain("Cats like fish");
    }
  });

  test("that was a file, and shows files while they are there", async () => {
    const model = { ...scriptedModel([{ text: "A picture." }]), supportedUrls: { "image/*": [/.*/] } };
    const helper = await anAgent([], { model: () => model });
    const storageId = await upload(helper, "bytes");
    const { fileId } = await helper.owner.files.register(helper.ctx, { storageId, mediaType: "image/png" });
    const prompt = [
      { type: "text" as const, text: "What is it?" },
      { type: "file" as const, mediaType: "image/png", file: { kind: "stored" as const, fileId } },
    ];
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
    const replayed = await lastReplay(helper);
    expect(replayed.kind).toBe("same");
    await helper.inside((db) => db.db.delete("files", fileId as never));
    expect(await lastReplay(helper)).toEqual({ kind: "SOURCE_ERASED", source: { kind: "file", id: fileId } });
  });

  test("that was a document, as soon as it is removed", async () => {
    const helper = await anAgent([{ text: "Paris." }], {
      recall: { scopes: ["user"], kinds: ["chunk"], maxTokens: 300 },
    });
    const { ctx, owner } = helper;
    const document = { scope: "user" as const, key: "towns", text: "# Towns\n\nThe secret town is Paris." };
    const { documentId } = await owner.documents.put(ctx, document);
    await ask(helper, "Which secret town?");
    const replayed = await lastReplay(helper);
    expect(replayed.kind === "same" && replayed.text).toContain("secret town is Paris");
    await owner.documents.remove(ctx, { documentId });
    expect(await lastReplay(helper)).toMatchObject({ kind: "SOURCE_ERASED", source: { kind: "chunk" } });
    await vi.waitFor(async () =>
      expect(
        await helper.inside(async (db) => JSON.stringify(await db.db.query("contextParts").collect())),
      ).not.toContain("Paris"),
    );
  });

  test("that was a fact, as soon as it is forgotten, and keeps none of its words", async () => {
    const helper = await anAgent([{ text: "Rex." }], {
      recall: { scopes: ["user"], kinds: ["fact"], maxTokens: 300 },
    });
    const { ctx, owner } = helper;
    const { facts } = await owner.facts.append(ctx, {
      scope: "user",
      facts: [{ text: "My dog is called Rex." }],
    });
    await ask(helper, "What is my dog called?");
    const replayed = await lastReplay(helper);
    expect(replayed.kind === "same" && replayed.text).toContain("dog is called Rex");
    const factId = facts[0]?.factId ?? "";
    await owner.facts.forget(ctx, { factId, reason: "The user asked." });
    expect(await lastReplay(helper)).toEqual({
      kind: "SOURCE_ERASED",
      source: { kind: "fact", id: factId },
    });
    const kept = await helper.inside(async (db) =>
      JSON.stringify(await db.db.query("contextParts").collect()),
    );
    expect(kept).not.toContain("called Rex");
  });

  test("a thread that is removed takes what others recalled of it along", async () => {
    const helper = await anAgent([{ text: "Yes." }], definition);
    const [id = ""] = await remember(helper);
    const { threadId } = await helper.owner.messages.get(helper.ctx, { messageId: id });
    await ask(helper, "What is my cat Miro called?");
    await helper.owner.threads.remove(helper.ctx, { threadId });
    await vi.waitFor(async () =>
      expect(
        await helper.inside(async (db) => JSON.stringify(await db.db.query("contextParts").collect())),
      ).not.toContain("called Miro"),
    );
    expect(await lastReplay(helper)).toMatchObject({ kind: "SOURCE_ERASED" });
  });

  test("after a run that failed with half an answer", async () => {
    const helper = await anAgent([{ text: "Half", error: "Cut." }], { maxRetries: 0 });
    const said = helper.agent.stream(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go." });
    expect(await codeOf(said)).toBe("MODEL_FAILED");
    const replayed = await lastReplay(helper);
    expect(replayed.kind === "same" && (await givenAgain(replayed.text))).toBe(
      givenTo(helper.model.calls[0]!),
    );
  });

  test("after a run that was canceled with half an answer", async () => {
    const text = "Half an answer, and more of it. ".repeat(8);
    const helper = await anAgent([{ text }], { chunks: 30, delayMs: 40, throttleMs: 0 });
    const going = helper.agent.stream(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go." });
    await vi.waitFor(async () => {
      const answer = (await messagesOf(helper))[1];
      const streamId = answer?.state.kind === "streaming" ? answer.state.streamId : "";
      const { chunks } = await helper.owner.streams.follow(helper.ctx, { streamId, after: 0 });
      expect(chunks).not.toEqual([]);
      await helper.owner.runs.cancel(helper.ctx, { runId: answer?.runId ?? "" });
    });
    expect((await going).state.kind).toBe("canceled");
    expect((await messagesOf(helper))[1]?.state.kind).toBe("failed");
    const replayed = await lastReplay(helper);
    expect(replayed.kind === "same" && (await givenAgain(replayed.text))).toBe(
      givenTo(helper.model.calls[0]!),
    );
  });

  test("nothing to a stranger, nor for a prompt", async () => {
    const helper = await anAgent([{ text: "One." }]);
    await ask(helper, "First?");
    const [prompt, answer] = await messagesOf(helper);
    const replay = (as: typeof OWNER, messageId = "") =>
      codeOf(helper.memory.as(as).contexts.replay(helper.ctx, { messageId }));
    expect(await replay(STRANGER, answer?.messageId)).toBe("TRACE_NOT_FOUND");
    expect(await replay(OWNER, prompt?.messageId)).toBe("TRACE_NOT_FOUND");
    expect(await replay(OWNER, answer?.messageId)).toBe("ok");
  });
});
