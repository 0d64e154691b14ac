import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { chunkMarkdown } from "../../src/shared/chunkMarkdown.js";
import { estimateTokens } from "../../src/shared/tokens.js";

const withoutBlanks = (text: string) => text.replace(/\s+/g, "");
/** Each run of white space as what counts of it: a blank line, a line end, or a space. */
const inShort = (text: string) =>
  text.trim().replace(/\s+/g, (blanks) => {
    const lines = blanks.split("\n").length - 1;
    return lines > 1 ? "\n\n" : lines === 1 ? "\n" : " ";
  });
const joined = (chunks: { text: string }[]) => withoutBlanks(chunks.map(({ text }) => text).join(""));
const words = (count: number, word = "word") => Array.from({ length: count }, () => word).join(" ");

/** Lines that between them open and close everything the scanner knows. */
const line = fc.oneof(
  fc.constantFrom(
    "# Title",
    "## Setup ##",
    "### `useChat()` [hook](/docs/use-chat)",
    "Underlined",
    "===",
    "---",
    "```ts",
    "```",
    "~~~~",
    "  ```sh",
    "",
    "   ",
    "import { Card } from './card';",
    '<Card title="x">',
    "</Card>",
    "| a | b |",
    "- item one. Item two!",
    "{/* comment */}",
    "Ein Satz. 日本語の文。次の文。 🎉🎉",
  ),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc.nat({ max: 120 }).map((count) => words(count, "Sentence.")),
);
const documents = fc.array(line, { maxLength: 40 }).map((lines) => lines.join("\n"));

describe("chunkMarkdown", () => {
  test("keeps every non-blank character in exactly one chunk, in order", () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 16, max: 120 }), (text, maxTokens) => {
        const source = `# Start\n\n${text}`; // no frontmatter, which is left out
        expect(joined(chunkMarkdown(source, { maxTokens }))).toBe(withoutBlanks(source));
      }),
    );
  });

  test("stays within the limit, or half above it where a heading keeps the block below it", () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 16, max: 120 }), (text, maxTokens) => {
        for (const chunk of chunkMarkdown(text, { maxTokens })) {
          const tokens = estimateTokens(chunk.text);
          const hasHeading = /^ {0,3}#|^ {0,3}(=|-){2,}[ \t]*$/m.test(chunk.text);
          expect(tokens).toBeLessThanOrEqual(hasHeading ? 1.5 * maxTokens : maxTokens);
        }
      }),
    );
  });

  test("names the line on which each chunk starts", () => {
    fc.assert(
      fc.property(documents, (text) => {
        const lines = text.split(/\r\n?|\n/);
        for (const chunk of chunkMarkdown(text, { maxTokens: 20 })) {
          const first = chunk.text.split("\n", 1)[0] ?? "";
          expect(lines[chunk.startLine - 1]).toContain(first.trim());
        }
      }),
    );
  });

  test("cuts a short fence never, a longer one at line ends", () => {
    const fence = "```ts\n" + "const a = 1;\n\n".repeat(6) + "```";
    const prose = words(50);
    const whole = chunkMarkdown(`${prose}\n\n${fence}\n\n${prose}`, { maxTokens: 80 });
    expect(whole.map(({ text }) => text)).toEqual([prose, fence, prose]);

    const code = Array.from({ length: 100 }, (_, index) => `const value${index} = compute(${index});`);
    const pieces = chunkMarkdown("```ts\n" + code.join("\n") + "\n```", { maxTokens: 80 });
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.flatMap(({ text }) => text.split("\n"))).toEqual(["```ts", ...code, "```"]);
  });

  test("tracks headings as a path under the title of the frontmatter, and none inside code", () => {
    const text = [
      "---",
      'title: "The `Guide`"',
      "description: left out",
      "---",
      "",
      "# The Guide",
      "",
      "Intro.",
      "## Setup",
      "### With [npm](/npm)",
      "Run it.",
      "```sh",
      "# a comment",
      "```",
      "Usage",
      "-----",
      "Use it.",
    ].join("\r\n");
    const chunks = chunkMarkdown(text);
    expect(
      chunks.map(({ headingPath, heading, startLine }) => [headingPath.slice(1), heading, startLine]),
    ).toEqual([
      [[], "The `Guide`", 6],
      [["Setup", "With npm"], "With npm", 9],
      [["Usage"], "Usage", 15],
    ]);
    expect(chunks[1]?.text).toBe("## Setup\n### With [npm](/npm)\nRun it.\n```sh\n# a comment\n```");
  });

  test("cuts a long paragraph between sentences, else between words, else between characters", () => {
    const sentences = Array.from({ length: 30 }, (_, index) => `Sentence ${index} says e.g. one thing.`);
    for (const { text } of chunkMarkdown(sentences.join(" "), { maxTokens: 40 })) {
      expect(text).toMatch(/^Sentence .*\.$/);
    }
    for (const { text } of chunkMarkdown(words(300), { maxTokens: 40 })) expect(text).toMatch(/^word.*word$/);
    for (const { text } of chunkMarkdown("🎉".repeat(100), { maxTokens: 17 }))
      expect(text).not.toMatch(/\p{Surrogate}/u);
  });

  test("says what stands between two chunks, so that together they are the text again", () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 16, max: 120 }), (text, maxTokens) => {
        const source = `# Start\n\n${text}`.replace(/\r\n?/g, "\n");
        const chunks = chunkMarkdown(source, { maxTokens });
        const whole = chunks.map((chunk) => `${chunk.joint}${chunk.text}`).join("");
        expect(inShort(whole)).toBe(inShort(source));
      }),
    );
  });

  test("makes no heading of a list, a quote or a table above a rule", () => {
    for (const above of ["- item", "* item", "1. item", "> quote", "| a | b |", "    indented"]) {
      const headings = chunkMarkdown(`# A\n\n${above}\n---\nWords.`).map(({ headingPath }) => headingPath);
      expect(headings, above).toEqual([["A"]]);
    }
    expect(chunkMarkdown("-5 degrees\n---\nWords.")[0]?.heading).toBe("-5 degrees");
  });

  test("cuts long tables and lists between their rows and items", () => {
    const rows = Array.from({ length: 60 }, (_, index) => `| row ${index} | some words of it. And more |`);
    const items = Array.from({ length: 60 }, (_, index) => `- item ${index} has words. And more\n  - nested`);
    for (const lines of [rows, items]) {
      const chunks = chunkMarkdown(lines.join("\n"), { maxTokens: 60 });
      expect(chunks.length).toBeGreaterThan(5);
      expect(chunks.flatMap(({ text }) => text.split("\n"))).toEqual(lines.join("\n").split("\n"));
    }
  });

  test("cuts a text without spaces at its sentences, else anywhere within the limit", () => {
    const sentences = chunkMarkdown("山は高いです。".repeat(60), { maxTokens: 40 });
    expect(sentences.length).toBeGreaterThan(3);
    for (const { text } of sentences) expect(text).toMatch(/^山.*。$/u);
    const pieces = chunkMarkdown("山".repeat(1_000), { maxTokens: 40 });
    for (const { text } of pieces) expect(estimateTokens(text)).toBeLessThanOrEqual(40);
  });

  test("gives nothing for a blank document and refuses a limit that holds no sentence", () => {
    expect(chunkMarkdown(" \n\n\uFEFF\n")).toEqual([]);
    expect(chunkMarkdown("---\ntitle: Only\n---\n")).toEqual([]);
    for (const maxTokens of [0, -1, NaN]) {
      expect(() => chunkMarkdown("text", { maxTokens })).toThrow("maxTokens must be 16 or more");
    }
  });

  test("makes about 5,000 chunks of the documents of the ai package, and loses nothing", () => {
    const folder = fileURLToPath(new URL("../../node_modules/ai/docs", import.meta.url));
    const files = globSync("**/*.mdx", { cwd: folder });
    let count = 0;
    for (const file of files) {
      const text = readFileSync(`${folder}/${file}`, "utf8");
      const chunks = chunkMarkdown(text);
      count += chunks.length;
      expect(joined(chunks)).toBe(withoutBlanks(text.replace(/^---\n[^]*?\n---\n/, "")));
      expect(chunks.every(({ heading }) => heading !== "")).toBe(true);
    }
    console.info(`${files.length} documents, ${count} chunks`);
    expect(files.length).toBeGreaterThan(250);
    expect(count).toBeGreaterThan(4_500);
    expect(count).toBeLessThan(5_500);
  });
});

