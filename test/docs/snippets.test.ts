import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runNode } from "../../scripts/processes.js";
import { toolPath } from "../../scripts/setup/environment.mjs";
import { errorsByPage, writeProject } from "./snippetProject.js";
import { readPages, snippetsOf, type Page } from "./snippets.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const fence = "```";
/** A page with mistakes, which must be found where they stand. */
const BROKEN: Page = {
  path: "broken.md",
  text: [
    "# Broken",
    `${fence}ts`,
    'import { isMemoryError } from "convex-agent-memory";',
    'if (isMemoryError(new Error(), "NO_SUCH_CODE")) await memory.as(as).threads.get(ctx, { threadId });',
    fence,
    `${fence}ts`,
    "// convex/own.ts",
    'import { defineAgent } from "convex-agent-memory/ai";',
    "",
    "export const named = defineAgent.nam;",
    fence,
  ].join("\n"),
};

let directory: string;
/** What the compiler says, by page and line: one run for all pages. */
let errors: string[];

beforeAll(async () => {
  mkdirSync(".cache/snippets", { recursive: true });
  directory = mkdtempSync(join(".cache", "snippets", "run-"));
  const project = writeProject(directory, [...readPages(), BROKEN]);
  const { output } = await runNode([toolPath("tsc"), "-p", directory, "--pretty", "false"], {
    capture: true,
    timeoutMs: 50_000,
  });
  errors = errorsByPage(project, output);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the code in the documentation", () => {
  test("compiles, on every page", () => {
    expect(errors.filter((error) => !error.startsWith(BROKEN.path))).toEqual([]);
  });

  test("is told by page and line where it does not", () => {
    const found = errors
      .filter((error) => error.startsWith(BROKEN.path))
      .map((error) => error.split(": ", 2));
    expect(found).toEqual([
      ["broken.md:10", "TS2339"],
      ["broken.md:4", "TS2345"],
    ]);
  });

  test("was found at all", () => {
    const named = readPages().flatMap((page) => snippetsOf(page).filter(({ file }) => file !== null));
    expect(named.length).toBeGreaterThan(10);
  });

  test("of several ways is compiled for each of them", () => {
    const choices = snippetsOf(readPages().find(({ path }) => path === "docs/authorization.md")!);
    expect([...new Set(choices.flatMap(({ choice }) => choice ?? []))]).toEqual([
      "Clerk",
      "Auth0",
      "Convex Auth",
    ]);
    const compiled = readdirSync(directory);
    for (const name of ["Clerk", "Auth0", "Convex-Auth"])
      expect(compiled).toContain(`docs-authorization-md-${name}`);
  });

  test("stands in fences that say what it is", () => {
    expect(() => snippetsOf({ path: "page.md", text: `${fence}js\n${fence}` })).toThrow("page.md:1");
  });
});
