import { globSync, readFileSync } from "node:fs";
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

/** What convex-helpers makes: streams, which page by index keys and so work in a component. */
const STREAM_MAKERS = ["paginator", "stream", "mergedStream"];
const STREAM_TYPE = /^(QueryStream|OrderedStreamQuery|StreamQuery)\b/;

/** The calls of `.paginate` in a source on anything but a stream of convex-helpers. */
function builtInPaginateCalls(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isPropertyNamed(node.expression, "paginate") && !isStream(node)) {
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

/** Whether a chain of calls begins with a stream: made there, or a parameter of that type. */
function isStream(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return typesOfParameters(node.getSourceFile(), node.text).every(isStreamType);
  if (ts.isPropertyAccessExpression(node)) return isStream(node.expression);
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  return ts.isIdentifier(expression) ? STREAM_MAKERS.includes(expression.text) : isStream(expression);
}

const isStreamType = (type: string): boolean => STREAM_TYPE.test(type);

/** The declared types of every parameter of this name; one empty text when there is none. */
function typesOfParameters(source: ts.SourceFile, name: string): string[] {
  const types: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isParameter(node) && node.name.getText() === name) types.push(node.type?.getText() ?? "");
    node.forEachChild(visit);
  };
  visit(source);
  return types.length > 0 ? types : [""];
}

describe("pages", () => {
  test.each([
    ["the database's", `ctx.db.query("a").withIndex("b").paginate(page);`, 1],
    ["a variable's", `const query = ctx.db.query("a"); query.paginate(page);`, 1],
    ["a parameter's", `function page(rows: OrderedQuery<A>) { return rows.paginate(page); }`, 1],
    ["a paginator's", `paginator(ctx.db, schema).query("a").paginate(page);`, 0],
    ["a stream's", `function page(rows: QueryStream<A>) { return rows.paginate(page); }`, 0],
  ])("%s paginate is told from the others", (_whose, text, count) => {
    expect(builtInPaginateCalls("sample.ts", text)).toHaveLength(count);
  });

  test("no module of the component calls the built-in paginate, which Convex refuses there", () => {
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
  test.each([
    "src/client/index.ts",
    "src/react/index.ts",
    ...["brief", "chat", "crons", "digests", "documents", "inspect", "knowledge", "spending"].map(
      (name) => `example/convex/${name}.ts`,
    ),
  ])("the AI SDK is not in a module that imports %s", async (entryPoint) => {
    const modules = await bundledModules(entryPoint);
    expect(modules).toContain(entryPoint);
    expect(modules.filter(isAiSdk)).toEqual([]);
  });

  test("the starter list of prices is in no module that does not import it, and brings nothing with it", async () => {
    for (const entryPoint of ["src/client/index.ts", "src/ai/index.ts", "src/react/index.ts"])
      expect((await bundledModules(entryPoint)).filter((path) => path.startsWith("src/prices/"))).toEqual([]);
    const modules = await bundledModules("src/prices/index.ts");
    expect(modules).toContain("src/prices/index.ts");
    expect(modules.filter((path) => path !== "<stdin>" && !path.startsWith("src/prices/"))).toEqual([]);
  });

  test("the AI SDK would be seen", async () => {
    expect((await bundledModules("node_modules/ai/dist/index.js")).some(isAiSdk)).toBe(true);
  });
});
