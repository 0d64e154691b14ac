// Documents, field paths and the order of Convex values: what indexes, read sets and filters share.
import { CommitTsPlaceholder, compareValues, jsonToConvex, type JSONValue, type Value } from "convex/values";

/** A stored row: the two system fields and whatever the schema says. */
export type StoredDocument = { _id: string; _creationTime: number; [field: string]: unknown };

/** One row changed by a transaction; `before` or `after` is null for an insert or a delete. */
export type DocumentWrite = {
  componentPath: string;
  table: string;
  id: string;
  before: StoredDocument | null;
  after: StoredDocument | null;
};

// A commit timestamp that is not assigned yet sorts as the largest int64, as in the backend.
const UNASSIGNED_COMMIT_TS = 2n ** 63n - 1n;

/** convex-test writes ids as a decimal counter followed by the table's name. */
export function tableOfId(id: string): string {
  let position = 0;
  while (position < id.length && id.charCodeAt(position) >= 48 && id.charCodeAt(position) <= 57) position++;
  return id.slice(position);
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The value with every unassigned commit timestamp replaced; the same object when it holds none. */
export function withCommitTs(value: unknown, commitTs: bigint): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof CommitTsPlaceholder) return commitTs;
  if (Array.isArray(value)) return arrayWithCommitTs(value, commitTs);
  return isPlainObject(value) ? objectWithCommitTs(value, commitTs) : value;
}

function arrayWithCommitTs(value: unknown[], commitTs: bigint): unknown[] {
  // Vectors are long arrays of numbers and hold no timestamps.
  if (!value.some((item) => typeof item === "object")) return value;
  const items = value.map((item) => withCommitTs(item, commitTs));
  return items.some((item, position) => item !== value[position]) ? items : value;
}

function objectWithCommitTs(value: Record<string, unknown>, commitTs: bigint): Record<string, unknown> {
  let changed: Record<string, unknown> | null = null;
  for (const [key, item] of Object.entries(value)) {
    const resolved = withCommitTs(item, commitTs);
    if (resolved !== item) (changed ??= { ...value })[key] = resolved;
  }
  return changed ?? value;
}

export function splitFieldPath(path: string): string[] {
  return path.split(".");
}

/** The value at a field path as the running transaction sees it; `undefined` when any part is missing. */
export function fieldAt(document: StoredDocument, path: readonly string[]): unknown {
  let value: unknown = document;
  for (const part of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return typeof value === "object" && value !== null ? withCommitTs(value, UNASSIGNED_COMMIT_TS) : value;
}

// Strings are ordered by their UTF-8 bytes, which differs from UTF-16 order only for surrogates: lifting
// them above every other code unit gives the byte order.
const liftSurrogate = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

function compareStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let position = 0; position < length; position++) {
    const a = left.charCodeAt(position);
    const b = right.charCodeAt(position);
    if (a !== b) return liftSurrogate(a) - liftSurrogate(b);
  }
  return left.length - right.length;
}

/** Convex's order over values, with short cuts for the two commonest types. */
export function compareFields(left: unknown, right: unknown): number {
  if (typeof left === "string" && typeof right === "string")
    return left === right ? 0 : compareStrings(left, right);
  if (typeof left === "number" && typeof right === "number") {
    if (left < right) return -1;
    if (left > right) return 1;
    if (left === right && left !== 0) return 0;
  }
  return compareValues(left as Value | undefined, right as Value | undefined);
}

/** Decodes a bound or literal of a serialized query, where `undefined` travels as `{"$undefined": null}`. */
export function decodeQueryValue(json: unknown): unknown {
  if (typeof json === "object" && json !== null && "$undefined" in json) return undefined;
  return withCommitTs(jsonToConvex(json as JSONValue), UNASSIGNED_COMMIT_TS);
}
