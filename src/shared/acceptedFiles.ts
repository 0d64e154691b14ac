import { memoryError } from "../validators/errors.js";
import type { FileAcceptance } from "../validators/file.js";

/** What is known of a file: its size in bytes, and the types that somebody says it has. */
type KnownFile = { bytes?: number; mediaTypes: readonly (string | undefined)[] };

/**
 * Refuses a file that is too large, or of which any named type is not taken. Throws `FILE_TOO_LARGE` and
 * `FILE_TYPE_REFUSED`; what is not known is not refused.
 */
export function checkAccepted(accept: FileAcceptance, { bytes, mediaTypes }: KnownFile): void {
  const { maxBytes = Infinity, mediaTypes: taken } = accept;
  if (bytes !== undefined && bytes > maxBytes)
    throw memoryError("FILE_TOO_LARGE", `A file may have ${maxBytes} bytes at most: this one has ${bytes}.`, {
      bytes,
      maxBytes,
    });
  const refused = mediaTypes.find((type) => type !== undefined && !isTaken(taken, type));
  if (refused === undefined || taken === undefined) return;
  throw memoryError("FILE_TYPE_REFUSED", `Files of this type are not taken, only of: ${taken.join(", ")}.`, {
    mediaType: refused,
    accepts: taken.join(", "),
  });
}

/** Whether a list of types, as `image/png` or `image/*`, names this one; no list names every type. */
export function isTaken(taken: readonly string[] | undefined, mediaType: string): boolean {
  if (taken === undefined) return true;
  const type = plainType(mediaType);
  return taken.map(plainType).some((named) => {
    if (named === "*/*" || named === type) return true;
    return named.endsWith("/*") && type.startsWith(named.slice(0, -1));
  });
}

/** A type without its parameters: `text/plain; charset=utf-8` is `text/plain`. */
const plainType = (mediaType: string): string => (mediaType.split(";", 1)[0] ?? "").trim().toLowerCase();
