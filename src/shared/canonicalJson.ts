/**
 * JSON text with the keys of every object in code-unit order and no white space: equal values give equal text,
 * whatever the order in which their keys were written. Otherwise as `JSON.stringify`: `undefined` and functions are
 * dropped from objects and become `null` in arrays, as do `NaN` and infinities. Values of Convex that JSON lacks
 * are written as Convex writes them: a bigint as `{"$integer": digits}`, bytes as `{"$bytes": hex}`.
 */
export function canonicalJson(value: unknown): string {
  return write(value) ?? "null";
}

/** The text of a value, or undefined where JSON has none for it. */
function write(given: unknown): string | undefined {
  const value = hasToJson(given) ? given.toJSON() : given;
  if (typeof value === "bigint") return `{"$integer":"${value}"}`;
  if (value instanceof ArrayBuffer) return `{"$bytes":"${toHex(value)}"}`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item) ?? "null").join(",")}]`;
  const fields: string[] = [];
  for (const [key, item] of Object.entries(value).sort(byKey)) {
    const text = write(item);
    if (text !== undefined) fields.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${fields.join(",")}}`;
}

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1; // keys of one object differ
}

function hasToJson(value: unknown): value is { toJSON: () => unknown } {
  return (
    typeof value === "object" && value !== null && "toJSON" in value && typeof value.toJSON === "function"
  );
}

function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The SHA-256 of a text's UTF-8 bytes, as 64 hex digits. Runs in queries and mutations too. */
export async function hashText(text: string): Promise<string> {
  return toHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** Characters of a short hash: 132 bits. */
const SHORT_HASH_CHARACTERS = 22;

/** The start of the SHA-256 of a text, in base 64 for URLs: long enough that two texts never share one by chance. */
export async function shortHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").slice(0, SHORT_HASH_CHARACTERS);
}
