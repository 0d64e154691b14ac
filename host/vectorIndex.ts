// One vector index over committed rows: exact cosine over every row that has a vector of the right length.
import { fieldAt, splitFieldPath, type StoredDocument } from "./documents.js";
import { compileFilters } from "./filterExpressions.js";

/** Convex returns at most this many results of one vector search. */
export const MAX_VECTOR_RESULTS = 256;
/** Results of a search that names no limit. */
const DEFAULT_VECTOR_RESULTS = 10;
/** Filters of one vector search may hold at most this many equalities. */
export const MAX_VECTOR_FILTER_TERMS = 64;

type Entry = { document: StoredDocument; vector: ArrayLike<number>; norm: number };
export type VectorHit = { _id: string; _score: number };

function normOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let position = 0; position < vector.length; position++) sum += vector[position]! * vector[position]!;
  return Math.sqrt(sum);
}

function dotProduct(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let position = 0; position < left.length; position++) sum += left[position]! * right[position]!;
  return sum;
}

export type VectorDefinition = { vectorField: string; dimensions: number; filterFields: string[] };

// Counts the equalities of a filter; refuses every other shape, which Convex has no index for.
function countFilterTerms(expression: unknown, filterFields: string[]): number {
  const [operator, operands] = Object.entries(expression as Record<string, unknown>)[0] ?? ["", null];
  if (operator === "$or") {
    return (operands as unknown[]).reduce<number>(
      (sum, child) => sum + countFilterTerms(child, filterFields),
      0,
    );
  }
  if (operator !== "$eq") throw new Error("A vector search filter is one equality or an OR of equalities.");
  const { $field } = (operands as { $field?: string }[])[0] ?? {};
  if ($field === undefined || !filterFields.includes($field)) {
    throw new Error(`Vector search filters need a filter field of the index; "${$field}" is none.`);
  }
  return 1;
}

export class VectorIndex {
  readonly #entries = new Map<string, Entry>();
  readonly #definition: VectorDefinition;
  readonly #path: string[];

  constructor(definition: VectorDefinition, documents: Iterable<StoredDocument>) {
    this.#definition = definition;
    this.#path = splitFieldPath(definition.vectorField);
    for (const document of documents) this.put(document);
  }

  /** Rows without a vector, or with one of another length, are not indexed, as in Convex. */
  put(document: StoredDocument): void {
    const vector = fieldAt(document, this.#path);
    if (Array.isArray(vector) && vector.length === this.#definition.dimensions) {
      const numbers = vector as number[];
      this.#entries.set(document._id, { document, vector: numbers, norm: normOf(numbers) });
    } else {
      this.#entries.delete(document._id);
    }
  }

  remove(id: string): void {
    this.#entries.delete(id);
  }

  search(vector: number[], filters: unknown[], limit: number = DEFAULT_VECTOR_RESULTS): VectorHit[] {
    const { dimensions, filterFields } = this.#definition;
    if (vector.length !== dimensions) {
      throw new Error(`The vector has ${vector.length} dimensions; this index has ${dimensions}.`);
    }
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_VECTOR_RESULTS) {
      throw new Error(`Vector search limit must be between 1 and ${MAX_VECTOR_RESULTS}, got ${limit}.`);
    }
    const terms = filters.reduce<number>((sum, filter) => sum + countFilterTerms(filter, filterFields), 0);
    if (terms > MAX_VECTOR_FILTER_TERMS) {
      throw new Error(`A vector search filter may hold ${MAX_VECTOR_FILTER_TERMS} terms, got ${terms}.`);
    }
    const passes = compileFilters(filters);
    const norm = normOf(vector);
    const hits: VectorHit[] = [];
    for (const entry of this.#entries.values()) {
      if (passes !== null && !passes(entry.document)) continue;
      const scale = norm * entry.norm;
      hits.push({
        _id: entry.document._id,
        _score: scale === 0 ? 0 : dotProduct(vector, entry.vector) / scale,
      });
    }
    return hits.sort((a, b) => b._score - a._score).slice(0, limit);
  }
}
