import type { UIMessage } from "ai";
import { storedIdOf } from "../parts/filePlace.js";
import { memoryError } from "../validators/errors.js";

/** A prompt that is to be sent. */
export type SentMessage = {
  threadId: string;
  /** Its texts. */
  prompt: string;
  /** Its files, which are registered in the memory already. */
  fileIds: string[];
  operationId: string;
  /** What `sendMessage` was given as `body`. */
  body: Record<string, unknown>;
  message: UIMessage;
  /** `{ threadId, prompt, operationId }` with the fields of `body`, and `fileIds` where there are files. */
  args: Record<string, unknown>;
};

type Sending = { threadId: string; operationId: string; body: object | undefined };

/** A prompt of a chat. Throws `INVALID_ARGUMENT` for a file that is not one of the memory's. */
export function sentMessage(
  message: UIMessage,
  { threadId, operationId, body: given }: Sending,
): SentMessage {
  const texts = message.parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const files = message.parts.flatMap((part) => (part.type === "file" ? [storedIdOf(part)] : []));
  const fileIds = files.filter((fileId) => fileId !== null);
  if (fileIds.length < files.length)
    throw memoryError("INVALID_ARGUMENT", "A file was not uploaded: upload it, then send it by its id.");
  const body: Record<string, unknown> = { ...given };
  const prompt = texts.join("\n");
  const withFiles = fileIds.length === 0 ? {} : { fileIds };
  const args = { ...body, threadId, prompt, operationId, ...withFiles };
  return { threadId, prompt, fileIds, operationId, body, message, args };
}
