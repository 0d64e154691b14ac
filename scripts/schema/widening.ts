import type { CompactSchema, CompactTable, CompactType } from "./compactSchema.js";

/**
 * Why rows and code of an older schema would not fit a newer one; empty when they would.
 *
 * A component's schema is deployed with the apps that use it: a narrower one fails their deploy, and a new index on
 * a filled table blocks it. So a change only adds tables, optional fields, wider unions and staged indexes.
 */
export function narrowings(older: CompactSchema, newer: CompactSchema): string[] {
  return Object.entries(older).flatMap(([name, table]) => {
    const next = newer[name];
    if (next === undefined) return [`${name}: the table was removed`];
    return [...narrowedType(name, table.document, next.document), ...changedIndexes(name, table, next)];
  });
}

function narrowedType(place: string, older: CompactType, newer: CompactType): string[] {
  if (JSON.stringify(older) === JSON.stringify(newer) || newer === "any") return [];
  const bothObjects = isKind(older, "object") && isKind(newer, "object");
  if (bothObjects) return narrowedFields(place, older.object, newer.object);
  if (isKind(older, "array") && isKind(newer, "array")) {
    return narrowedType(`${place}[]`, older.array, newer.array);
  }
  if (isKind(older, "union")) return older.union.flatMap((member) => narrowedType(place, member, newer));
  if (
    isKind(newer, "union") &&
    newer.union.some((member) => narrowedType(place, older, member).length === 0)
  ) {
    return [];
  }
  return [`${place}: ${JSON.stringify(older)} is no longer accepted`];
}

function narrowedFields(
  place: string,
  older: Record<string, CompactType>,
  newer: Record<string, CompactType>,
): string[] {
  const kept = Object.entries(older).flatMap(([key, type]) => {
    const name = key.replace(/\?$/, "");
    const wasOptional = key !== name;
    const next = newer[`${name}?`] ?? (wasOptional ? undefined : newer[name]);
    if (next !== undefined) return narrowedType(`${place}.${name}`, type, next);
    return [`${place}.${name}: ${name in newer ? "became required" : "was removed"}`];
  });
  const added = Object.keys(newer).filter(
    (key) => !key.endsWith("?") && !(key in older) && !(`${key}?` in older),
  );
  return [...kept, ...added.map((name) => `${place}.${name}: a new field must be optional`)];
}

function changedIndexes(name: string, older: CompactTable, newer: CompactTable): string[] {
  const before = { ...older.indexes, ...older.stagedIndexes };
  const after = { ...newer.indexes, ...newer.stagedIndexes };
  const lost = Object.keys(before).filter((index) => after[index] !== before[index]);
  const blocking = Object.keys(newer.indexes).filter((index) => !(index in before));
  const withdrawn = Object.keys(newer.stagedIndexes).filter((index) => index in older.indexes);
  return [
    ...lost.map((index) => `${name}, index ${index}: ${index in after ? "changed" : "was removed"}`),
    ...blocking.map((index) => `${name}, index ${index}: a new index must be staged`),
    ...withdrawn.map((index) => `${name}, index ${index}: is staged again`),
  ];
}

type Kind = "object" | "array" | "union";

function isKind<K extends Kind>(
  type: CompactType,
  kind: K,
): type is Extract<CompactType, Record<K, unknown>> {
  return typeof type === "object" && kind in type;
}
