import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerFrom } from "../../example/convex/models/composeAnswer.js";
import { passagesIn, passagesInText } from "../../example/convex/models/passages.js";
import { questionParts, searchQuery } from "../../example/convex/models/questionParts.js";
import { type Turn } from "../../example/convex/models/readTurn.js";
import { sentencesOf } from "../../example/convex/models/sentences.js";
import { stemOf, wordsOf } from "../../example/convex/models/words.js";

const word = fc.constantFrom(
  "tool",
  "loop",
  "stops",
  "agent",
  "model",
  "streams",
  "parts",
  "the",
  "with",
  "limit",
);
const sentence = fc
  .array(word, { minLength: 4, maxLength: 12 })
  .map((words) => `Sentence ${words.join(" ")}.`);
const passage = fc.record({
  text: fc.array(sentence, { minLength: 1, maxLength: 5 }).map((sentences) => sentences.join(" ")),
  citation: fc.constantFrom("[a › b]", "[c › d]", "[e › f › g]"),
});

const emptyTurn: Turn = {
  ...{ question: "", earlierQuestion: "", outputs: [], earlierTexts: [] },
  ...{ blocks: [], memory: [] },
};

describe("an answer", () => {
  test("holds only sentences of its passages, each with the citation of a passage that has it", () => {
    fc.assert(
      fc.property(
        fc.array(passage, { maxLength: 6 }),
        fc.array(word, { minLength: 1, maxLength: 5 }),
        (found, asked) => {
          const turn = { ...emptyTurn, question: asked.join(" ") };
          const { text } = answerFrom(turn, passagesIn(found), 4);
          if (text === "I found no answer to this in the documents.") return;
          for (const claim of passagesInText(text)) {
            const holders = found.filter(({ citation }) => citation === claim.citation);
            expect(holders.some((holder) => holder.text.includes(claim.text))).toBe(true);
          }
        },
      ),
    );
  });
});

describe("passagesIn", () => {
  test("takes any value without failing", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(passagesIn(value))));
  });

  test("pairs a text with the citation after it, or with the one on its own line before it", () => {
    expect(passagesInText("One. [a › b] Two. [c › d]")).toMatchObject([
      { text: "One.", citation: "[a › b]" },
      { text: "Two.", citation: "[c › d]" },
    ]);
    expect(passagesInText("[a › b]\nOne.\n\n[c › d]\nTwo [1].")).toMatchObject([
      { text: "One.", citation: "[a › b]" },
      { text: "Two [1].", citation: "[c › d]" },
    ]);
  });
});

describe("sentencesOf", () => {
  test("keeps prose and list items without markup, and drops headings, code, tables and tags", () => {
    const text = [
      "# Heading of the page here",
      "",
      "Call **`generateText`** with a [model](/models) of yours, e.g. `x.y`. It returns",
      "the text of the answer! For example:",
      "```ts",
      "This is code and not a sentence.",
      "```",
      "| a table | has four words |",
      "<Note>",
      "- An item is a sentence",
      "</Note>",
      "import { a } from 'a package of mine';",
    ].join("\n");
    expect(sentencesOf(text)).toEqual([
      "Call `generateText` with a model of yours, e.g. `x.y`.",
      "It returns the text of the answer!",
      "An item is a sentence",
    ]);
  });

  test("reads the description of a property with its name", () => {
    const text =
      "{\n  name: 'stopWhen',\n  type: 'StopCondition',\n  description:\n    'Condition for stopping the loop.',\n},";
    expect(sentencesOf(text)).toEqual(["`stopWhen`: Condition for stopping the loop."]);
  });
});

describe("questionParts", () => {
  test("cuts a prompt into its questions, three at most, and leaves a task whole", () => {
    expect(questionParts("What is a tool? And how do I stream text? Ok?")).toEqual([
      "What is a tool",
      "how do I stream text",
      "Ok",
    ]);
    expect(questionParts("a1? b2? c3? d4?")).toHaveLength(3);
    expect(questionParts("Collect sources on loops and where they stop.")).toHaveLength(1);
    expect(questionParts("?")).toEqual(["?"]);
  });

  test("makes a query of every question, whatever its script", () => {
    expect(searchQuery("who are you", "")).toBe("who are you");
    expect(searchQuery("?", "")).toBe("?");
    expect(searchQuery("記憶とは", "")).toBe("記 憶 と は");
    expect(searchQuery("Как работает память", "")).toBe("как работает память");
  });
});

describe("stemOf", () => {
  test.each([
    ["stops", "stopped", "stopping"],
    ["query", "queries"],
    ["message", "messages"],
    ["call", "calls", "calling", "called"],
    ["limit", "limits", "limited", "limiting"],
    ["generate", "generation", "generates"],
    ["stream", "streams", "streaming"],
    ["class", "classes"],
  ])("is one for %s and its forms", (...forms) => {
    expect(new Set(forms.map(stemOf)).size).toBe(1);
  });

  test("leaves short words, names and other scripts alone", () => {
    for (const name of ["bus", "is", "convex", "память", "zürich", "憶"]) expect(stemOf(name)).toBe(name);
    expect(wordsOf("Re-use: don't")).toEqual(["re", "use", "don", "t"]);
  });
});
