import { encodeBase64 } from "./base64.js";

/**
 * JSON text of any value, with bytes in base 64 as the AI SDK takes them; `null` where JSON has none: a circular
 * value, a bigint, a `toJSON` that throws. `undefined` and functions are JSON's null.
 */
export function toJsonText(value: unknown): string | null {
  try {
    return JSON.stringify(value, withoutBytes) ?? "null";
  } catch {
    return null;
  }
}

/** A Buffer has a `toJSON` that lists each byte, so the value before it is looked at. */
function withoutBytes(this: unknown, key: string, value: unknown): unknown {
  const given: unknown = isRecord(this) ? this[key] : value;
  if (given instanceof Uint8Array) return encodeBase64(given);
  if (given instanceof ArrayBuffer) return encodeBase64(new Uint8Array(given));
  return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The value of a JSON text; `undefined`, which JSON has not, where the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
