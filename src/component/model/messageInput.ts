import { memoryError } from "../../validators/errors.js";
import type { Part } from "../../validators/content.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { packParts, payloadBytes, wholeParts, writePieces } from "./messagePayloads.js";
import { deletePieces } from "./messageRows.js";

/** Rows of payloads of one message: its bytes are bounded, so are its pieces. */
const PIECES_MAX = 1_024;

type Rewriting = { messageId: Id<"messages">; callId: string; input: string };

/**
 * Gives a call of a message another input, so that the history says what was run. No context has shown the message yet:
 * the run goes on only when it is decided. Gives what the model had asked for.
 */
export async function rewriteInput(
  ctx: MutationCtx,
  { messageId, callId, input }: Rewriting,
): Promise<string> {
  const message = await ctx.db.get("messages", messageId);
  const parts = message === null ? [] : await wholeParts(ctx, message);
  const index = parts.findIndex((part) => part.type === "toolCall" && part.callId === callId);
  const asked = parts[index];
  if (message === null || asked?.type !== "toolCall")
    throw memoryError("MESSAGE_NOT_FOUND", "The message that asked for this tool is gone, or was changed.", {
      callId,
    });
  const edited: Part[] = parts.with(index, { ...asked, input });
  const packed = await packParts(edited);
  if (payloadBytes(message.parts) > 0) await deletePieces(ctx, messageId, PIECES_MAX);
  await ctx.db.patch("messages", messageId, { parts: packed.parts });
  await writePieces(ctx, messageId, packed.pieces);
  return asked.input;
}
