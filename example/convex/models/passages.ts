/** A text with the citation that its source gave it, and the fields that came with it. */
export type Passage = { text: string; citation: string | null; fields: Record<string, unknown> };

/** `[document › heading]`, as the tools of this app cite. Bounded, so that no text makes the match slow. */
const CITATION_PATTERN = /\[[^[\]\n›]{1,200}(?:›[^[\]\n›]{1,200}){1,8}\]/g;
const CITATION_FIELDS = ["citation", "from", "source"];
const TEXT_FIELDS = ["text", "content", "snippet", "output", "answer"];
/** Depth at which nested values are given up: a tool may return anything. */
const MAX_DEPTH = 8;

/**
 * The passages in whatever a tool returned: objects with a text (`{ text, citation }` first of all), lists and
 * nested objects of them, JSON in a string, or plain text with citations in it.
 */
export function passagesIn(value: unknown, depth = 0): Passage[] {
  if (depth > MAX_DEPTH) return [];
  if (typeof value === "string") return passagesInString(value, depth);
  if (Array.isArray(value)) return value.flatMap((item) => passagesIn(item, depth + 1));
  if (!isRecord(value)) return [];
  const text = TEXT_FIELDS.map((field) => value[field]).find((field) => typeof field === "string");
  if (text === undefined)
    return Object.values(value)
      .filter(isObject)
      .flatMap((item) => passagesIn(item, depth + 1));
  const citation = CITATION_FIELDS.map((field) => value[field]).find(isCitation);
  if (citation !== undefined) return [{ text, citation, fields: value }];
  return passagesInText(text).map((passage) => ({ ...passage, fields: value }));
}

function passagesInString(value: string, depth: number): Passage[] {
  const trimmed = value.trim();
  if (!trimmed.startsWith("{") && !trimmed.startsWith("[")) return passagesInText(value);
  try {
    return passagesIn(JSON.parse(trimmed), depth + 1);
  } catch {
    return passagesInText(value); // a text that merely begins with a bracket
  }
}

/** A citation that opens a line names the source of what follows it, any other that of what precedes it. */
export function passagesInText(text: string): Passage[] {
  const passages: Passage[] = [];
  let heading: string | null = null;
  let from = 0;
  const add = (to: number, citation: string | null) => {
    const piece = text.slice(from, to).trim();
    if (piece !== "") passages.push({ text: piece, citation, fields: {} });
  };
  for (const match of text.matchAll(CITATION_PATTERN)) {
    const lineStart = text.lastIndexOf("\n", match.index) + 1;
    const opensLine = text.slice(lineStart, match.index).trim() === "";
    add(match.index, opensLine ? heading : match[0]);
    heading = opensLine ? match[0] : heading;
    from = match.index + match[0].length;
  }
  add(text.length, heading);
  return passages;
}

/** Anything in brackets, as sources name themselves: a link or a file's name is no citation. */
const isCitation = (value: unknown): value is string =>
  typeof value === "string" && /^\[[^\n]+\]$/.test(value);

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}
