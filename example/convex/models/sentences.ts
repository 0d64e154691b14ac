import { wordsOf } from "./words.js";

const LEAST_WORDS = 4;
const MOST_CHARACTERS = 500;
/** Share of code marks above which a line is code, not prose. */
const MOST_CODE_MARKS = 0.06;

/**
 * The sentences of a Markdown or MDX text that can stand alone in an answer: prose and list items without their
 * markup, and the descriptions in property lists with the name they describe. Headings, code, tables, tags and
 * phrases that only announce what follows are left out.
 * Shorter ones than `leastWords` say too little alone.
 */
export function sentencesOf(text: string, leastWords = LEAST_WORDS): string[] {
  return paragraphsOf(text)
    .flatMap((paragraph) => splitSentences(withoutMarkup(paragraph)))
    .filter((sentence) => canStandAlone(sentence, leastWords));
}

function paragraphsOf(text: string): string[] {
  const paragraphs: string[][] = [[]];
  for (const line of proseLines(text)) {
    const item = /^(?:[-*+]|\d{1,3}[.)])\s+(.*)$/.exec(line);
    if (line === "" || item !== null) paragraphs.push([]);
    if (line !== "") paragraphs.at(-1)?.push(item?.[1] ?? line);
  }
  return paragraphs.filter((lines) => lines.length > 0).map((lines) => lines.join(" "));
}

/** The lines that hold prose, trimmed; "" wherever something else parts them. */
function* proseLines(text: string): Generator<string> {
  let isInCode = false;
  let property = "";
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    const isFence = line.startsWith("```") || line.startsWith("~~~");
    if (isFence) isInCode = !isInCode;
    property = /^name: ['"`](.+)['"`],?$/.exec(line)?.[1] ?? property;
    const description = /^(?:description:\s*)?(['"`])(.{12,})\1,?$/.exec(line)?.[2];
    if (isInCode || isFence) yield "";
    else if (description !== undefined && property !== "") yield* ["", `\`${property}\`: ${description}`, ""];
    else yield isMarkup(line) ? "" : line.replace(/^>\s*/, "");
  }
}

function isMarkup(line: string): boolean {
  return /^(?:#{1,6}\s|\||<|\{|\}|\]|import\s|export\s|---|===|\[[^\]]*\]:)/.test(line);
}

function withoutMarkup(paragraph: string): string {
  return paragraph
    .replace(/!\[[^[\]]{0,300}\]\([^()]{0,500}\)/g, "")
    .replace(/\[([^[\]]{0,300})\]\([^()]{0,500}\)/g, "$1")
    .replace(/<\/?[A-Za-z][^<>]*>/g, "")
    .replace(/\*\*|__/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
    .trim();
}

/** Cuts after `.`, `!` or `?` where a space and no small letter follows, and after their full-width forms. */
export function splitSentences(paragraph: string): string[] {
  return paragraph.split(/(?<=[.!?]["'”’)*`]{0,2})(?<!\b(?:e\.g|i\.e|cf|vs)\.)\s+(?![a-z])|(?<=[。！？])/);
}

function canStandAlone(sentence: string, leastWords: number): boolean {
  if (sentence.length > MOST_CHARACTERS || /[:：;,{]$/.test(sentence)) return false;
  const prose = sentence.replace(/`[^`]*`/g, "");
  if (/(?:^|\s)(?:\/\/|=>|=\s|const\s|await\s)/.test(prose)) return false;
  const codeMarks = prose.replace(/[^{}<>=;()[\]|\\]/g, "").length;
  return wordsOf(sentence).length >= leastWords && codeMarks <= MOST_CODE_MARKS * sentence.length;
}
