import { NESTED_ANSWER_MAX_BYTES } from "./runLimits.js";
import { cutToBytes, utf8Bytes } from "./utf8.js";

/** The event that wakes a durable run when a run nested in it is over; the component sends it once. */
export const nestedEvent = (childRunId: string): string => `nested:${childRunId}`;

/** An agent's answer as the one that asked is told it: of a very long one the start, and that it goes on. */
export function nestedAnswer(text: string): string {
  const bytes = utf8Bytes(text);
  if (bytes <= NESTED_ANSWER_MAX_BYTES) return text;
  const note = `\n[The answer has ${bytes} bytes; this is its start.]`;
  return cutToBytes(text, NESTED_ANSWER_MAX_BYTES - utf8Bytes(note)) + note;
}
