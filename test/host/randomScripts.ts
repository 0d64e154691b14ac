// Seeded scripts of reads and writes.
import type { Bound, Operation, Reading } from "./fixture/convex/scripted.js";

export type Random = () => number;

/** A small deterministic generator (mulberry32): the same seed gives the same script everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

const VALUES: unknown[] = [
  null, true, false, 0, -0, 1, -1.5, 1e9, Number.POSITIVE_INFINITY, Number.NaN, 0n, 7n, -7n, "", "a", "ab", "b",
  "é", "\u{1f600}", "\uffee", [], [1], [1, 2], ["a"], {}, { inner: 1 }, { inner: "x" }, { inner: null },
]; // prettier-ignore
const TAGS = ["red", "green", "blue"];

function cell(random: Random): Record<string, unknown> {
  return {
    tag: pick(random, TAGS),
    rank: Math.floor(random() * 6),
    ...(random() < 0.8 ? { value: pick(random, VALUES) } : {}),
    ...(random() < 0.6 ? { other: pick(random, VALUES) } : {}),
  };
}

const INDEXES: Record<string, string[]> = {
  by_value: ["value"],
  by_tag_value: ["tag", "value"],
  by_tag_rank_other: ["tag", "rank", "other"],
  by_nested: ["other.inner"],
  by_creation_time: [],
};

function valueFor(random: Random, field: string): unknown {
  if (field === "tag") return pick(random, TAGS);
  return field === "rank" ? Math.floor(random() * 6) : pick(random, VALUES);
}

function boundsFor(random: Random, fields: string[]): Bound[] {
  const bounds: Bound[] = [];
  const equalities = Math.floor(random() * (fields.length + 1));
  for (const field of fields.slice(0, equalities))
    bounds.push({ kind: "eq", field, value: valueFor(random, field) });
  const next = fields[equalities];
  if (next === undefined) return bounds;
  if (random() < 0.4)
    bounds.push({ kind: pick(random, ["gt", "gte"]), field: next, value: valueFor(random, next) });
  if (random() < 0.4)
    bounds.push({ kind: pick(random, ["lt", "lte"]), field: next, value: valueFor(random, next) });
  return bounds;
}

export function randomReading(random: Random): Reading {
  const index = random() < 0.15 ? null : pick(random, Object.keys(INDEXES));
  return {
    index,
    bounds: index === null ? [] : boundsFor(random, INDEXES[index]!),
    order: pick(random, ["asc", "desc"]),
    ...(random() < 0.3 ? { rankAbove: Math.floor(random() * 6) } : {}),
  };
}

const READING_KINDS = [
  "collect",
  "collect",
  "collect",
  "take",
  "take",
  "stopAfter",
  "removeWhileReading",
  "stale",
] as const;

function rowOperation(random: Random): Operation {
  const place = Math.floor(random() * 1000);
  switch (pick(random, ["patch", "patch", "replace", "remove", "get"] as const)) {
    case "patch":
      return { kind: "patch", place, cell: { [pick(random, ["value", "other"])]: pick(random, VALUES) } };
    case "replace":
      return { kind: "replace", place, cell: cell(random) };
    case "remove":
      return { kind: "remove", place };
    case "get":
      return { kind: "get", place };
  }
}

export function randomOperation(random: Random, depth = 0): Operation {
  const roll = random();
  if (roll < 0.35) return { kind: "insert", cell: cell(random) };
  if (roll < 0.6) return rowOperation(random);
  if (roll < 0.94 || depth >= 2) {
    const count = 1 + Math.floor(random() * 5);
    return { kind: pick(random, READING_KINDS), reading: randomReading(random), count };
  }
  const operations = Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
    randomOperation(random, depth + 1),
  );
  return { kind: "nested", operations, fails: random() < 0.4 };
}
