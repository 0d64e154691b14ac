import type { Part } from "../validators/content.js";
import { THREAD_PREVIEW_CHARACTERS } from "./limits.js";

/** What was said in words: the text parts of a message, a line between them. Reasoning and tools are left out. */
export function textOf(parts: readonly Part[]): string {
  const texts: string[] = [];
  for (const part of parts) if (part.type === "text") texts.push(part.text);
  return texts.join("\n");
}

/** The start of a text as one line, for lists; never ends inside a surrogate pair. */
export function previewOf(text: string): string {
  const line = text
    .slice(0, 4 * THREAD_PREVIEW_CHARACTERS)
    .replace(/\s+/g, " ")
    .trim();
  const characters = Array.from(line);
  if (characters.length <= THREAD_PREVIEW_CHARACTERS) return line;
  return `${characters.slice(0, THREAD_PREVIEW_CHARACTERS - 1).join("")}…`;
}

/** True when a message says nothing: no words but white space, no file and no answer to a request. */
export const isBlank = (parts: readonly Part[]): boolean =>
  parts.every((part) =>
    part.type === "text" ? part.text.trim() === "" : part.type !== "file" && part.type !== "approvalResponse",
  );
