/** Quarters of a token, so that sizes add up exactly: an ordinary UTF-16 unit is one, a wide character four. */
const QUARTERS_PER_TOKEN = 4;

/**
 * True for a character of a script that tokenizers split into about one token a character: Chinese, Japanese and
 * Korean with their full-width forms. `code` is a UTF-16 unit.
 */
export function isWideCharacter(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x11ff) ||
    (code >= 0x2e80 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7af) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xff60)
  );
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number) => code >= 0xdc00 && code <= 0xdfff;

/**
 * The size of `text` from index `from` up to `to` in quarters of a token. Unlike tokens, quarters add up: the size
 * of a text is the sum of the sizes of its pieces, however it is cut between characters.
 */
export function tokenQuarters(text: string, from = 0, to = text.length): number {
  let quarters = 0;
  for (let index = from; index < to; index++) quarters += quartersOfUnit(text.charCodeAt(index));
  return quarters;
}

/** A character outside the basic plane (emoji, rare ideographs) is one token: two quarters for each half. */
function quartersOfUnit(code: number): number {
  if (isHighSurrogate(code) || isLowSurrogate(code)) return QUARTERS_PER_TOKEN / 2;
  return isWideCharacter(code) ? QUARTERS_PER_TOKEN : 1;
}

/** Whole tokens, rounded up. */
export function quartersToTokens(quarters: number): number {
  return Math.ceil(quarters / QUARTERS_PER_TOKEN);
}

/** The most quarters that fit `tokens`. */
export function tokensToQuarters(tokens: number): number {
  return Math.floor(tokens * QUARTERS_PER_TOKEN);
}

/**
 * Estimates the tokens of a text without a tokenizer: four characters a token, one token for each Chinese, Japanese
 * or Korean character and for each emoji, rounded up. Within a fifth or so of common tokenizers on prose; budgets
 * and previews need no more, and what a provider reports always replaces it.
 */
export function estimateTokens(text: string): number {
  return quartersToTokens(tokenQuarters(text));
}
