/**
 * `next`, with all that equals what stood in its place in `before` being the same object as there: what has not changed
 * is not drawn anew. For plain JSON; `before` itself where nothing has changed.
 */
export function keepSame<Value>(before: unknown, next: Value): Value {
  if (Object.is(before, next)) return next;
  if (Array.isArray(before) && Array.isArray(next)) {
    const kept = next.map((item: unknown, index): unknown => keepSame(before[index], item));
    return isSameList(before, kept) ? (before as Value) : (kept as Value);
  }
  if (!isRecord(before) || !isRecord(next)) return next;
  const kept = Object.fromEntries(
    Object.entries(next).map(([key, value]) => [key, keepSame(before[key], value)]),
  );
  return isSameFields(before, kept) ? (before as Value) : (kept as Value);
}

/** The items of `next`, those that are known by their id being the same objects while they are equal. */
export function keepSameItems<Item>(
  before: readonly Item[],
  next: readonly Item[],
  idOf: (item: Item) => string,
): readonly Item[] {
  const known = new Map(before.map((item) => [idOf(item), item]));
  const kept = next.map((item) => keepSame(known.get(idOf(item)), item));
  return isSameList(before, kept) ? before : kept;
}

/** True when two lists hold the same objects. */
export const isSameList = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((item, index) => item === right[index]);

/** True for the same value, and for two plain objects whose fields hold the same. */
export function isSameFields(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length && keys.every((key) => key in right && left[key] === right[key])
  );
}

/** A plain object: bytes and what has a class of its own are left as they are. */
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
