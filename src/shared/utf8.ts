const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

/** True when a cut right before `index` would part the two halves of one character. */
const partsACharacter = (text: string, index: number): boolean =>
  isLowSurrogate(text.charCodeAt(index)) && isHighSurrogate(text.charCodeAt(index - 1));

/** Bytes of a UTF-16 unit in UTF-8: each half of a pair is two of the pair's four bytes. */
function bytesOfUnit(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return isHighSurrogate(code) || isLowSurrogate(code) ? 2 : 3;
}

/** The bytes of a well-formed text in UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) bytes += bytesOfUnit(text.charCodeAt(index));
  return bytes;
}

/** The index up to which `text`, from `start` on, has at most `maxBytes`; never inside a character. */
function endWithin(text: string, start: number, maxBytes: number): number {
  let bytes = 0;
  for (let index = start; index < text.length; index++) {
    bytes += bytesOfUnit(text.charCodeAt(index));
    if (bytes > maxBytes) return partsACharacter(text, index) ? index - 1 : index;
  }
  return text.length;
}

/** The longest start of a text within `maxBytes` of UTF-8 that ends between characters. */
export function cutToBytes(text: string, maxBytes: number): string {
  return text.slice(0, endWithin(text, 0, maxBytes));
}

/** A text in pieces of at most `maxBytes` (four or more) that together are the text, cut between characters. */
export function splitText(text: string, maxBytes: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = endWithin(text, start, maxBytes);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}
