import { memoryError } from "../validators/errors.js";
import {
  DOCUMENT_MAX_TAGS,
  FILTER_MAX_KEYS,
  TAG_KEY_MAX_CHARACTERS,
  TAG_VALUE_MAX_CHARACTERS,
} from "./limits.js";
import { wellFormed } from "./wellFormed.js";

/** A key of metadata with its value, as one text: equal texts are equal by value. `1`, `"1"` and `true` all differ. */
const tagOf = (key: string, value: string | number | boolean): string => JSON.stringify([key, value]);

/**
 * What can be filtered of a document's metadata: one tag for each key of the object that holds a text, a finite
 * number or a boolean. Nested values, nulls, and keys or texts that are too long for an index give none, nor does
 * metadata that is no object. Sorted, each once.
 */
export function tagsOf(metadata: string | undefined): string[] {
  const fields: unknown = metadata === undefined ? null : JSON.parse(metadata);
  if (!isFields(fields)) return [];
  const tags = Object.entries(fields).flatMap(([key, value]) =>
    isFilterable(key, value) ? [tagOf(key, value)] : [],
  );
  return [...new Set(tags)].sort();
}

/** Refuses metadata with more keys to filter by than a document may have rows for. */
export function checkTags(metadata: string | undefined): void {
  const tags = tagsOf(metadata).length;
  if (tags <= DOCUMENT_MAX_TAGS) return;
  throw memoryError(
    "INVALID_ARGUMENT",
    `\`metadata\` may have ${DOCUMENT_MAX_TAGS} keys with plain values at most: nest what you do not filter by.`,
    { field: "metadata", keys: tags },
  );
}

/**
 * The tags that a filter, as JSON text, asks for; none for `undefined` and `{}`. Throws INVALID_ARGUMENT for what is
 * no object of plain values: nothing could ever fit it.
 */
export function tagsOfFilter(filter: string | undefined): string[] {
  if (filter === undefined) return [];
  const entries = Object.entries(fieldsOf(filter));
  if (entries.length > FILTER_MAX_KEYS)
    throw invalidFilter(`may name ${FILTER_MAX_KEYS} keys at most`, { keys: entries.length });
  return entries
    .map(([key, value]) => {
      if (isFilterable(key, value)) return tagOf(key, value);
      throw invalidFilter(
        `compares keys of at most ${TAG_KEY_MAX_CHARACTERS} characters with a finite number, a boolean, or a text of at most ${TAG_VALUE_MAX_CHARACTERS}`,
        { key: wellFormed(key.slice(0, TAG_KEY_MAX_CHARACTERS)) },
      );
    })
    .sort();
}

/** True when metadata holds every tag. */
export function hasTags(metadata: string | undefined, tags: readonly string[]): boolean {
  if (tags.length === 0) return true;
  const held = new Set(tagsOf(metadata));
  return tags.every((tag) => held.has(tag));
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isFilterable(key: string, value: unknown): value is string | number | boolean {
  if (key.length > TAG_KEY_MAX_CHARACTERS) return false;
  if (typeof value === "string") return value.length <= TAG_VALUE_MAX_CHARACTERS;
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

function fieldsOf(filter: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(filter);
  } catch {
    throw invalidFilter("must be an object as JSON text");
  }
  if (isFields(parsed)) return parsed;
  throw invalidFilter("must be an object of keys and values");
}

const invalidFilter = (reason: string, details: Record<string, string | number> = {}) =>
  memoryError("INVALID_ARGUMENT", `\`filter\` ${reason}.`, { field: "filter", ...details });
