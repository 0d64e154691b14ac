// What a function read, as intervals of index keys, and whether a written row falls into one.
import {
  compareFields,
  fieldAt,
  splitFieldPath,
  type DocumentWrite,
  type StoredDocument,
} from "./documents.js";
import { matchesSearch, type SearchRead } from "./textTerms.js";

/** One end of an interval: a prefix of an index key, with or without the rows that have that prefix. */
export type KeyBound = { key: unknown[]; inclusive: boolean };

/** A range of one index that was scanned; a null end is open. */
export type IndexRead = {
  kind: "index";
  componentPath: string;
  table: string;
  index: string;
  fields: string[];
  lower: KeyBound | null;
  upper: KeyBound | null;
};

export type DocumentRead = { kind: "document"; componentPath: string; table: string; id: string };

/** Everything a query depended on. */
export type ReadInterval = IndexRead | DocumentRead | SearchRead;

/** Order of a row against a prefix of an index key. */
export function compareToKey(
  document: StoredDocument,
  paths: readonly string[][],
  key: readonly unknown[],
): number {
  for (let position = 0; position < key.length; position++) {
    const order = compareFields(fieldAt(document, paths[position]!), key[position]);
    if (order !== 0) return order;
  }
  return 0;
}

export function isAboveLower(
  document: StoredDocument,
  paths: readonly string[][],
  lower: KeyBound | null,
): boolean {
  if (lower === null) return true;
  const order = compareToKey(document, paths, lower.key);
  return lower.inclusive ? order >= 0 : order > 0;
}

export function isBelowUpper(
  document: StoredDocument,
  paths: readonly string[][],
  upper: KeyBound | null,
): boolean {
  if (upper === null) return true;
  const order = compareToKey(document, paths, upper.key);
  return upper.inclusive ? order <= 0 : order < 0;
}

/** The row's key in an index, as written keys are printed and compared. */
export function keyOf(document: StoredDocument, fields: readonly string[]): unknown[] {
  return fields.map((field) => fieldAt(document, splitFieldPath(field)));
}

function intervalHolds(read: IndexRead | SearchRead, document: StoredDocument | null): boolean {
  if (document === null) return false;
  if (read.kind === "search") return matchesSearch(read, document);
  const paths = read.fields.map(splitFieldPath);
  return isAboveLower(document, paths, read.lower) && isBelowUpper(document, paths, read.upper);
}

/** Whether a write could change what the read returned: its old or new row lies in the interval. */
export function writeTouchesRead(write: DocumentWrite, read: ReadInterval): boolean {
  if (write.componentPath !== read.componentPath || write.table !== read.table) return false;
  if (read.kind === "document") return read.id === write.id;
  return intervalHolds(read, write.before) || intervalHolds(read, write.after);
}
