/** What ends a sentence says nothing about the fact in it. */
const TRAILING_MARKS = /[\s.!?;,…。！？]+$/u;

/**
 * A fact's text as duplicates are told by it: compatibility forms unified (NFKC), lower case, one space between words,
 * no marks at its end. Empty for a text that says nothing.
 */
export function normalFactText(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/\s+/gu, " ")
    .trim()
    .replace(TRAILING_MARKS, "");
}

/** What is hashed: the text and what it is about. The separator is no character of a key's JSON text. */
export const factIdentity = (text: string, key: string | undefined): string =>
  JSON.stringify([key ?? null, normalFactText(text)]);
