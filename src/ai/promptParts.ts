import type { FilePart, ImagePart } from "ai";
import type { Part } from "../client/index.js";
import type { EncodeOptions } from "../parts/codec.js";
import { fromModelMessage } from "../parts/fromModelMessage.js";
import type { FileKeeper } from "./fileKeeper.js";

/** A part of a prompt: ours, or a file as the AI SDK has it, of which bytes are stored. */
export type PromptPart = Part | FilePart | ImagePart;

const isOfSdk = (part: PromptPart): part is FilePart | ImagePart =>
  part.type === "image" || (part.type === "file" && "data" in part);

/** A prompt as parts, with its bytes stored. What cannot be stored becomes a text that says so. */
export async function storedPrompt(
  prompt: string | PromptPart[],
  files: FileKeeper,
): Promise<string | Part[]> {
  if (typeof prompt === "string") return prompt;
  return await files.encode((options) => prompt.flatMap((part) => toParts(part, options)));
}

/** What of a prompt is text. */
export const promptText = (prompt: string | readonly PromptPart[] = ""): string =>
  typeof prompt === "string"
    ? prompt
    : prompt.map((part) => (part.type === "text" ? part.text : "")).join("\n");

const toParts = (part: PromptPart, options: EncodeOptions): Part[] =>
  isOfSdk(part)
    ? fromModelMessage({ role: "user", content: [part] }, options).flatMap(({ parts }) => parts)
    : [part];
