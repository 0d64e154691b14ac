import { memoryError } from "../../validators/errors.js";
import type { Part } from "../../validators/content.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { packParts, payloadBytes, wholeParts, writePieces } from "./messagePayloads.js";
import { deletePieces } from "./messageRows.js";

/** Rows of payloads of one message: its bytes are bounded, so are its pieces. */
const PIECES_MAX = 1_024;

type Rewriting = { messageId: Id<"messages">; inputs: ReadonlyMap<string, string> };

/**
 * Gives calls of a message other inputs, by callId, so that the history says what was run. No context has shown the
 * message yet: the run goes on only when it is decided. Gives what the model had asked for.
 *
 * All of a message at once: it is read and written whole.
 */
export async function rewriteInputs(
  ctx: MutationCtx,
  { messageId, inputs }: Rewriting,
): Promise<Map<string, string>> {
  const message = await ctx.db.get("messages", messageId);
  const parts = message === null ? [] : await wholeParts(ctx, message);
  const asked = new Map<string, string>();
  const edited = parts.map((part): Part => {
    const input = part.type === "toolCall" ? inputs.get(part.callId) : undefined;
    if (part.type !== "toolCall" || input === undefined) return part;
    asked.set(part.callId, part.input);
    return { ...part, input };
  });
  if (message === null || asked.size < inputs.size)
    throw memoryError(
      "MESSAGE_NOT_FOUND",
      "The message that asked for these tools is gone, or was changed.",
      {
        messageId,
      },
    );
  const packed = await packParts(edited);
  if (payloadBytes(message.parts) > 0) await deletePieces(ctx, messageId, PIECES_MAX);
  await ctx.db.patch("messages", messageId, { parts: packed.parts });
  await writePieces(ctx, messageId, packed.pieces);
  return asked;
}
