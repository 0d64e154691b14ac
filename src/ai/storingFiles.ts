import type { ActionCtx, BoundMemory } from "../client/index.js";
import type { EncodeOptions } from "../parts/codec.js";
import { FileKeeper } from "./fileKeeper.js";

/**
 * Stores the files whose bytes stand in messages that are imported, each once, and gives what `encode` makes with
 * them. A file that cannot be stored becomes a text in its message; `warnings` tell why. Safe to retry.
 *
 * @example
 * const { value } = await storingFiles(ctx, memory, (options) => fromUIMessages(chat.messages, options));
 * await memory.messages.append(ctx, { threadId, messages: value });
 */
export async function storingFiles<Value>(
  ctx: ActionCtx,
  memory: BoundMemory,
  encode: (options: EncodeOptions) => Value,
): Promise<{ value: Value; warnings: string[] }> {
  const files = new FileKeeper(ctx, memory);
  const value = await files.encode(encode);
  return { value, warnings: files.warnings };
}
