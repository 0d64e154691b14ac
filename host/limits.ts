// Limits that Convex enforces and convex-test does not.
import { getConvexSize, getDocumentSize, jsonToConvex, type JSONValue, type Value } from "convex/values";
import type { StoredDocument } from "./documents.js";

const MIB = 1 << 20;

/** Bytes of one document. */
export const MAX_DOCUMENT_BYTES = MIB;
/** Elements of one array, anywhere in a value. */
export const MAX_ARRAY_LENGTH = 8192;
/** Fields of one object. */
export const MAX_OBJECT_FIELDS = 1024;
/** Levels of arrays and objects in a stored document. */
export const MAX_DOCUMENT_NESTING = 16;
/** Levels in arguments and results. */
export const MAX_VALUE_NESTING = 64;
/** Bytes of a function's arguments, and of its result. */
export const MAX_CALL_BYTES = 16 * MIB;

// A value takes at most this many times the bytes of its JSON text (a one-digit number and its comma become
// nine bytes), so shorter texts need no exact measuring.
const MAX_BYTES_PER_JSON_CHARACTER = 5;

/** A Convex limit was exceeded, in the words a deployment would use. */
export class ConvexLimitError extends Error {
  constructor(message: string) {
    super(`${message} This is a Convex limit: https://docs.convex.dev/production/state/limits`);
    this.name = "ConvexLimitError";
  }
}

function checkArray(value: unknown[], place: string, nesting: number): void {
  if (value.length > MAX_ARRAY_LENGTH) {
    throw new ConvexLimitError(`Array length is too long at ${place} (${value.length} > maximum length ${MAX_ARRAY_LENGTH}).`);
  }
  if (typeof value[0] === "number" && typeof value[value.length - 1] === "number") return;
  for (const item of value) checkShape(item, `${place}[]`, nesting - 1);
}

/** Checks array lengths, field counts and nesting anywhere in a value. */
export function checkShape(value: unknown, place: string, nesting: number): void {
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return;
  if (nesting <= 0) throw new ConvexLimitError(`Value is nested too deeply at ${place}.`);
  if (Array.isArray(value)) return checkArray(value, place, nesting);
  const entries = Object.entries(value);
  if (entries.length > MAX_OBJECT_FIELDS) {
    throw new ConvexLimitError(`Object has too many fields at ${place} (${entries.length} > maximum number ${MAX_OBJECT_FIELDS}).`);
  }
  for (const [field, item] of entries) checkShape(item, `${place}.${field}`, nesting - 1);
}

/** Refuses a row that Convex would not store. */
export function checkDocument(table: string, document: StoredDocument): void {
  checkShape(document, table, MAX_DOCUMENT_NESTING + 1);
  const bytes = getDocumentSize(document as unknown as Record<string, Value>);
  if (bytes > MAX_DOCUMENT_BYTES) {
    throw new ConvexLimitError(
      `Value is too large (${(bytes / MIB).toFixed(2)} MiB > maximum size 1 MiB) for a document of table "${table}".`,
    );
  }
}

/** Refuses arguments or a result of more than 16 MiB, or of a shape Convex refuses. */
export function checkCallValue(value: unknown, what: string): void {
  checkShape(value, what, MAX_VALUE_NESTING);
  const bytes = value === undefined ? 0 : getConvexSize(value as Value);
  if (bytes > MAX_CALL_BYTES) {
    throw new ConvexLimitError(`The ${what} is too large (${(bytes / MIB).toFixed(2)} MiB > maximum size 16 MiB).`);
  }
}

/** Same for a serialized value; texts that cannot break a limit are not decoded. */
export function checkCallJson(json: string, what: string): void {
  // The longest allowed array takes at least two characters an element.
  if (json.length <= MAX_ARRAY_LENGTH * 2) return;
  const value = JSON.parse(json) as JSONValue;
  if (json.length * MAX_BYTES_PER_JSON_CHARACTER > MAX_CALL_BYTES) checkCallValue(jsonToConvex(value), what);
  else checkShape(value, what, MAX_VALUE_NESTING);
}
