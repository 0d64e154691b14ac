import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { snippetsOf, type Line, type Page, type Snippet } from "./snippets.js";

/** A file of the project: lines that stand in no page have no place in one. */
type Source = (Line | { text: string })[];
/** The files of one app, by their paths in it. */
type App = Map<string, Source>;

/** The project that holds all snippets, each page an app of its own, or several. */
export type SnippetProject = { directory: string; files: Map<string, Source> };

const PRELUDE = "test/docs/prelude.d.ts";
const GENERATED = "example/convex/_generated";
/** What lies in `convex/` and is no module of functions. */
const NO_MODULES = new Set(["convex/schema.ts", "convex/convex.config.ts", "convex/auth.config.ts"]);
const EMPTY_SCHEMA = 'import { defineSchema } from "convex/server"; export default defineSchema({});';

const TSCONFIG = {
  compilerOptions: {
    noEmit: true,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    skipLibCheck: true,
    types: ["node", "vite/client"],
  },
  include: ["**/*"],
};

/**
 * Writes the snippets of all pages into `directory` as one project. A page's files are those that it names; what it
 * does not name it has from the first page, whose app a reader has installed by then.
 */
export function writeProject(directory: string, pages: Page[]): SnippetProject {
  const [readme, ...others] = pages.map((page) => ({ name: page.path, snippets: snippetsOf(page) }));
  const base = namedFiles(readme?.snippets ?? []);
  const files = new Map<string, Source>();
  for (const page of [readme, ...others]) {
    if (page === undefined) continue;
    for (const { choice, snippets } of choicesOf(page.snippets)) {
      const folder = `${page.name} ${choice ?? ""}`.trim().replace(/\W+/g, "-");
      for (const [path, source] of appOf(snippets, base)) files.set(`${folder}/${path}`, source);
    }
  }
  files.set("prelude.ts", generated(readFileSync(PRELUDE, "utf8")));
  for (const [path, source] of files) write(join(directory, path), source.map(({ text }) => text).join("\n"));
  const extended = relative(directory, "tsconfig.base.json");
  write(join(directory, "tsconfig.json"), JSON.stringify({ extends: extended, ...TSCONFIG }));
  return { directory, files };
}

/** A page that shows several ways is an app for each of them. */
function choicesOf(snippets: Snippet[]): { choice: string | null; snippets: Snippet[] }[] {
  const choices = new Set(snippets.flatMap(({ choice }) => choice ?? []));
  if (choices.size === 0) return [{ choice: null, snippets }];
  return [...choices].map((choice) => ({
    choice,
    snippets: snippets.filter((snippet) => snippet.choice === null || snippet.choice === choice),
  }));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const generated = (text: string): Source => text.split("\n").map((line) => ({ text: line }));

/** Files that a page tells in parts are put together. */
function namedFiles(snippets: Snippet[]): App {
  const files: App = new Map();
  for (const { file, lines } of snippets)
    if (file !== null) files.set(file, [...(files.get(file) ?? []), ...lines]);
  return files;
}

function appOf(snippets: Snippet[], base: App): App {
  const app: App = new Map([...base, ...namedFiles(snippets)]);
  if (!app.has("convex/schema.ts")) app.set("convex/schema.ts", generated(EMPTY_SCHEMA));
  const modules = [...app.keys()].filter(
    (path) => /^convex\/[\w/]+\.ts$/.test(path) && !NO_MODULES.has(path),
  );
  app.set("convex/_generated/api.d.ts", generated(apiOf(modules)));
  for (const name of ["server.d.ts", "dataModel.d.ts"])
    app.set(`convex/_generated/${name}`, generated(readFileSync(join(GENERATED, name), "utf8")));
  for (const snippet of snippets)
    if (snippet.file === null)
      app.set(`fragments/line${snippet.line}.${snippet.extension}`, wrapped(snippet));
  return app;
}

/** A few lines in passing, as the body of a function that is given what they take for granted. */
function wrapped({ lines }: Snippet): Source {
  const isImport = ({ text }: Line): boolean => /^import .* from ".*";$/.test(text);
  return [
    { text: 'import type * as prelude from "../../prelude.js";' },
    ...lines.filter(isImport),
    { text: `export async function snippet({ ${preludeNames().join(", ")} }: typeof prelude) {` },
    { text: "{" }, // a block of its own may declare a name that was given
    ...lines.filter((line) => !isImport(line)),
    { text: "}}" },
  ];
}

const preludeNames = (): string[] =>
  [...readFileSync(PRELUDE, "utf8").matchAll(/^export declare const (\w+)/gm)].map(([, name = ""]) => name);

/** What `convex codegen` writes for these modules, in the form that matters to types. */
function apiOf(modules: string[]): string {
  const names = modules.map((path) => path.slice("convex/".length, -".ts".length));
  const entries = names.map((name) => `"${name}": typeof import("../${name}.js");`);
  const component = (name: string, from: string) =>
    `${name}: import("${from}/_generated/component.js").ComponentApi<"${name}">;`;
  return `
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
declare const fullApi: ApiFromModules<{ ${entries.join(" ")} }>;
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;
export declare const components: {
  ${component("agentMemory", "convex-agent-memory")}
  ${component("workflow", "@convex-dev/workflow")}
  ${component("rateLimiter", "@convex-dev/rate-limiter")}
};`;
}

const ERROR = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/;

/** The compiler's errors by page and line, each once: what a page has from the first page is told of that. */
export function errorsByPage({ directory, files }: SnippetProject, output: string): string[] {
  const lines = output.split("\n").filter((line) => line.includes("error TS"));
  return [...new Set(lines.map((line) => placed(line, { directory, files })))].sort();
}

function placed(line: string, { directory, files }: SnippetProject): string {
  const [, path = "", number = "0", message = line] = ERROR.exec(line) ?? [];
  const source = files.get(relative(directory, path))?.[Number(number) - 1];
  return source !== undefined && "page" in source ? `${source.page}:${source.line}: ${message}` : line;
}
