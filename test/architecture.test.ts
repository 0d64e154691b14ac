import { existsSync, globSync, readFileSync } from "node:fs";
import { build } from "esbuild";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const doors = import.meta.glob<Record<string, unknown>>(
  ["../src/component/*.ts", "!../src/component/schema.ts", "!../src/component/convex.config.ts"],
  { eager: true },
);

/** The members that convex/server puts on a registered function. */
interface RegisteredFunction {
  exportArgs: () => string;
  exportReturns: () => string;
}

function isRegistered(value: unknown): value is RegisteredFunction {
  return typeof value === "function" && "exportArgs" in value && "exportReturns" in value;
}

const registeredFunctions = Object.entries(doors).flatMap(([path, module]) =>
  Object.entries(module).flatMap(([name, value]) =>
    isRegistered(value) ? [{ name: `${path.replace(/^.*\/|\.ts$/g, "")}.${name}`, registered: value }] : [],
  ),
);

describe("registered functions of the component", () => {
  test("there are some", () => {
    expect(registeredFunctions.length).toBeGreaterThan(0);
  });

  test.each(registeredFunctions)("$name validates its arguments and its result", ({ registered }) => {
    expect(JSON.parse(registered.exportArgs())).toMatchObject({ type: "object" });
    const returns: unknown = JSON.parse(registered.exportReturns());
    expect(returns, "the app would see any").not.toBeNull();
    expect(returns).not.toMatchObject({ type: "any" });
  });
});

/** Receivers of a `.paginate()` that works in a component: convex-helpers pages by index keys. */
const PAGINATORS = ["paginator", "stream", "mergedStream"];

/** The calls of `.paginate` in a source whose chain does not begin with a paginator of convex-helpers. */
function builtInPaginateCalls(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      isPropertyNamed(node.expression, "paginate") &&
      !startsWithPaginator(node)
    ) {
      found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getEnd()).line + 1}`);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function isPropertyNamed(node: ts.Node, name: string): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === name;
}

function startsWithPaginator(node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) return startsWithPaginator(node.expression);
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  return ts.isIdentifier(expression) ? PAGINATORS.includes(expression.text) : startsWithPaginator(expression);
}

describe("pages", () => {
  test("the built-in paginate, which Convex refuses in a component, is recognised", () => {
    const calls = `ctx.db.query("a").paginate(page); query.paginate(page); paginator(ctx.db, schema).query("a").paginate(page);`;
    expect(builtInPaginateCalls("sample.ts", calls)).toEqual(["sample.ts:1", "sample.ts:1"]);
  });

  test("no module of the component calls it", () => {
    const files = globSync("src/component/**/*.ts");
    expect(files.flatMap((file) => builtInPaginateCalls(file, readFileSync(file, "utf8")))).toEqual([]);
  });
});

describe("the generated API", () => {
  const MAX_LINES_PER_FUNCTION = 30;
  const MAX_BYTES_PER_FUNCTION = 1024;

  test("stays small: no shape of a message is inlined at a door", () => {
    const text = readFileSync("src/component/_generated/component.ts", "utf8");
    const functions = text.match(/\bFunctionReference</g)?.length ?? 0;
    expect(functions).toBeGreaterThan(0);
    expect(text.split("\n").length / functions).toBeLessThanOrEqual(MAX_LINES_PER_FUNCTION);
    expect(Buffer.byteLength(text) / functions).toBeLessThanOrEqual(MAX_BYTES_PER_FUNCTION);
  });
});

/** The modules that a Convex function module carries when it imports the given entry point. */
async function bundledModules(entryPoint: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: `export * from ${JSON.stringify(`./${entryPoint}`)};`, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    conditions: ["convex", "module"],
    external: ["react"],
    logLevel: "silent",
  });
  return Object.keys(metafile.inputs);
}

const isAiSdk = (path: string): boolean => /node_modules\/(ai|@ai-sdk\/[^/]+)\//.test(path);

describe("bundles", () => {
  test.each(["src/client/index.ts", "src/react/index.ts"].filter((entryPoint) => existsSync(entryPoint)))(
    "the AI SDK is not in a module that imports %s",
    async (entryPoint) => {
      const modules = await bundledModules(entryPoint);
      expect(modules).toContain(entryPoint);
      expect(modules.filter(isAiSdk)).toEqual([]);
    },
  );

  test("the AI SDK would be seen", async () => {
    expect((await bundledModules("node_modules/ai/dist/index.js")).some(isAiSdk)).toBe(true);
  });
});
