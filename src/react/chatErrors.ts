import { isMemoryError } from "../validators/errors.js";

/** The same error with its sentence for a message, where Convex has the whole of its data as JSON text. */
export function plainError(error: unknown): unknown {
  if (isMemoryError(error)) error.message = error.data.message;
  return error;
}
