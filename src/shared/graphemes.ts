/** Characters looked at on either side of a place: bounds the work of one, as in a text of marks without an end. */
const LOOK_BACK_CHARACTERS = 256;
const LOOK_AHEAD_CHARACTERS = 64;

/**
 * The place at or behind `index` where a text can end without parting what is read as one character: an emoji with its
 * tone, a flag, a letter with its accents. Where the engine has no `Intl.Segmenter`, as in React Native, whole words of
 * scripts with marks stay together. A half of a surrogate pair at the end of the text waits for the other.
 */
export function graphemeEnd(text: string, index: number): number {
  const end = isHighHalf(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
  if (index >= end) return end;
  if (index <= 0 || isSurelyBetween(text, index)) return Math.max(0, index);
  const limit = Math.min(end, index + LOOK_AHEAD_CHARACTERS);
  return typeof Intl === "object" && "Segmenter" in Intl
    ? segmentEnd(text, index, limit)
    : plainEnd(text, index, limit);
}

function segmentEnd(text: string, index: number, limit: number): number {
  let start = index - 1;
  const least = Math.max(0, index - LOOK_BACK_CHARACTERS);
  while (start > least && !isSurelyBetween(text, start)) start--;
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const segment of segmenter.segment(text.slice(start, limit))) {
    const end = start + segment.index + segment.segment.length;
    if (end >= index) return wholePair(text, end);
  }
  return limit;
}

function plainEnd(text: string, index: number, limit: number): number {
  let end = index;
  while (end < limit && !isSurelyBetween(text, end)) end++;
  return wholePair(text, end);
}

/** `end`, or one more where it would part a surrogate pair. */
const wholePair = (text: string, end: number): number =>
  isHighHalf(text.charCodeAt(end - 1)) && end < text.length ? end + 1 : end;

const isHighHalf = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

/** True where no rule can join what stands on either side of a place: it needs no table to tell. */
function isSurelyBetween(text: string, index: number): boolean {
  const before = text.charCodeAt(index - 1);
  const after = text.charCodeAt(index);
  if (before === 0x0d && after === 0x0a) return false;
  return isPlain(after) && (isPlain(before) || after < 0x80);
}

/** Latin letters, kana, ideographs and syllables of Hangul, as they stand alone. */
const isPlain = (code: number): boolean =>
  code < 0x300 ||
  (code >= 0x3041 && code <= 0x3096) ||
  (code >= 0x30a0 && code <= 0x30ff) ||
  (code >= 0x3400 && code <= 0x9fff) ||
  (code >= 0xac00 && code <= 0xd7a3);
