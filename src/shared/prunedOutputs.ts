import type { ThreadPlace } from "../validators/thread.js";
import type { Message } from "../validators/message.js";
import { bodyOf, withBody } from "./partBodies.js";
import { comparePositions } from "./position.js";
import { estimateTokens } from "./tokens.js";
import { utf8Bytes } from "./utf8.js";

/** The same message with its tools' outputs as placeholders, where it stands at or before `prunedTo`. */
export function pruneOutputs(message: Message, prunedTo: ThreadPlace | null): Message {
  const isPruned = prunedTo !== null && comparePositions(message, prunedTo) <= 0;
  if (!isPruned || message.parts.every(({ type }) => type !== "toolResult")) return message;
  let tokens = 0;
  const parts = message.parts.map((part) => {
    const body = bodyOf(part) ?? "";
    const bytes = "payload" in part ? (part.payload?.bytes ?? utf8Bytes(body)) : utf8Bytes(body);
    const shown =
      part.type === "toolResult"
        ? withBody({ ...part, outputKind: "text" }, `[Left out: an output of ${bytes} bytes.]`)
        : part;
    tokens += estimateTokens(bodyOf(shown) ?? "");
    return shown;
  });
  return { ...message, parts, tokens };
}
