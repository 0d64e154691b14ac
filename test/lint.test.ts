import { ESLint } from "eslint";
import { describe, expect, test, vi } from "vitest";

// The first look at a file loads the whole program.
vi.setConfig({ testTimeout: 120_000 });

// The texts below are no files: a program that is made once would show what the file of that name holds.
const eslint = new ESLint({
  overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
});

/** The rules that a text breaks when it stands in the place of an existing file. */
async function brokenRules(filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath });
  return [...new Set(result?.messages.map(({ ruleId }) => ruleId ?? "syntax"))].sort();
}

const repeat = (count: number, line: string): string => `${line}\n`.repeat(count);

// Files that are sure to exist, since type-aware rules only run on files of the project.
const IN_SHARED = "src/shared/limits.ts";
const IN_EXAMPLE = "example/convex/convex.config.ts";
const IN_COMPONENT = "src/component/convex.config.ts";

describe("the linter", () => {
  test.each([
    ["export *", "no-restricted-syntax", `export * from "./scope.js";`],
    ["throw new Error", "no-restricted-syntax", `throw new Error("no code");`],
    ["a file of 301 lines", "max-lines", repeat(301, "//")],
    ["a function of 61 lines", "max-lines-per-function", `void function () {\n${repeat(59, "//")}};`],
    ["four parameters", "max-params", `((a: 1, b: 1, c: 1, d: 1) => [a, b, c, d])(1, 1, 1, 1);`],
    ["any", "@typescript-eslint/no-explicit-any", `const a: any = 1; void a;`],
    ["a promise nobody awaits", "@typescript-eslint/no-floating-promises", `Promise.resolve(1);`],
    ["an export without a docblock", "jsdoc/require-jsdoc", `export function plain(): void {}`],
    [
      "a switch that misses a member of a union",
      "@typescript-eslint/switch-exhaustiveness-check",
      `((a: "x" | "y") => { switch (a) { case "x": return 1; } return 2; })("x");`,
    ],
  ])("refuses %s in the package", async (_what, rule, text) => {
    expect(await brokenRules(IN_SHARED, text)).toContain(rule);
  });

  test.each([
    ["ctx.db…paginate()", "no-restricted-syntax", `ctx.db.query("a").withIndex("b").paginate(page);`],
    ["db…paginate()", "no-restricted-syntax", `db.query("a").paginate(page);`],
    [
      "a function without args",
      "@convex-dev/require-args-validator",
      `export const a = query({ handler: () => 1 });`,
    ],
    [
      "an unbounded collect",
      "@convex-dev/no-collect-in-query",
      `import type { QueryCtx } from "./_generated/server.js";
       export const rows = (ctx: QueryCtx) => ctx.db.query("threads").collect();`,
    ],
  ])("refuses %s in the component", async (_what, rule, text) => {
    expect(await brokenRules(IN_COMPONENT, text)).toContain(rule);
  });

  test("lets convex-helpers page inside the component", async () => {
    const text = `paginator(ctx.db, schema).query("a").withIndex("b").paginate(page);`;
    expect(await brokenRules(IN_COMPONENT, text)).not.toContain("no-restricted-syntax");
  });

  test("refuses a public function of the example that asks nobody who calls", async () => {
    const open = `export const all = query({ args: {}, handler: (ctx) => memory.asSystem().threads.list(ctx) });`;
    const guarded = `export const mine = query({ args: {}, handler: async (ctx) => memory.as(await principal(ctx)) });`;
    expect(await brokenRules(IN_EXAMPLE, open)).toContain("no-restricted-syntax");
    expect(await brokenRules(IN_EXAMPLE, guarded)).not.toContain("no-restricted-syntax");
  });
});
