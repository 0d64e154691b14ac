import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryCitationsIn, citationsIn } from "../../../example/demo/citations.js";
import { Hosts } from "../../../example/demo/hosts.js";
import { showMemory, type MemoryReport } from "../../../example/demo/memory.js";
import { Screen } from "../../../example/demo/screen.js";
import { connect } from "../../../example/demo/session.js";
import { memoryProblems } from "../../../example/demo/verdict.js";

const TIMEOUT_MS = 120_000;
const NO_MODELS = {
  OPENAI_API_KEY: "",
  ANTHROPIC_API_KEY: "",
  MODEL_BASE_URL: "",
  MODEL_NAME: "",
  EMBEDDING_MODEL: "",
};

/** One call of the command, as far as memory goes, on a database that may be there already. */
async function callOnce(databaseFile: string) {
  const out = new PassThrough();
  let said = "";
  out.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const hosts = new Hosts({
    appDirectory: "example/convex",
    databaseFile,
    port: 0,
    environment: NO_MODELS,
  });
  const host = await hosts.start();
  const session = connect(host.url, new Screen(out as unknown as NodeJS.WriteStream));
  try {
    return { ...(await showMemory(session, hosts)), said };
  } finally {
    await session.client.close();
    await hosts.stop();
  }
}

type Called = Awaited<ReturnType<typeof callOnce>>;
let folder: string;
let first: Called;
let second: Called;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "demo-memory-"));
  first = await callOnce(join(folder, "kept.sqlite"));
  second = await callOnce(join(folder, "kept.sqlite"));
}, TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the memory of the demo", () => {
  test("is told once, in a run of its own, and answers after the host was started again", () => {
    expect(first.report.remembered).toMatchObject({
      isKept: false,
      facts: ["I work in TypeScript and deploy on Fridays."],
    });
    expect(first.asked).toHaveLength(2);
    expect(first.asked[0]?.answer.threadId).not.toBe(first.asked[1]?.answer.threadId);
    expect(first.report.answer).toContain("deploy on Fridays");
    expect(first.report.citations).toEqual(["[fact]", "[block profile]"]);
    expect(memoryProblems(first.report)).toEqual([]);
  });

  test("is used by the next call on a kept database, and not told again", () => {
    expect(second.report.remembered).toEqual({ ...first.report.remembered, isKept: true });
    expect(second.asked).toHaveLength(1);
    expect(second.report.answer).toBe(first.report.answer);
    expect(memoryProblems(second.report)).toEqual([]);
  });

  test("tells what the model was shown and why, in a table", () => {
    expect(first.said).toMatch(/blocks +block profile, version 2 +\d+ +the agent shows the blocks/);
    expect(first.said).toMatch(
      /recalled +fact “I work in TypeScript.* +\d+ +found for the prompt: lexical rank 1/,
    );
    expect(first.said).toMatch(/replay: the same [\d,]+ bytes again/);
  });
});

describe("the verdict on memory", () => {
  const without = (kind: string): MemoryReport["explain"] => ({
    ...first.report.explain,
    sections: first.report.explain.sections.map((section) => ({
      ...section,
      items: section.items.filter((item) => item.kind !== kind),
    })),
  });
  const problems = (changes: Partial<MemoryReport>) => memoryProblems({ ...first.report, ...changes });

  test("names each thing that does not hold", () => {
    expect(problems({ answer: "I do not know." })).toEqual([
      "memory: the answer does not hold what was told: Friday, short",
    ]);
    expect(problems({ citations: [] })).toEqual(["memory: the answer cites neither fact nor block"]);
    expect(problems({ explain: without("fact") })).toEqual(["memory: explain names no fact"]);
    expect(problems({ explain: without("block") })).toEqual(["memory: explain names no block"]);
    expect(problems({ replay: { kind: "SOURCE_ERASED", source: "fact" } })).toEqual([
      "memory: replay is SOURCE_ERASED, because of fact",
    ]);
    expect(problems({ remembered: { isKept: true, facts: [], blocks: [] } })).toEqual([
      "memory: no fact and no block holds: Friday, short",
    ]);
  });
});

test("citations of memory are none of documents", () => {
  const answer =
    "A. [fact] B. [fact home.city] C. [block profile] D. [message 0.1] E. [otters.md › Food] [a]";
  expect(memoryCitationsIn(answer)).toEqual([
    "[fact]",
    "[fact home.city]",
    "[block profile]",
    "[message 0.1]",
  ]);
  expect(citationsIn(answer)).toEqual(["[otters.md › Food]"]);
});
