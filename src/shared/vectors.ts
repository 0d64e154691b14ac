import { memoryError } from "../validators/errors.js";
import { VECTOR_DIMENSIONS } from "./limits.js";

/** Dimensions that have a table. */
export type VectorDimensions = (typeof VECTOR_DIMENSIONS)[number];

/**
 * Checks vectors that are to be stored or compared: finite numbers, one length for all, and no more than the
 * widest table. Returns that length; throws INVALID_ARGUMENT otherwise, and for an empty list.
 */
export function checkVectors(vectors: readonly number[][]): number {
  const length = vectors[0]?.length ?? 0;
  for (const vector of vectors) {
    if (vector.length !== length) {
      throw memoryError("INVALID_ARGUMENT", "Vectors of one embedder must have one length.", {
        length: vector.length,
        expected: length,
      });
    }
    const index = vector.findIndex((number) => !Number.isFinite(number));
    if (index >= 0)
      throw memoryError("INVALID_ARGUMENT", "A vector holds a number that is not finite.", { index });
  }
  dimensionsFor(length);
  return length;
}

/** The narrowest table that takes vectors of `length`; throws INVALID_ARGUMENT where there is none. */
export function dimensionsFor(length: number): VectorDimensions {
  const fitting = length > 0 ? VECTOR_DIMENSIONS.find((dimensions) => dimensions >= length) : undefined;
  if (fitting !== undefined) return fitting;
  throw memoryError("INVALID_ARGUMENT", "No table takes vectors of this length.", {
    length,
    longest: Math.max(...VECTOR_DIMENSIONS),
  });
}

/** The vector with zeros up to the dimensions of its table: angles between padded vectors stay the same. */
export function padVector(vector: number[]): number[] {
  const dimensions = dimensionsFor(vector.length);
  if (vector.length === dimensions) return vector;
  return [...vector, ...Array.from({ length: dimensions - vector.length }, () => 0)];
}

/** True for a vector without direction, which no angle can be measured to: an embedder's answer to an empty text. */
export const isZeroVector = (vector: number[]): boolean => vector.every((number) => number === 0);

/** What made a vector: the embedder's name and its length, so that vectors of two lengths never meet. */
const makerKey = (embedder: string, length: number): string => `${encodeURIComponent(embedder)}#${length}`;

/** Who made the vectors of a filter key: the other way round. */
export function makerOf(key: string): { embedder: string; length: number } {
  const [embedder = "", length = ""] = key.slice(0, key.indexOf("|")).split("#");
  return { embedder: decodeURIComponent(embedder), length: Number(length) };
}

/** The filter key of vectors of one kind in one scope. */
export const ownerKey = (made: { embedder: string; length: number }, kind: string, scope: string): string =>
  `${makerKey(made.embedder, made.length)}|${kind}|${scope}`;

/** The filter key of vectors in one thread. */
export const threadKey = (made: { embedder: string; length: number }, threadId: string): string =>
  `${makerKey(made.embedder, made.length)}|${threadId}`;
