import { isMemoryError } from "../validators/errors.js";

/** Throws the same error with its sentence for a message, where Convex has the whole of its data as JSON text. */
export function rethrow(error: unknown): never {
  if (isMemoryError(error)) error.message = error.data.message;
  throw error;
}

/** What an error says to people. */
export const plainWords = (error: unknown): string =>
  isMemoryError(error) ? error.data.message : error instanceof Error ? error.message : String(error);
