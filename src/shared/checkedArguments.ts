import { memoryError } from "../validators/errors.js";
import {
  METADATA_MAX_BYTES,
  NAME_MAX_CHARACTERS,
  PAGE_DEFAULT_ITEMS,
  PAGE_MAX_ITEMS,
  TITLE_MAX_BYTES,
} from "./limits.js";
import { utf8Bytes } from "./utf8.js";
import { wellFormed } from "./wellFormed.js";

/** Refuses an id or name that is empty, too long for an index key, or no whole text; `undefined` passes. */
export function checkName(field: string, value: string | undefined): void {
  if (value === undefined) return;
  checkWhole(field, value);
  if (value.length > 0 && value.length <= NAME_MAX_CHARACTERS) return;
  throw memoryError("INVALID_ARGUMENT", `\`${field}\` must have 1 to ${NAME_MAX_CHARACTERS} characters.`, {
    field,
    length: value.length,
  });
}

/** Refuses half of a surrogate pair, which Convex cannot store: what names something is not to be mended. */
function checkWhole(field: string, value: string): void {
  if (value === wellFormed(value)) return;
  throw memoryError(
    "INVALID_ARGUMENT",
    `\`${field}\` holds half a surrogate pair: it was cut within a character.`,
    {
      field,
    },
  );
}

/** Refuses a time that is no moment, in ms since the epoch; `undefined` passes. */
export function checkTime(field: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && Math.abs(value) <= MAX_TIME_MS)) return;
  throw memoryError("INVALID_ARGUMENT", `\`${field}\` must be a time in ms since the epoch.`, { field });
}

/** The furthest moment that a `Date` can hold. */
const MAX_TIME_MS = 8.64e15;

/** Refuses a title that is longer than `TITLE_MAX_BYTES`. */
export function checkTitle(title: string | undefined): void {
  if (title !== undefined) checkBytes("title", title, TITLE_MAX_BYTES);
}

/** Refuses metadata that is not JSON text, or longer than `METADATA_MAX_BYTES`. */
export function checkMetadata(metadata: string | undefined): void {
  if (metadata === undefined) return;
  checkWhole("metadata", metadata);
  checkBytes("metadata", metadata, METADATA_MAX_BYTES);
  try {
    JSON.parse(metadata);
  } catch {
    throw memoryError("INVALID_ARGUMENT", "`metadata` must be JSON text.", { field: "metadata" });
  }
}

/** The number of items of a page: the default when none is named, at most `PAGE_MAX_ITEMS`, never below one. */
export function checkedLimit(limit: number | undefined): number {
  if (limit === undefined) return PAGE_DEFAULT_ITEMS;
  if (Number.isInteger(limit) && limit > 0) return Math.min(limit, PAGE_MAX_ITEMS);
  throw memoryError("INVALID_ARGUMENT", "`limit` must be an integer from 1.", { field: "limit" });
}

function checkBytes(field: string, value: string, maxBytes: number): void {
  const bytes = utf8Bytes(value);
  if (bytes > maxBytes)
    throw memoryError("INVALID_ARGUMENT", `\`${field}\` may have ${maxBytes} bytes at most.`, {
      field,
      bytes,
    });
}
