// How long the built-in model's answers are: by its own setting, and by what the instructions ask for.
import { generateText } from "ai";
import { describe, expect, test } from "vitest";
import { answerSentences } from "../../example/convex/models/answerLength.js";
import { createExtractiveModel } from "../../example/convex/models/extractive.js";

const prompt = [
  "Sum this up:",
  "Cats sleep most of the day. Cats hunt at night. Cats like high places. Cats purr when they rest.",
  "Dogs sleep at night. Dogs hunt in packs. Dogs like long walks. Dogs bark at cats.",
].join("\n");
const sentencesIn = (text: string): number => text.match(/[.!?](?=\s|$)/g)?.length ?? 0;
const asked = (instructions: string) => ({ prompt: [{ role: "system" as const, content: instructions }] });

describe("an answer of the built-in model", () => {
  test("has as many sentences as it may, and no more than the instructions ask for", async () => {
    const said = async (sentences?: number, instructions = "You sum up.") => {
      const model = createExtractiveModel(sentences === undefined ? {} : { sentences });
      const { text } = await generateText({ model, instructions, prompt });
      return sentencesIn(text);
    };
    expect(await said()).toBeGreaterThan(2);
    expect(await said(2)).toBe(2);
    expect(await said(undefined, "You sum up. Answer in one sentence.")).toBe(1);
    expect(await said(2, "Answer with 5 sentences.")).toBe(2);
  });

  test.each([
    ["Answer in one sentence.", 1],
    ["Use at most 3 sentences, please.", 3],
    ["Write no more than two sentences", 2],
    ["in 0 sentences", 1],
    ["in 99 sentences", 6],
    ["A sentence is enough.", 6],
  ])("reads %j", (instructions, sentences) => {
    expect(answerSentences(asked(instructions), 6)).toBe(sentences);
  });
});
