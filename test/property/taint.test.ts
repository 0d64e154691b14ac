// Promise 4: nothing recalled is learned again. Whatever is injected into prompts, extraction reads only what was said.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineAgent, defineTool, extractFacts } from "../../src/ai/index.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { idOfThread } from "../support/component.js";
import { aMemory, OWNER, said } from "../support/aMemory.js";
import { z } from "zod";

/** Stands in every text that a model may be shown and nobody has said. */
const INJECTED = "zeppelin";

type Happening =
  | "a turn that recalls"
  | "a tool that answers"
  | "a turn that fails"
  | "a block"
  | "a summary"
  | "a trace"
  | "a document"
  | "a fact"
  | "an extraction";

const happening = fc.constantFrom<Happening>(
  "a turn that recalls",
  "a tool that answers",
  "a turn that fails",
  "a block",
  "a summary",
  "a trace",
  "a document",
  "a fact",
  "an extraction",
);

async function aScene() {
  const test = aMemory();
  const { ctx, memory } = test;
  const owner = memory.as(OWNER);
  const { threadId } = await owner.threads.create(ctx);
  const prompts: string[] = [];
  const readings: string[] = [];
  let number = 0;
  let answers: ScriptedTurn[] = [];
  const model = scriptedModel(
    Array.from({ length: 200 }, () => (asked) => {
      prompts.push(JSON.stringify(asked.prompt));
      const next = answers.shift() ?? { text: "Fine." };
      return typeof next === "function" ? next(asked) : next;
    }),
  );
  const embedder = deterministicEmbedder();
  const search = defineTool({
    description: "Searches.",
    inputSchema: z.object({}),
    execute: () => ({ found: `the ${INJECTED} of a tool` }),
  });
  const agent = defineAgent(memory, {
    name: "helper",
    model: () => model,
    instructions: `Never say ${INJECTED}.`,
    tools: { search },
    recall: { scopes: ["user", "thread"], maxTokens: 500 },
    embeddingModel: () => embedder,
  });
  const turn = async (...script: ScriptedTurn[]) => {
    answers = script;
    number += 1;
    const prompt = `Word ${number} of the user.`;
    await agent.generate(ctx, { as: OWNER, threadId, prompt, maxRetries: 0 } as never).catch(() => null);
    return prompt;
  };
  const reader = scriptedModel(
    Array.from({ length: 200 }, () => (asked) => {
      const shown = JSON.stringify(asked.prompt);
      readings.push(shown);
      // A model that copies what it was shown beside the messages: it names no message for it.
      return {
        text: JSON.stringify({ facts: [{ text: `Copied: ${shown.slice(0, 2_000)}`, messages: [99] }] }),
      };
    }),
  );
  const extract = () => extractFacts(ctx, { memory: owner, threadId, model: reader, maxCalls: 20 });
  return { ...test, owner, threadId, turn, prompts, readings, extract };
}

type Scene = Awaited<ReturnType<typeof aScene>>;

async function happen(scene: Scene, what: Happening, number: number): Promise<string[]> {
  const { owner, ctx, threadId, inside } = scene;
  const text = `The ${INJECTED} of ${what}, ${number}: word of the user.`;
  const id = idOfThread(threadId);
  switch (what) {
    case "a turn that recalls":
      return [await scene.turn({ text: "Fine." })];
    case "a tool that answers":
      return [await scene.turn({ toolCalls: [{ toolName: "search", input: {} }] }, { text: "Found it." })];
    case "a turn that fails":
      return [await scene.turn({ error: `Broke over the ${INJECTED}.` })];
    case "a block":
      await owner.blocks.create(ctx, { scope: "thread", threadId, label: `b${number}`, value: text });
      return [];
    case "a summary": {
      const place = { turn: 0, step: 0 };
      await inside((db) =>
        db.db.insert("summaries", {
          ...{ threadId: id, scope: "x", from: place, to: place },
          ...{ text, tokens: 9, number: 0 },
        }),
      );
      return [];
    }
    case "a trace":
      await inside(async (db) => {
        const partId = await db.db.insert("contextParts", { owner: threadId, hash: text });
        await db.db.insert("contextTexts", { partId, piece: 0, text });
      });
      return [];
    case "a document":
      await owner.documents.put(ctx, { scope: "user", key: `d${number}`, text });
      return [];
    case "a fact":
      await owner.facts.append(ctx, { scope: "user", facts: [{ text }] });
      return [];
    case "an extraction":
      await scene.extract();
      return [];
  }
}

/** What a reading shows as said: the known facts before it are facts, not news. */
const saidIn = (reading: string): string => reading.slice(reading.lastIndexOf("Messages:"));

describe("whatever was injected", () => {
  test("no extraction reads it, no model's copy of it becomes a fact, and all that was said is read once", async () => {
    let injections = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 4, maxLength: 12 }), async (script) => {
        const scene = await aScene();
        const { owner, ctx, threadId } = scene;
        await owner.messages.append(ctx, { threadId, messages: [said("user", "Word 0 of the user.")] });
        const words = ["Word 0 of the user."];
        for (const [number, what] of script.entries()) words.push(...(await happen(scene, what, number)));
        await scene.extract();
        injections += scene.prompts.filter((prompt) => prompt.slice(60).includes(`The ${INJECTED}`)).length;
        const read = scene.readings.map(saidIn).join("\n");
        expect(read).not.toContain(INJECTED);
        for (const word of words) expect(read.split(word).length - 1, word).toBe(1);
        const { page } = await owner.facts.list(ctx, {
          scope: "user",
          status: "any",
          cursor: null,
          limit: 100,
        });
        expect(page.filter(({ origin }) => origin === "extraction")).toEqual([]);
        const entries = await scene.inside((db) => db.db.query("recallEntries").collect());
        const ofMessages = entries
          .filter(({ kind }) => kind === "message")
          .map(({ searchText }) => searchText);
        expect(ofMessages.join("\n")).not.toContain(INJECTED);
      }),
      { numRuns: 25 },
    );
    expect(injections, "recalled text was in prompts, or this test shows nothing").toBeGreaterThan(0);
  });
});
