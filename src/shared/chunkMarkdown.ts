import { memoryError } from "../validators/errors.js";
import { scanMarkdown, type MarkdownBlock } from "./markdownBlocks.js";
import { cutIntoPieces, isBlankAt, type TextPiece } from "./cutText.js";
import { tokensToQuarters } from "./tokens.js";

/**
 * A piece of a document. `headingPath` leads from the document's title down to `heading`, its last entry ("" when
 * there is none); `startLine` counts from 1 in the source as given. `joint` is the white space between it and the
 * chunk before, in short: nothing, a space, a line end or a blank line.
 */
export type MarkdownChunk = {
  heading: string;
  headingPath: string[];
  text: string;
  startLine: number;
  joint: "" | " " | "\n" | "\n\n";
};

/** `maxTokens` (default 220) by the estimate of `estimateTokens`. */
export type ChunkMarkdownOptions = { maxTokens?: number };

/** About a paragraph with its example: small enough to cite, large enough to answer from. */
const DEFAULT_MAX_TOKENS = 220;
/** Below this a chunk holds less than a sentence. */
const LEAST_MAX_TOKENS = 16;

type Section = { level: number; title: string };
type OpenChunk = { start: number; end: number; quarters: number; isOnlyHeadings: boolean; path: Section[] };

/**
 * Cuts Markdown or MDX into chunks that begin at headings. Paragraphs are packed up to `maxTokens`; a fenced code
 * block stays whole unless it alone is longer; longer blocks are cut at lines or sentences, then between words,
 * then anywhere. Frontmatter is left out but for its title. Every other non-blank character is in exactly one chunk,
 * in order; a chunk exceeds `maxTokens` only to keep a heading with the block below it, by half at most. The same
 * text gives the same chunks. Throws INVALID_ARGUMENT when `maxTokens` is below 16.
 *
 * @example for (const chunk of chunkMarkdown(text)) add(`[${chunk.headingPath.join(" › ")}]`, chunk.text);
 */
export function chunkMarkdown(text: string, options: ChunkMarkdownOptions = {}): MarkdownChunk[] {
  const maxTokens = options.maxTokens ?? DEFAULT_MAX_TOKENS;
  if (!(maxTokens >= LEAST_MAX_TOKENS)) {
    throw memoryError("INVALID_ARGUMENT", `maxTokens must be ${LEAST_MAX_TOKENS} or more.`, { maxTokens });
  }
  const source = text.replace(/\r\n?/g, "\n");
  const { title, bodyStart, blocks } = scanMarkdown(source);
  const chunks = packBlocks(source, blocks, { title, limitQuarters: tokensToQuarters(maxTokens) });
  return renderChunks(source, bodyStart, chunks);
}

function packBlocks(
  source: string,
  blocks: MarkdownBlock[],
  layout: { title: string; limitQuarters: number },
): OpenChunk[] {
  const { title, limitQuarters } = layout;
  const chunks: OpenChunk[] = [];
  let path: Section[] = title === "" ? [] : [{ level: 0, title }];
  let open: OpenChunk | null = null;
  blocks.forEach((block, index) => {
    const isHeading = block.kind === "heading";
    if (isHeading) {
      path = pathBelow(path, block);
      if (open !== null && !open.isOnlyHeadings) open = null;
    }
    const range = { start: block.start, end: blocks[index + 1]?.start ?? source.length };
    for (const piece of cutIntoPieces(source, range, { limitQuarters, isCode: block.kind === "code" })) {
      if (open === null || !takes(open, piece, limitQuarters)) {
        open = { ...piece, isOnlyHeadings: isHeading, path };
        chunks.push(open);
        continue;
      }
      open.end = piece.end;
      open.quarters += piece.quarters;
      open.isOnlyHeadings &&= isHeading;
      open.path = path;
    }
  });
  return chunks;
}

/** A short heading takes its first block even past the limit: alone it would answer nothing. */
function takes(open: OpenChunk, piece: TextPiece, limitQuarters: number): boolean {
  if (open.quarters + piece.quarters <= limitQuarters) return true;
  return open.isOnlyHeadings && open.quarters <= limitQuarters / 2;
}

/** A first heading that repeats the document's title stands for it. */
function pathBelow(path: Section[], heading: Section): Section[] {
  const above = path.filter((section) => section.level < heading.level);
  const last = above.at(-1);
  const repeatsTitle = last?.level === 0 && lettersOf(last.title) === lettersOf(heading.title);
  return repeatsTitle || heading.title === ""
    ? above
    : [...above, { level: heading.level, title: heading.title }];
}

const lettersOf = (title: string) => title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** Cuts the texts out, drops blank ones, and counts lines on the way. */
function renderChunks(source: string, bodyStart: number, chunks: OpenChunk[]): MarkdownChunk[] {
  const rendered: MarkdownChunk[] = [];
  const lines = { at: 0, line: 1 };
  const countTo = (index: number) => {
    for (; lines.at < index; lines.at++) if (source[lines.at] === "\n") lines.line++;
    return lines.line;
  };
  countTo(bodyStart);
  let end = bodyStart;
  for (const chunk of chunks) {
    const start = skipBlankLines(source, chunk);
    if (start === null) continue;
    const headingPath = chunk.path.map((section) => section.title);
    const text = source.slice(start, chunk.end).trimEnd();
    const joint = rendered.length === 0 ? "" : jointOf(source.slice(end, start));
    end = start + text.length;
    rendered.push({ heading: headingPath.at(-1) ?? "", headingPath, text, startLine: countTo(start), joint });
  }
  return rendered;
}

/** The white space between two chunks, as short as it may be without joining what stands apart. */
function jointOf(blanks: string): MarkdownChunk["joint"] {
  const firstLine = blanks.indexOf("\n");
  if (firstLine === -1) return blanks === "" ? "" : " ";
  return blanks.includes("\n", firstLine + 1) ? "\n\n" : "\n";
}

/** Where the first line with something on it begins, its indentation included; null when all is blank. */
function skipBlankLines(source: string, range: { start: number; end: number }): number | null {
  let lineStart = range.start;
  for (let index = range.start; index < range.end; index++) {
    if (!isBlankAt(source, index)) return lineStart;
    if (source[index] === "\n") lineStart = index + 1;
  }
  return null;
}
