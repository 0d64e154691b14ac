import { generateText, Output, tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createExtractiveModel } from "../../example/convex/models/extractive.js";
import { ask, LOOP, passages, question, searching, TESTING } from "./support.js";

describe("the extractive model with a search tool", () => {
  test("searches for the question's content words, then answers with cited sentences", async () => {
    const { queries, tools } = searching();
    const result = await ask(question, tools);
    expect(queries).toEqual(["stop tool loop"]);
    expect(result.steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);
    expect(result.text).toBe(
      `The tool loop stops when the model answers without a tool call. ${LOOP} ` +
        `Set a limit of steps to stop the tool loop earlier. ${LOOP}`,
    );
  });

  test("asks one search for each part of a question, in parallel, and answers each part", async () => {
    const { queries, tools } = searching();
    const result = await ask(
      "How do I stop the tool loop, and how can I test code without a real model?",
      tools,
    );
    expect(queries).toEqual(["stop tool loop", "test code without real model"]);
    expect(result.steps).toHaveLength(2);
    expect(result.text).toContain(LOOP);
    expect(result.text).toContain(
      `Mock providers let you test your code without calling a real model. ${TESTING}`,
    );
  });

  test("lends a follow-up the words of the question before it", async () => {
    const { queries, tools } = searching();
    await generateText({
      model: createExtractiveModel(),
      tools,
      messages: [
        { role: "user", content: "How do I stop the tool loop?" },
        { role: "assistant", content: "By a limit." },
        { role: "user", content: "And why?" },
      ],
    });
    expect(queries).toEqual(["stop tool loop"]);
  });

  test("asks for the prompt alone where an agent's memory is shown beside it", async () => {
    const { queries, tools } = searching();
    const recalled = "<recalled>\n\n[message 0.1]\nHow can I test code without a real model?\n\n</recalled>";
    await ask(`${recalled}\n${question}`, tools);
    expect(queries).toEqual(["stop tool loop"]);
  });

  test("says so where the documents hold no answer, and invents none", async () => {
    for (const result of [passages, [], {}, null, "nothing found"]) {
      const { tools } = searching(result);
      expect((await ask("What is the capital of Peru?", tools)).text).toBe(
        "I found no answer to this in the documents.",
      );
    }
  });

  test("tells of a search that failed, and does not search again", async () => {
    let calls = 0;
    const search = tool({
      inputSchema: z.object({ query: z.string() }),
      execute: (): string => {
        calls++;
        throw new Error("index is offline");
      },
    });
    const { text } = await ask(question, { search });
    expect(text).toContain("index is offline");
    expect(calls).toBe(1);
  });

  test("reads texts, nested hits, JSON in a string and content parts alike", async () => {
    const expected = "Set a limit of steps to stop the tool loop earlier.";
    const shapes: unknown[] = [
      { hits: [{ score: 1, chunk: { text: expected, citation: LOOP } }] },
      JSON.stringify([{ text: expected, citation: LOOP }]),
      `${LOOP}\n${expected}`,
      `${expected} ${LOOP}`,
      [`${expected} ${LOOP}`],
    ];
    for (const shape of shapes) {
      const { tools } = searching(shape);
      expect((await ask(question, tools)).text).toBe(`${expected} ${LOOP}`);
    }
    const { tools } = searching(expected);
    expect((await ask(question, tools)).text).toBe(expected);
  });

  test("reads more of the best hit once, when the hits answer thinly", async () => {
    const keys: string[] = [];
    const read = tool({
      inputSchema: z.object({ key: z.string() }),
      execute: ({ key }) => {
        keys.push(key);
        return {
          text: "A loop that must stop the tool after ten rounds takes a limit of ten.",
          citation: LOOP,
        };
      },
    });
    const { tools } = searching(passages.slice(0, 1));
    const thin = await ask("Which limit stops the loop after ten rounds?", { ...tools, read });
    expect(keys).toEqual(["agents.mdx"]);
    expect(thin.text).toContain("after ten rounds takes a limit of ten");
    await ask(question, { ...tools, read });
    expect(keys).toHaveLength(1);
  });

  test("takes a sub-agent that wants a question for a search", async () => {
    const prompts: string[] = [];
    const askResearcher = tool({
      inputSchema: z.object({ prompt: z.string() }),
      execute: ({ prompt }) => {
        prompts.push(prompt);
        return `Set a limit of steps to stop the tool loop. ${LOOP}`;
      },
    });
    const { text } = await ask(question, { askResearcher });
    expect(prompts).toEqual([question]);
    expect(text).toBe(`Set a limit of steps to stop the tool loop. ${LOOP}`);
  });

  test("answers from a result of 5 MB", async () => {
    const { tools } = searching([
      { text: `${"[ (`* <a ".repeat(600_000)}`, citation: "[a › b]" },
      ...passages,
    ]);
    expect((await ask(question, tools)).text).toContain(LOOP);
  });
});

describe("the extractive model without tools", () => {
  const history = [
    { role: "user" as const, content: "Collect sources on loops" },
    {
      role: "assistant" as const,
      content: `The loop stops at a limit of steps. ${LOOP}\n\nMock providers test the loop. ${TESTING} Bananas grow in warm places.`,
    },
  ];

  test("sums up the conversation with the citations that its sentences had", async () => {
    const { text } = await generateText({
      model: createExtractiveModel(),
      system: "Write a brief. Cite as [document › heading].",
      messages: [...history, { role: "user", content: "Write the brief about the loop" }],
    });
    expect(text).toContain(`The loop stops at a limit of steps. ${LOOP}`);
    expect(text).toContain(`Mock providers test the loop. ${TESTING}`);
    expect(text).not.toContain("Bananas");
  });

  test("sums up the text that the prompt itself brings", async () => {
    const prompt =
      "Summarise this:\nConvex runs queries live. Live queries follow writes. A query reads a snapshot.";
    const { text } = await generateText({ model: createExtractiveModel(), prompt });
    expect(text).toContain("Convex runs queries live.");
    expect(text).not.toContain("Summarise");
  });

  test("says that it has nothing to draw on", async () => {
    const { text } = await generateText({ model: createExtractiveModel(), prompt: "Hello" });
    expect(text).toContain("there is none here that I could draw on");
  });

  test("fills a schema where the caller wants an object", async () => {
    const schema = z.object({
      kind: z.enum(["brief", "note"]),
      summary: z.string(),
      count: z.number().min(2),
    });
    const { output } = await generateText({
      model: createExtractiveModel(),
      messages: [...history, { role: "user", content: "Write the brief about the loop" }],
      output: Output.object({ schema }),
    });
    expect(output).toMatchObject({ kind: "brief", count: 2 });
    expect(output.summary).toContain(LOOP);
  });
});
