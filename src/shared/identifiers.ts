/** Words that must survive a summary as they were written, and how much they matter beside each other. */
export type Identifier = { text: string; weight: number };

const FILE_ENDINGS =
  "tsx?|jsx?|[cm]js|json|mdx?|txt|csv|tsv|pdf|png|jpe?g|gif|svg|ya?ml|toml|ini|env|lock|log|py|rs|go|java|kt|rb|php|sh|sql|html?|css|xml|docx?|xlsx?|pptx?|zip|gz|com|org|net|io|dev|ai|app|de|uk|eu";
/** Words between quotes of one pair, short enough to be a name. */
const quoted = (open: string, close: string): RegExp =>
  new RegExp(`${open}([^${open}${close}\\n]{2,60})${close}`, "gu");

/**
 * What counts as an identifier, in the order in which a stretch of text is claimed. Every repetition is bounded, so
 * that no text takes long.
 */
const PATTERNS: readonly { pattern: RegExp; weight: number }[] = [
  { pattern: /\bhttps?:\/\/[^\s<>"'`)\]}]{1,300}/giu, weight: 4 },
  { pattern: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/gu, weight: 4 },
  { pattern: /`([^`\n]{2,80})`/gu, weight: 3 },
  { pattern: /\b[A-Za-z]:\\[^\s"'<>|]{1,200}/gu, weight: 4 },
  { pattern: /(?<![\w/.~])(?:~|\.{1,2})?(?:\/[\w.@+-]{1,80}){1,12}/gu, weight: 4 },
  { pattern: /(?<![\w/.-])[\w.@-]{1,80}(?:\/[\w.@-]{1,80}){0,12}\.(?:ENDINGS)\b/giu, weight: 4 },
  // Days and times: 2026-11-25, 25.11.2026, 11/25/26, 25 November 2026, November 25, 2026, 2026年11月25日, 14:30.
  { pattern: /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?Z?)?/gu, weight: 3 },
  { pattern: /\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b/gu, weight: 3 },
  { pattern: /\b\d{1,2}\.? \p{L}{3,12}\.?,? \d{4}\b/gu, weight: 3 },
  { pattern: /(?<!\p{L})\p{L}{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b/gu, weight: 3 },
  { pattern: /\d{1,4}年(?:\d{1,2}月)?(?:\d{1,2}日)?/gu, weight: 3 },
  { pattern: /\b\d{1,2}:\d{2}(?::\d{2})?\b/gu, weight: 2 },
  // Ids: UUIDs, hashes, tickets, versions, names of code.
  {
    pattern: /(?<![\w-])(?=[\w-]{0,63}\d)(?=[\w-]{0,63}[A-Za-z])[A-Za-z\d][\w-]{5,63}(?![\w-])/gu,
    weight: 4,
  },
  { pattern: /\b[A-Z]{2,10}-\d{1,8}\b/gu, weight: 4 },
  { pattern: /(?<![\w#@])[#@][\p{L}\d_][\p{L}\p{N}_-]{1,60}/gu, weight: 3 },
  { pattern: /\bv?\d{1,6}(?:\.\d{1,6}){2,3}\b|\bv\d{1,6}(?:\.\d{1,6})?\b/gu, weight: 3 },
  {
    pattern: /\b[A-Za-z\d]{1,40}(?:_[A-Za-z\d]{1,40}){1,8}\b|\b[a-z]{1,40}(?:[A-Z][a-z\d]{1,40}){1,8}\b/gu,
    weight: 3,
  },
  // Numbers with what they count.
  { pattern: /\+\d[\d ()-]{6,20}\d/gu, weight: 4 },
  { pattern: /[€$£¥₹]\s?\d[\d.,']{0,20}(?:\s?[kKmMbB]n?\b)?/gu, weight: 3 },
  {
    pattern: /(?<![\w.])\d[\d.,']{0,20}\s?(?:%|‰|€|°C|°F|(?:[\p{L}µ]{1,12}(?:\/\p{L}{1,6})?))(?!\p{L})/gu,
    weight: 2,
  },
  // Names.
  { pattern: quoted('"', '"'), weight: 2 },
  { pattern: quoted("“", "”"), weight: 2 },
  { pattern: quoted("„", "“"), weight: 2 },
  { pattern: quoted("«", "»"), weight: 2 },
  { pattern: quoted("「", "」"), weight: 2 },
  { pattern: quoted("『", "』"), weight: 2 },
  { pattern: /(?<![\p{L}\p{N}])\p{Lu}[\p{L}'’-]{1,30}(?: \p{Lu}[\p{L}'’-]{1,30}){1,3}/gu, weight: 2 },
].map(({ pattern, weight }) => ({
  pattern: new RegExp(pattern.source.replace("ENDINGS", FILE_ENDINGS), pattern.flags),
  weight,
}));

/** Stands between identifiers where they are listed; no identifier holds it. */
export const IDENTIFIER_SEPARATOR = " · ";
/** Characters of a text that are looked at: the start of a long output says what it is. */
const TEXT_MAX_CHARACTERS = 16_384;
const TRAILING = /[.,;:!?'’"”»)\]}…]+$/u;

/**
 * What in a text is an identifier: addresses, paths, ids, days, numbers with their units, quoted and proper names.
 * Each once, as it was written, in the order of the text. No list of words: any language that has such things.
 */
export function identifiersOf(text: string): Identifier[] {
  const source = text.slice(0, TEXT_MAX_CHARACTERS);
  const found: (Identifier & { start: number; end: number })[] = [];
  for (const { pattern, weight } of PATTERNS)
    for (const match of source.matchAll(pattern)) {
      const span = { start: match.index, end: match.index + match[0].length };
      if (found.some(({ start, end }) => span.start < end && start < span.end)) continue;
      const words = (match[1] ?? match[0]).replace(TRAILING, "").trim();
      if (words.length > 1 && !words.includes("·")) found.push({ text: words, weight, ...span });
    }
  found.sort((left, right) => left.start - right.start);
  const seen = new Set<string>();
  const identifiers: Identifier[] = [];
  for (const { text: words, weight } of found) {
    if (seen.has(words)) continue;
    seen.add(words);
    identifiers.push({ text: words, weight });
  }
  return identifiers;
}
