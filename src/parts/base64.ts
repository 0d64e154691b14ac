/** Bytes of one call of `String.fromCharCode`: more arguments overflow the stack. */
const BYTES_AT_ONCE = 8_192;

/** Bytes in base 64. */
export function encodeBase64(bytes: Uint8Array): string {
  const texts: string[] = [];
  for (let start = 0; start < bytes.length; start += BYTES_AT_ONCE)
    texts.push(String.fromCharCode(...bytes.subarray(start, start + BYTES_AT_ONCE)));
  return btoa(texts.join(""));
}

/** The bytes that a text in base 64, also in its form for addresses, stands for. Throws for what is none. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const decoded = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(decoded.length);
  for (let index = 0; index < decoded.length; index++) bytes[index] = decoded.charCodeAt(index);
  return bytes;
}
