import { readdirSync, readFileSync } from "node:fs";

/** A page of the documentation, by its path from the root of the project. */
export type Page = { path: string; text: string };

/** A line of code and where a reader finds it. */
export type Line = { text: string; page: string; line: number };

/**
 * A block of code of a page. `file` is the path that its first line names, `null` for a few lines in passing; `choice` is
 * what that file belongs to where a page shows several ways ("with Clerk"), `null` for what is in each of them.
 */
export type Snippet = {
  page: string;
  line: number;
  extension: "ts" | "tsx";
  file: string | null;
  choice: string | null;
  lines: Line[];
};

/** What a fence may say that holds no code to compile. */
const PLAIN = new Set(["sh", "text", "json", "mermaid"]);
const FENCE = /^```(\S*)$/;
const FILE_COMMENT = /^\/\/ ([\w./-]+\.tsx?)\b(?:, with ([\w ]+))?/;

/** The README, the page for coding agents, and one page for each domain. */
export function readPages(): Page[] {
  const inDocs = readdirSync("docs").filter((name) => name.endsWith(".md"));
  const paths = ["README.md", "SKILL.md", ...inDocs.sort().map((name) => `docs/${name}`)];
  return paths.map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

/** The blocks of TypeScript of a page. A fence of another language, or of none, is a mistake: its code is not checked. */
export function snippetsOf({ path, text }: Page): Snippet[] {
  const snippets: Snippet[] = [];
  let open: Snippet | "plain" | null = null;
  for (const [index, content] of text.split("\n").entries()) {
    const language = FENCE.exec(content)?.[1];
    if (language !== undefined) open = open === null ? opened({ path, line: index + 1, language }) : null;
    else if (open !== null && open !== "plain")
      open.lines.push({ text: content, page: path, line: index + 1 });
    if (language !== undefined && open !== null && open !== "plain") snippets.push(open);
  }
  return snippets.map((snippet) => {
    const [, file = null, choice = null] = FILE_COMMENT.exec(snippet.lines[0]?.text ?? "") ?? [];
    return { ...snippet, file, choice };
  });
}

function opened({
  path,
  line,
  language,
}: {
  path: string;
  line: number;
  language: string;
}): Snippet | "plain" {
  if (PLAIN.has(language)) return "plain";
  if (language !== "ts" && language !== "tsx")
    throw new TypeError(
      `${path}:${line}: a fence says ts, tsx or ${[...PLAIN].join(", ")}; not "${language}".`,
    );
  return { page: path, line, extension: language, file: null, choice: null, lines: [] };
}
