import { readJson } from "../../data/json.js";

/** Tags that a row has room for. */
const MAX_TAGS = 6;

/** The plain values that stand directly in a document's metadata, as `key: value`. */
export function tagsIn(metadata: string | undefined): string[] {
  if (metadata === undefined) return [];
  const parsed = readJson(metadata).value;
  if (typeof parsed !== "object" || parsed === null) return [];
  const plain = Object.entries(parsed).filter(([, value]) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
  return plain.slice(0, MAX_TAGS).map(([key, value]) => `${key}: ${String(value)}`);
}
