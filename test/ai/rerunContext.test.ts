// A saved call made again with another context: sections left out, narrowed, or recalled anew.
import { describe, expect, test } from "vitest";
import type { ScriptedModel } from "../../src/testing/scriptedModel.js";
import { answered, knowing, type Answered } from "./reruns.js";

const script = ["One.", "Two.", "Three.", "Four."].map((text) => ({ text }));
const definition = {
  blocks: ["user" as const],
  recall: { scopes: ["user" as const], kinds: ["fact" as const], maxTokens: 300 },
};

/** Asked twice, of a cat that is known as a fact, with a block in front. */
const aCat = () =>
  answered({
    ...{ script, definition, prompts: ["Hello?", "What is my cat called?"] },
    before: async (helper) => {
      await knowing("The cat is called Miro.", "The cat likes fish.")(helper);
      await helper.owner.blocks.create(helper.ctx, {
        scope: "user",
        label: "human",
        value: "Likes brevity.",
      });
    },
  });

const lastGiven = ({ calls }: ScriptedModel): string => JSON.stringify(calls.at(-1)?.prompt);
const sectionOf = ({ context }: Awaited<ReturnType<Answered["again"]>>, name: string) => {
  const found = context.sections.find(({ section }) => section === name);
  if (found === undefined) throw new TypeError(`There is no section ${name}.`);
  return found;
};

describe("a call made again with another context", () => {
  test("is shown everything when its plan is as it was", async () => {
    const { again, model, owner, ctx, answers } = await aCat();
    const given = lastGiven(model);
    expect(given).toMatch(/Likes brevity.*Hello\?.*called Miro/);
    const result = await again({ context: { maxTokens: 32_000 } });
    expect(result.context.isSame).toBe(true);
    expect(lastGiven(model)).toBe(given);
    const { sections } = await owner.contexts.explain(ctx, { messageId: answers[1] ?? "" });
    expect(result.context.sections).toEqual(sections);
  });

  test.each([
    ["blocks", { blocks: 0 }, "Likes brevity"],
    ["recalled", { recalled: 0 }, "called Miro"],
    ["tail", { tail: 0 }, "Hello?"],
  ] as const)(
    "without %s is shown none of it, and tells how much was left out",
    async (name, sections, word) => {
      const { again, model } = await aCat();
      const result = await again({ context: { sections } });
      expect(lastGiven(model)).not.toContain(word);
      expect(result.context.isSame).toBe(false);
      const section = sectionOf(result, name);
      expect(section).toMatchObject({ tokens: 0, items: [] });
      expect(section.leftOut.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0);
    },
  );

  test("without facts keeps what else was recalled", async () => {
    const { again, model } = await answered({
      script,
      prompts: ["What is my cat called?"],
      definition: { recall: { scopes: ["user"], kinds: ["fact", "chunk"], maxTokens: 400 } },
      before: async (helper) => {
        await knowing("The cat is called Miro.")(helper);
        const document = { scope: "user" as const, key: "cats", text: "# Cats\n\nA cat called Tom." };
        await helper.owner.documents.put(helper.ctx, document);
      },
    });
    expect(lastGiven(model)).toMatch(/Miro/);
    const result = await again({ context: { kinds: ["chunk"] } });
    expect(lastGiven(model)).not.toContain("Miro");
    expect(lastGiven(model)).toContain("Tom");
    expect(sectionOf(result, "recalled").items.map(({ kind }) => kind)).toEqual(["chunk"]);
  });

  test("recalls anew in the memory as it is now, and gives the new ids", async () => {
    const { again, model, owner, ctx } = await aCat();
    const { facts } = await owner.facts.append(ctx, {
      scope: "user",
      facts: [{ text: "The cat is called Felix in winter." }],
    });
    const result = await again({ context: { recall: {} } });
    expect(lastGiven(model)).toContain("Felix in winter");
    const { items } = sectionOf(result, "recalled");
    expect(items.map(({ id }) => id)).toContain(facts[0]?.factId);
    expect(items[0]?.why).toContain("found now for the prompt");
    expect(items.length).toBeGreaterThan(1);
    const narrow = await again({ context: { recall: { maxTokens: 30 } } });
    expect(sectionOf(narrow, "recalled").items).toHaveLength(1);
  });

  test("with too little room for its prompt is refused before the model is asked", async () => {
    const { again, model } = await aCat();
    await expect(again({ context: { maxTokens: 3 } })).rejects.toMatchObject({
      data: { code: "CONTEXT_TOO_SMALL", details: { maxTokens: 3 } },
    });
    expect(model.calls).toHaveLength(2);
  });

  test("leaves the oldest out first where there is less room", async () => {
    const { again, model } = await answered({
      script: [...script, { text: "Five." }],
      prompts: ["First?", "Second?", "Third?"],
    });
    const tokens = (await again()).context.tokens;
    await again({ context: { maxTokens: tokens - 1 } });
    expect(lastGiven(model)).not.toContain("First?");
    expect(lastGiven(model)).toMatch(/Second\?.*Third\?/);
  });
});
