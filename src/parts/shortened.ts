import { bodyOf, type LongPart } from "../shared/partBodies.js";
import { utf8Bytes } from "../shared/utf8.js";
import { OWN_METADATA } from "./provider.js";

/** How much of a long part is here. */
export type Shortened = { shownBytes: number; bytes: number };

/** Not null when the part's body is only the start of what was said. */
export function shortenedOf(part: LongPart): Shortened | null {
  if (part.payload === undefined) return null;
  const shownBytes = utf8Bytes(bodyOf(part) ?? "");
  const { bytes } = part.payload;
  return shownBytes < bytes ? { shownBytes, bytes } : null;
}

/** What a model is told behind the start of a long text. */
export const shortenedNote = ({ shownBytes, bytes }: Shortened): string =>
  `[Shortened: these are the first ${shownBytes} of ${bytes} bytes.]`;

/** The text for a model: with a note where it is only a start. */
export function textForModel(part: LongPart): string {
  const shortened = shortenedOf(part);
  const text = bodyOf(part) ?? "";
  return shortened === null ? text : `${text}\n\n${shortenedNote(shortened)}`;
}

/** For an interface: where to read a long part whole (`messages.read`); nothing for a part that is whole. */
export function wholePartAt(
  part: LongPart,
  { messageId, index }: { messageId: string; index: number },
): { [OWN_METADATA]?: { messageId: string; part: number; bytes: number } } {
  const shortened = shortenedOf(part);
  return shortened === null ? {} : { [OWN_METADATA]: { messageId, part: index, bytes: shortened.bytes } };
}