describe("the work of chunkMarkdown", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Characters handed to the string functions that scan: what a quadratic scanner would blow up. */
  function countedWork(text: string): number {
    let characters = 0;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- each is called below with its own string
    const { slice, trim, trimStart, trimEnd, charCodeAt, includes } = String.prototype;
    const count = (amount: number) => void (characters += amount);
    vi.spyOn(String.prototype, "slice").mockImplementation(function (this: string, from, to) {
      const result = slice.call(this, from, to);
      count(result.length);
      return result;
    });
    for (const [name, original] of Object.entries({ trim, trimStart, trimEnd })) {
      vi.spyOn(String.prototype, name as "trim").mockImplementation(function (this: string) {
        count(this.length);
        return original.call(this);
      });
    }
    vi.spyOn(String.prototype, "includes").mockImplementation(function (this: string, search, from) {
      count(this.length);
      return includes.call(this, search, from);
    });
    vi.spyOn(String.prototype, "charCodeAt").mockImplementation(function (this: string, index) {
      count(1);
      return charCodeAt.call(this, index);
    });
    chunkMarkdown(text);
    vi.restoreAllMocks();
    return characters;
  }

  const size = 6_000;
  test.each([
    "a",
    " ",
    "\n",
    "#",
    "`",
    ".",
    "[",
    "<",
    "```\n",
    "# ",
    "a. ",
    "- [x](",
    "日。",
    "\r",
    "---\n",
    "\t# ",
  ])("is linear in a text of %j over and over", (unit) => {
    const small = countedWork(unit.repeat(size / unit.length));
    const large = countedWork(unit.repeat((4 * size) / unit.length));
    expect(large).toBeLessThanOrEqual(4.5 * small + 5_000);
    expect(large).toBeLessThanOrEqual(200 * 4 * size);
  });

  test("takes a document of 3 MB", () => {
    const paragraph =
      "## Heading\n\nSome words of a paragraph that goes on. And on.\n\n```ts\nconst a = 1;\n```\n\n";
    const text = paragraph.repeat(Math.ceil(3_000_000 / paragraph.length));
    const chunks = chunkMarkdown(text);
    expect(joined(chunks).length).toBe(withoutBlanks(text).length);
    expect(joined(chunkMarkdown("x".repeat(3_000_000))).length).toBe(3_000_000);
  });
});
