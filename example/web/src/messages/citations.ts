// Citations as the agents write them into an answer: `[document › heading]`, `[fact]`, `[block profile]`, `[message 3.1]`.

/** What a citation names. */
export type Citation =
  | { kind: "document"; key: string; heading: string }
  | { kind: "fact"; key: string }
  | { kind: "block"; label: string }
  | { kind: "message"; place: string };

/** The text between the brackets, its number in the answer, and what it names. */
export type NumberedCitation = { text: string; number: number; citation: Citation };
/** The citations of an answer by their text, in the order in which they are first named. */
export type CitationNumbers = ReadonlyMap<string, NumberedCitation>;

/** The scheme of the links that stand for citations in the Markdown that is rendered. */
const SCHEME = "citation:";
/** What stands between a document and a heading, and between a heading and the next beneath. */
export const HEADING_MARK = " › ";
/**
 * Code in backticks stays as it is; brackets with at most one level of brackets inside, but no link or definition. Each
 * length is limited, so that no text, whoever wrote it, takes long to read.
 */
const CODE_OR_BRACKETS =
  /(?<!`)(`{1,16})(?!`)[^]{0,2000}?(?<!`)\1(?!`)|\[((?:[^[\]\n]|\[[^[\]\n]{0,200}\]){1,600})\](?![(:])/g;
const OF_MEMORY = /^(fact|block|message)(?: (\S.*))?$/;

/** Reads what stands between brackets; `known` are texts that are citations although they look like any other word. */
export function readCitation(text: string, known?: ReadonlySet<string>): Citation | null {
  const mark = text.indexOf(HEADING_MARK);
  if (mark > 0)
    return { kind: "document", key: text.slice(0, mark), heading: text.slice(mark + HEADING_MARK.length) };
  const [, kind, name = ""] = OF_MEMORY.exec(text) ?? [];
  if (kind === "fact") return { kind, key: name };
  if (kind === "block" && name !== "") return { kind, label: name };
  if (kind === "message" && /^\d+\.\d+$/.test(name)) return { kind, place: name };
  return known?.has(text) === true ? { kind: "document", key: text, heading: "" } : null;
}

/** Numbers the citations of an answer from 1 on, each once. */
export function numberCitations(texts: readonly string[], known?: ReadonlySet<string>): CitationNumbers {
  const numbers = new Map<string, NumberedCitation>();
  for (const text of texts)
    for (const [, , inside] of text.matchAll(CODE_OR_BRACKETS)) {
      const citation = inside === undefined || numbers.has(inside) ? null : readCitation(inside, known);
      if (inside !== undefined && citation !== null)
        numbers.set(inside, { text: inside, number: numbers.size + 1, citation });
    }
  return numbers;
}

/** The Markdown with each numbered citation as a link that `citedIn` reads. */
export function linkCitations(markdown: string, numbers: CitationNumbers): string {
  if (numbers.size === 0) return markdown;
  return markdown.replace(CODE_OR_BRACKETS, (whole: string, _ticks, inside?: string) => {
    const known = inside === undefined ? undefined : numbers.get(inside);
    return known === undefined ? whole : `[${known.number}](${SCHEME}${known.number})`;
  });
}

/** The number that such a link stands for; null for any other address. */
export function citedIn(href: string): number | null {
  const number = href.startsWith(SCHEME) ? Number(href.slice(SCHEME.length)) : NaN;
  return Number.isInteger(number) ? number : null;
}

/** A citation in a few words: the document without its folder and ending, and the last heading. */
export function shortName(citation: Citation): string {
  switch (citation.kind) {
    case "document": {
      const document = (citation.key.split("/").at(-1) ?? citation.key).replace(/\.[a-z]+$/i, "");
      const heading = citation.heading.split(HEADING_MARK).at(-1) ?? "";
      return heading === "" || heading === document ? document : `${document} · ${heading}`;
    }
    case "fact":
      return citation.key === "" ? "What I know of you" : `Fact: ${citation.key}`;
    case "block":
      return `Block: ${citation.label}`;
    case "message":
      return "Earlier message";
  }
}
