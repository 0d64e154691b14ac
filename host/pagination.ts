// `.paginate()`: one page of a query, with cursors in convex-test's format.
import { convexToJson, getDocumentSize, jsonToConvex, type JSONValue, type Value } from "convex/values";
import type { PageResult, PaginateArguments } from "./convexTestInternals.js";
import { compareFields, type StoredDocument } from "./documents.js";
import { compileFilters } from "./filterExpressions.js";
import { filtersOf, type Order, type SerializedQuery } from "./indexQueries.js";
import type { IndexCursor, RowFilter, ScanSource } from "./queryCursor.js";
import { keyOf, type IndexRead, type KeyBound } from "./readSets.js";

const END_CURSOR = "_end_cursor";

// A missing field travels as null; every other key part as a string of JSON.
function encodeCursor(key: unknown[]): string {
  return JSON.stringify(
    key.map((part) => (part === undefined ? null : JSON.stringify(convexToJson(part as Value)))),
  );
}

function decodeCursor(cursor: string): unknown[] {
  const parts = JSON.parse(cursor) as (string | null)[];
  return parts.map((part) => (part === null ? undefined : jsonToConvex(JSON.parse(part) as JSONValue)));
}

// The bound that leaves fewer rows; `sign` is 1 for lower bounds and -1 for upper ones.
function tighter(bound: KeyBound | null, cursor: KeyBound, sign: 1 | -1): KeyBound {
  if (bound === null) return cursor;
  const shared = Math.min(bound.key.length, cursor.key.length);
  for (let place = 0; place < shared; place++) {
    const order = compareFields(cursor.key[place], bound.key[place]) * sign;
    if (order !== 0) return order > 0 ? cursor : bound;
  }
  return bound.inclusive ? cursor : bound;
}

function narrowToCursors(page: PaginateArguments) {
  return (read: IndexRead, order: Order): void => {
    const start = order === "asc" ? "lower" : "upper";
    const end = order === "asc" ? "upper" : "lower";
    const sign = order === "asc" ? 1 : -1;
    if (page.cursor !== null) {
      read[start] = tighter(read[start], { key: decodeCursor(page.cursor), inclusive: false }, sign);
    }
    if (page.endCursor && page.endCursor !== END_CURSOR) {
      const last: KeyBound = { key: decodeCursor(page.endCursor), inclusive: true };
      read[end] = tighter(read[end], last, sign === 1 ? -1 : 1);
    }
  };
}

type Progress = { rows: StoredDocument[]; cursors: string[]; bytesRead: number };

function reachedBandwidth(page: PaginateArguments, progress: Progress): boolean {
  const { maximumRowsRead, maximumBytesRead } = page;
  if (maximumRowsRead && progress.cursors.length >= maximumRowsRead) return true;
  return !!maximumBytesRead && progress.bytesRead >= maximumBytesRead;
}

function middleOf(cursors: string[]): string | null {
  return cursors.length >= 2 ? cursors[Math.floor((cursors.length - 1) / 2)]! : null;
}

function finish(progress: Progress, continueCursor: string, split: PageResult["pageStatus"]): PageResult {
  return {
    page: progress.rows,
    isDone: continueCursor === END_CURSOR,
    continueCursor,
    splitCursor: split === null ? null : middleOf(progress.cursors),
    pageStatus: split,
  };
}

/** What pages are read from. */
export type PageSource = {
  scan(query: SerializedQuery, resume: (read: IndexRead, order: Order) => void): ScanSource;
  rankedRows(query: SerializedQuery): StoredDocument[];
};

/** Reads one page; an `endCursor` pins where it ends, so that reactive pages stay gapless. */
export function readPage(store: PageSource, page: PaginateArguments): PageResult {
  const passes = compileFilters(filtersOf(page.query));
  if (page.query.source.type === "Search") return readRankedPage(store.rankedRows(page.query), page, passes);
  const progress: Progress = { rows: [], cursors: [], bytesRead: 0 };
  if (page.cursor === END_CURSOR) return finish(progress, END_CURSOR, null);
  const { cursor, read } = store.scan(page.query, narrowToCursors(page));
  const stop = readRows({ page, progress, passes, cursor, fields: read.fields });
  // Closing early narrows what the page depends on to the rows it scanned.
  cursor.close();
  if (stop === "bandwidth") return finish(progress, lastOf(progress.cursors), "SplitRequired");
  const advice = splitAdvice(progress, page);
  if (stop === "full") return finish(progress, lastOf(progress.cursors), advice);
  return finish(progress, page.endCursor ? page.endCursor : END_CURSOR, advice);
}

type Scan = {
  page: PaginateArguments;
  progress: Progress;
  passes: RowFilter;
  cursor: IndexCursor;
  fields: string[];
};

function readRows({ page, progress, passes, cursor, fields }: Scan): "bandwidth" | "full" | "end" {
  for (let row = cursor.next(); row !== null; row = cursor.next()) {
    progress.cursors.push(encodeCursor(keyOf(row, fields)));
    progress.bytesRead += getDocumentSize(row as Record<string, Value>);
    if (passes === null || passes(row)) progress.rows.push(row);
    if (reachedBandwidth(page, progress)) return "bandwidth";
    if (page.endCursor || progress.rows.length < page.pageSize) continue;
    if (cursor.hasNext()) return "full";
    // A page that ends on the last row is the last page: it depends on nothing following.
    cursor.next();
    return "end";
  }
  return "end";
}

function lastOf(cursors: string[]): string {
  return cursors[cursors.length - 1] ?? END_CURSOR;
}

// A page that had to pass over many filtered rows should be split by the client.
function splitAdvice(progress: Progress, page: PaginateArguments): PageResult["pageStatus"] {
  return progress.cursors.length > page.pageSize + 1 && progress.cursors.length >= 2
    ? "SplitRecommended"
    : null;
}

function readRankedPage(ranked: StoredDocument[], page: PaginateArguments, passes: RowFilter): PageResult {
  const rows = passes === null ? ranked : ranked.filter(passes);
  const keys = rows.map((row) => encodeCursor([row._id]));
  const start =
    page.cursor === null ? 0 : page.cursor === END_CURSOR ? rows.length : keys.indexOf(page.cursor) + 1;
  const pinned = page.endCursor && page.endCursor !== END_CURSOR ? keys.indexOf(page.endCursor) + 1 : null;
  const end = page.endCursor ? (pinned ?? rows.length) : start + page.pageSize;
  const progress = { rows: rows.slice(start, end), cursors: keys.slice(start, end), bytesRead: 0 };
  return finish(progress, end >= rows.length ? END_CURSOR : keys[end - 1]!, null);
}
