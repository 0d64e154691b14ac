import { generateText, isStepCount, tool, type ToolSet } from "ai";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createExtractiveModel } from "../../example/convex/models/extractive.js";
import { toldIn } from "../../example/convex/models/told.js";
import { renderBlocks, renderRecalled } from "../../src/shared/contextTexts.js";
import { ask, LOOP, passages, searching } from "./support.js";

const NOT_FOUND = "I found no answer to this in the documents.";
const DEPLOY = "I work in TypeScript and deploy on Fridays.";
const profile = {
  label: "profile",
  description: "Who the user is, and how they prefer to be answered.",
  value: "Joined in May.",
};

/** Tools as `memoryTools` makes them, which record what they were called with. */
function keeping(answer: unknown = { factId: "f1", known: false }) {
  const calls: [string, unknown][] = [];
  const remember = tool({
    inputSchema: z.object({ text: z.string(), key: z.string().optional() }),
    execute: (input) => {
      calls.push(["remember", input]);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const updateBlock = tool({
    inputSchema: z.object({ label: z.string(), append: z.string().optional(), value: z.string().optional() }),
    execute: (input) => {
      calls.push(["updateBlock", input]);
      return { version: 2 };
    },
  });
  return { calls, tools: { remember, updateBlock } };
}

/** A prompt as an agent with memory is given it. */
function told(
  prompt: string,
  tools: ToolSet,
  shown: { recalled?: string[]; blocks?: (typeof profile)[] } = {},
) {
  const recalled = renderRecalled(shown.recalled ?? []);
  const text = recalled === null ? prompt : `${recalled}\n${prompt}`;
  return generateText({
    model: createExtractiveModel(),
    system: ["Answer from the documents.", renderBlocks(shown.blocks ?? []) ?? ""].join("\n\n"),
    messages: [{ role: "user", content: text }],
    tools,
    stopWhen: isStepCount(6),
  });
}

describe("what a user asks to keep", () => {
  test("is kept by the tool for that, in the user's own words, and acknowledged", async () => {
    const { calls, tools } = keeping();
    const { text } = await told("Please remember that I work in TypeScript and deploy on Fridays", tools);
    expect(calls).toEqual([["remember", { text: DEPLOY }]]);
    expect(text).toBe(`I will remember: “${DEPLOY}”`);
  });

  test.for([
    ["Note that the office is closed in May.", "The office is closed in May."],
    ["Note: the office is closed in May.", "The office is closed in May."],
    ["Don't forget that my dog is called Rex.", "My dog is called Rex."],
    ["Keep in mind I am allergic to nuts!", "I am allergic to nuts!"],
    ["Remember to run the linter.", "Remember to run the linter."],
    ["From now on, answer in German.", "From now on, answer in German."],
    ["Always name the file.", "Always name the file."],
  ])("is found in: %s", async ([prompt, text]) => {
    const { calls, tools } = keeping();
    await told(prompt!, tools);
    expect(calls).toEqual([["remember", { text }]]);
  });

  test.for([
    "Remember when we met?",
    "Do you remember what I told you?",
    "Remember what I said about loops",
    "What does a note hold?",
    "I prefer tabs.",
    "Remember that.",
  ])("is not in: %s", async (prompt) => {
    const { calls, tools } = keeping();
    await told(prompt, tools);
    expect(calls).toEqual([]);
  });

  test("goes into the block that it belongs to, where the prompt shows one", async () => {
    const { calls, tools } = keeping();
    const prompt = `Remember that ${DEPLOY} From now on, I prefer short answers.`;
    const { text } = await told(prompt, tools, { blocks: [profile] });
    const preference = "From now on, I prefer short answers.";
    expect(calls).toEqual([
      ["remember", { text: DEPLOY }],
      ["updateBlock", { label: "profile", append: preference }],
    ]);
    expect(text).toBe(`I will remember: “${DEPLOY}”\nI noted in “profile”: “${preference}”`);
  });

  test("goes into the block that it names, and not into one that it has nothing to do with", async () => {
    const { calls, tools } = keeping();
    const travel = { label: "travel", description: "Plans for trips.", value: "None." };
    const blocks = [profile, travel];
    await told("Remember that travel is by train. From now on, skip the weather.", tools, { blocks });
    expect(calls).toEqual([
      ["updateBlock", { label: "travel", append: "Travel is by train." }],
      ["remember", { text: "From now on, skip the weather." }],
    ]);
  });

  test("is not written into a block twice", async () => {
    const { calls, tools } = keeping();
    const preference = "From now on, I prefer short answers.";
    const blocks = [{ ...profile, value: `Joined in May.\n${preference}` }];
    const { text } = await told(preference, tools, { blocks });
    expect(calls).toEqual([]);
    expect(text).toBe(`“profile” says this already: “${preference}”`);
  });

  test("is told apart when it was known, and when the tool refused it", async () => {
    const known = keeping({ factId: "f1", known: true });
    expect((await told(`Remember that ${DEPLOY}`, known.tools)).text).toBe(
      `I knew this already: “${DEPLOY}”`,
    );
    const refused = keeping(new Error("the disk is full"));
    const { text } = await told(`Remember that ${DEPLOY}`, refused.tools);
    expect(text).toContain("I could not keep this");
    expect(text).toContain("the disk is full");
    expect(refused.calls).toHaveLength(1);
  });

  test("does not hide the question beside it", async () => {
    const { calls, tools } = keeping();
    const { queries, tools: search } = searching();
    const prompt = `Remember that ${DEPLOY} How do I stop the tool loop?`;
    const { text } = await told(prompt, { ...search, ...tools });
    expect(calls).toHaveLength(1);
    expect(queries).toEqual(["stop tool loop"]);
    expect(text).toMatch(/^I will remember: /);
    expect(text).toContain(LOOP);
  });

  test("is part of the question where no tool can keep it", async () => {
    const { queries, tools } = searching();
    await ask("Remember that tools stop the loop.", tools);
    expect(queries).toEqual(["remember tools stop loop"]);
  });

  test("leaves a prompt without such words as it is", () => {
    const plain = fc.array(fc.constantFrom("How", "tools", "stop", "loop?", "I", "test.", "\n"), {
      minLength: 1,
    });
    fc.assert(
      fc.property(plain, (words) => {
        const prompt = words.join(" ");
        const { told: found, rest } = toldIn(prompt);
        expect(found).toEqual([]);
        expect(rest.replace(/\s+/g, " ").trim()).toBe(prompt.replace(/\s+/g, " ").trim());
      }),
    );
  });
});

describe("what memory shows beside a prompt", () => {
  const fact = `[fact]\n${DEPLOY}`;
  const blocks = [{ ...profile, value: "Joined in May.\nI prefer short answers." }];

  test("answers what someone asks about themselves, quoted and cited, without a search", async () => {
    const { queries, tools } = searching();
    const prompt = "Which day do I deploy, and what kind of answers do I prefer?";
    const { text, steps } = await told(prompt, tools, { recalled: [fact], blocks });
    expect(queries).toEqual([]);
    expect(steps).toHaveLength(1);
    expect(text).toBe(
      `From memory: “${DEPLOY}” [fact]\n\nFrom memory: “I prefer short answers.” [block profile]`,
    );
  });

  test("answers before documents where it bears on the question better, and only there", async () => {
    const recalled = [
      "[fact team.deploy]\nOur team deploys the bakery shop on Fridays.",
      `[fact]\nTool loops are fun.`,
    ];
    const { tools } = searching();
    const better = await told("When is the bakery shop deployed?", tools, { recalled });
    expect(better.text).toBe(
      "From memory: “Our team deploys the bakery shop on Fridays.” [fact team.deploy]",
    );
    const worse = await told("How do I stop the tool loop?", tools, { recalled });
    expect(worse.text).toContain(LOOP);
    expect(worse.text).not.toContain("From memory");
  });

  test("answers from what was merely said where nothing else does, never with a question or a request", async () => {
    const { tools } = searching();
    const recalled = [
      "[message 0.0]\nWhere does Rosa keep the spare key?",
      "[message 2.0]\nFind the spare key of Rosa.",
      "[message 3.0]\nRosa keeps the spare key under the mat.",
    ];
    const { text } = await told("Where is the spare key of Rosa?", tools, { recalled });
    expect(text).toBe("From memory: “Rosa keeps the spare key under the mat.” [message 3.0]");
    const asked = await told("Where is the spare key of Rosa?", tools, { recalled: recalled.slice(0, 2) });
    expect(asked.text).toBe(NOT_FOUND);
  });

  test("gives no earlier answer out for a source where it quotes documents", async () => {
    const { tools } = searching([]);
    const recalled = [`[message 1.3]\nSet a limit of steps to stop the tool loop earlier. ${LOOP}`];
    expect((await told("How do I stop the tool loop?", tools, { recalled })).text).toBe(NOT_FOUND);
  });

  test("is searched by its own tool: first for a personal question, else when documents hold nothing", async () => {
    const order: string[] = [];
    const recall = tool({
      inputSchema: z.object({ query: z.string() }),
      execute: () => {
        order.push("recall");
        return [{ from: "[fact]", factId: "f1", text: DEPLOY }];
      },
    });
    const search = tool({
      inputSchema: z.object({ query: z.string() }),
      execute: () => {
        order.push("search");
        return passages;
      },
    });
    const personal = await told("When do I deploy?", { search, recall });
    expect(order.splice(0)).toEqual(["recall"]);
    expect(personal.text).toBe(`From memory: “${DEPLOY}” [fact]`);
    expect((await told("How do I stop the tool loop?", { search, recall })).text).toContain(LOOP);
    expect(order.splice(0)).toEqual(["search"]);
    expect((await told("What is the capital of Peru?", { search, recall })).text).toBe(NOT_FOUND);
    expect(order).toEqual(["search", "recall"]);
  });

  test("is all there is for a question about who asks, where no sentence of a document has its words", async () => {
    const { tools } = searching([
      { text: "Bookstores with cats sell more books. A tool is called once.", citation: LOOP },
      { text: "Every agent that you write stops the loop by a limit.", citation: "[Agents › Limits]" },
    ]);
    expect((await told("What is my cat called?", tools)).text).toBe(NOT_FOUND);
    expect((await told("What stops the loop of my agent?", tools)).text).toContain("[Agents › Limits]");
  });

  test("answers an agent without tools", async () => {
    expect((await told("When do I deploy?", {}, { recalled: [fact] })).text).toContain(DEPLOY);
  });

  test("is not asked to keep anything: it is a source and no prompt", async () => {
    const { calls, tools } = keeping();
    await told("When do I deploy?", tools, { recalled: ["[message 0.0]\nRemember that I like tea."] });
    expect(calls).toEqual([]);
  });

  test("is quoted word for word: every claim is in the passage that it cites", async () => {
    const word = fc.constantFrom("deploy", "Friday", "tool", "loop", "answers", "short", "team");
    const text = fc.array(word, { minLength: 2, maxLength: 8 }).map((words) => `I ${words.join(" ")}.`);
    const entry = fc.record({ citation: fc.constantFrom("[fact]", "[fact a.b]", "[message 1.0]"), text });
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 4 }),
        fc.array(word, { minLength: 1 }),
        async (shown, asked) => {
          const recalled = shown.map((each) => `${each.citation}\n${each.text}`);
          const answer = await told(`What is my ${asked.join(" ")}?`, searching([]).tools, { recalled });
          for (const [, quote = "", citation] of answer.text.matchAll(/“([^”]*)” (\[[^\]]*\])/g))
            expect(shown.some((each) => each.citation === citation && each.text.includes(quote))).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});
