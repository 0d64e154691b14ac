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

/**
 * As `toJsonText`, and `null` as well where JSON would tell nothing of what is in it: a map, a set, a promise, a stream,
 * a `Response`, an iterator.
 */
export function exactJsonText(value: unknown): string | null {
  try {
    return JSON.stringify(value, refusingLoss) ?? "null";
  } catch {
    return null;
  }
}

function refusingLoss(this: unknown, key: string, value: unknown): unknown {
  const given: unknown = isRecord(this) ? this[key] : value;
  if (isLost(given)) throw new TypeError("JSON has no text for what is in it.");
  return withoutBytes.call(this, key, value);
}

/** Lists, bytes and boxed texts are iterable and have a text; so has what says itself how it reads. */
function isLost(value: unknown): boolean {
  if (!isRecord(value) || typeof value.toJSON === "function") return false;
  if (OPAQUE.some((kind) => value instanceof kind)) return true;
  const hasText = Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof String;
  return !hasText && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

const OPAQUE = [Promise, WeakMap, WeakSet, ReadableStream, Response, Request, Blob] as const;

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
