// Serialized queries, and the range of index keys each one asks for.
import { decodeQueryValue } from "./documents.js";
import type { KeyBound } from "./readSets.js";

export type RangeExpression = { type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte"; fieldPath: string; value: unknown };
export type SearchFilter =
  { type: "Search"; fieldPath: string; value: string } | { type: "Eq"; fieldPath: string; value: unknown };
export type Order = "asc" | "desc";
export type QuerySource =
  | { type: "FullTableScan"; tableName: string; order: Order | null }
  | { type: "IndexRange"; indexName: string; range: RangeExpression[]; order: Order | null }
  | { type: "Search"; indexName: string; filters: SearchFilter[] };
export type QueryOperator = { filter: unknown } | { limit: number };
export type SerializedQuery = { source: QuerySource; operators: QueryOperator[] };

export type KeyRange = { lower: KeyBound | null; upper: KeyBound | null };

export function limitOf(query: SerializedQuery): number | null {
  for (const operator of query.operators) if ("limit" in operator) return operator.limit;
  return null;
}

export function filtersOf(query: SerializedQuery): unknown[] {
  return query.operators.flatMap((operator) => ("filter" in operator ? [operator.filter] : []));
}

/** The key range of `withIndex` expressions, or null when they do not fit the index (the caller complains). */
export function keyRangeOf(range: RangeExpression[], fields: string[]): KeyRange | null {
  const equal: unknown[] = [];
  while (equal.length < range.length) {
    const expression = range[equal.length]!;
    if (expression.type !== "Eq" || expression.fieldPath !== fields[equal.length]) break;
    equal.push(decodeQueryValue(expression.value));
  }
  const prefix: KeyBound | null = equal.length > 0 ? { key: equal, inclusive: true } : null;
  const bounds: KeyRange = { lower: prefix, upper: prefix };
  const set = { lower: false, upper: false };
  for (const expression of range.slice(equal.length)) {
    if (expression.type === "Eq" || expression.fieldPath !== fields[equal.length]) return null;
    const end = expression.type === "Gt" || expression.type === "Gte" ? "lower" : "upper";
    if (set[end]) return null;
    set[end] = true;
    bounds[end] = {
      key: [...equal, decodeQueryValue(expression.value)],
      inclusive: expression.type === "Gte" || expression.type === "Lte",
    };
  }
  return bounds;
}
