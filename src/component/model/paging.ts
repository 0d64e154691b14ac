import type { QueryStream } from "convex-helpers/server/stream";
import { jsonToConvex, type Value } from "convex/values";
import { checkedLimit } from "../../shared/checkedArguments.js";
import { PAGE_MAX_BYTES } from "../../shared/limits.js";
import { memoryError } from "../../validators/errors.js";
import type { Page, PageRequest } from "../../validators/page.js";

/**
 * One page of rows by their index, stopped by count and by bytes. A cursor comes from outside: one that is malformed,
 * or lies beyond the equalities of the query, is INVALID_ARGUMENT and never a way into other rows.
 */
export async function pageOf<Row extends NonNullable<unknown>>(
  rows: QueryStream<Row>,
  { cursor, limit }: PageRequest,
): Promise<Page<Row>> {
  if (cursor !== null) checkCursor(rows, cursor);
  const result = await rows.paginate({
    cursor,
    numItems: checkedLimit(limit),
    maximumBytesRead: PAGE_MAX_BYTES,
  });
  return { page: result.page, cursor: result.isDone ? null : result.continueCursor };
}

function checkCursor<Row extends NonNullable<unknown>>(rows: QueryStream<Row>, cursor: string): void {
  const key = keyOf(cursor);
  const owned = rows.getEqualityIndexFilter();
  const fits =
    key.length === rows.getIndexFields().length && owned.every((value, index) => key[index] === value);
  if (!fits) throw cursorInvalid();
}

/** The index key in a cursor; `undefined` is written as a word there. */
function keyOf(cursor: string): (Value | undefined)[] {
  let key: Value;
  try {
    key = jsonToConvex(JSON.parse(cursor) as Parameters<typeof jsonToConvex>[0]);
  } catch {
    throw cursorInvalid();
  }
  if (!Array.isArray(key)) throw cursorInvalid();
  return key.map((value) => (value === "undefined" ? undefined : value));
}

const cursorInvalid = () =>
  memoryError("INVALID_ARGUMENT", "`cursor` is not one that this list gave: start again with null.");
