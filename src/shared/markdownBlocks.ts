/**
 * A stretch of Markdown that belongs together. It reaches up to the next block's `start`, so that blocks cover the
 * body without a gap.
 */
export type MarkdownBlock =
  | { kind: "heading"; start: number; level: number; title: string }
  | { kind: "code" | "prose"; start: number };

/** The body of a document as blocks, and the title that its frontmatter gives it, or "". */
export type ScannedMarkdown = { title: string; bodyStart: number; blocks: MarkdownBlock[] };

/** Lines within which a frontmatter must end: a document that merely begins with a rule has none. */
const FRONTMATTER_MAX_LINES = 200;
/** Characters of a heading that are kept: a path is stored with every chunk below it. */
const HEADING_MAX_CHARACTERS = 200;

type Fence = { marker: string; length: number };
type Line = { start: number; text: string };

/**
 * Reads Markdown or MDX line by line: frontmatter, headings (`#` and underlined), fenced code, and all else as prose
 * cut at blank lines. MDX imports, JSX and HTML count as prose. Never fails: an unclosed fence reaches to the end.
 * Line ends must be `\n`.
 */
export function scanMarkdown(source: string): ScannedMarkdown {
  const frontmatter = readFrontmatter(source);
  const blocks: MarkdownBlock[] = [];
  let proseLines = 0; // lines of the prose block that is open; 0 when the next line opens a block
  let isParagraph = false; // whether that block is one that underlining makes a heading
  for (const line of linesOutsideCode(source, frontmatter.bodyStart)) {
    if (proseLines === 1 && isParagraph && isUnderline(line.text)) {
      blocks.push(underlinedHeading(source, blocks.pop(), line));
      proseLines = 0;
      continue;
    }
    const opened = openedBy(line);
    if (opened !== null) blocks.push(opened);
    const isProse = opened === null && line.text.trim() !== "";
    if (isProse && proseLines === 0) {
      blocks.push({ kind: "prose", start: line.start });
      isParagraph = !OTHER_THAN_PARAGRAPH.test(line.text);
    }
    proseLines = isProse ? proseLines + 1 : 0;
  }
  return { ...frontmatter, blocks };
}

/** The block that a line is or opens by itself, or null. */
const openedBy = (line: Line & { opensCode: boolean }): MarkdownBlock | null =>
  line.opensCode ? { kind: "code", start: line.start } : readHeading(line);

/** Every line but those inside a fence: of a fenced block only the first is given. */
function* linesOutsideCode(source: string, from: number): Generator<Line & { opensCode: boolean }> {
  let fence: Fence | null = null;
  for (const line of linesFrom(source, from)) {
    if (fence !== null) {
      if (closesFence(line.text, fence)) fence = null;
      continue;
    }
    fence = readFence(line.text);
    yield { ...line, opensCode: fence !== null };
  }
}

function* linesFrom(source: string, from: number): Generator<Line> {
  for (let start = from; start < source.length;) {
    const newline = source.indexOf("\n", start);
    const end = newline === -1 ? source.length : newline;
    yield { start, text: source.slice(start, end) };
    start = end + 1;
  }
}

function readFrontmatter(source: string): { title: string; bodyStart: number } {
  const none = { title: "", bodyStart: 0 };
  let title = "";
  let count = 0;
  for (const line of linesFrom(source, 0)) {
    const text = line.text.replace(/^\uFEFF/, "").trimEnd();
    if (count === 0 ? text !== "---" : count > FRONTMATTER_MAX_LINES) return none;
    if (count > 0 && text === "---")
      return { title, bodyStart: Math.min(line.start + line.text.length + 1, source.length) };
    if (text.startsWith("title:")) title = unquote(text.slice("title:".length).trim());
    count++;
  }
  return none;
}

function unquote(value: string): string {
  const quote = value[0];
  const isQuoted = value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote);
  return (isQuoted ? value.slice(1, -1) : value).slice(0, HEADING_MAX_CHARACTERS);
}

function readFence(text: string): Fence | null {
  const trimmed = text.trimStart();
  const marker = trimmed[0];
  if (marker !== "`" && marker !== "~") return null;
  const length = runLength(trimmed, marker);
  if (length < 3) return null;
  const isInlineCode = marker === "`" && trimmed.includes("`", length);
  return isInlineCode ? null : { marker, length };
}

function closesFence(text: string, fence: Fence): boolean {
  const trimmed = text.trim();
  return trimmed.length >= fence.length && runLength(trimmed, fence.marker) === trimmed.length;
}

function runLength(text: string, character: string): number {
  let length = 0;
  while (text[length] === character) length++;
  return length;
}

function readHeading({ start, text }: Line): MarkdownBlock | null {
  const indent = runLength(text, " ");
  const level = text[indent] === "#" ? runLength(text.slice(indent, indent + 7), "#") : 0;
  if (indent > 3 || level < 1 || level > 6) return null;
  const rest = text.slice(indent + level);
  if (rest !== "" && rest[0] !== " " && rest[0] !== "\t") return null;
  return { kind: "heading", start, level, title: plainTitle(rest) };
}

/** A line of a list, a quote, a table or indented code: dashes below it are a rule, not an underline. */
const OTHER_THAN_PARAGRAPH = /^(?: {4}|\t| {0,3}(?:[-*+>|]|\d{1,9}[.)])(?:[ \t]|$)| {0,3}[>|])/;

const isUnderline = (text: string) => /^ {0,3}(?:={2,}|-{2,})[ \t]*$/.test(text);

function underlinedHeading(
  source: string,
  paragraph: MarkdownBlock | undefined,
  underline: Line,
): MarkdownBlock {
  const start = paragraph?.start ?? underline.start;
  const level = underline.text.trimStart().startsWith("=") ? 1 : 2;
  return { kind: "heading", start, level, title: plainTitle(source.slice(start, underline.start)) };
}

/** A heading as one reads it: without closing hashes, emphasis, code marks, link targets and tags. */
function plainTitle(raw: string): string {
  return raw
    .slice(0, 2 * HEADING_MAX_CHARACTERS)
    .trim()
    .replace(/[ \t]#{1,6}$/, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<\/?[A-Za-z][^>]*>|[`*]/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, HEADING_MAX_CHARACTERS);
}
