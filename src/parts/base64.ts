/** Bytes of one call of `String.fromCharCode`: more arguments overflow the stack. */
const BYTES_AT_ONCE = 8_192;

/** Bytes in base 64. */
export function encodeBase64(bytes: Uint8Array): string {
  const texts: string[] = [];
  for (let start = 0; start < bytes.length; start += BYTES_AT_ONCE)
    texts.push(String.fromCharCode(...bytes.subarray(start, start + BYTES_AT_ONCE)));
  return btoa(texts.join(""));
}
