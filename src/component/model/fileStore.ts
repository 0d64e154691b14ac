import { FILE_STORE_MAX_BYTES } from "../../shared/runLimits.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import { api } from "../_generated/api.js";
import type { ActionCtx } from "../_generated/server.js";

type Storing = { caller: Caller; bytes: ArrayBuffer; name?: string; mediaType: string };

/** Stores bytes and makes them a file of the caller; the same bytes are kept once. */
export async function store(
  ctx: ActionCtx,
  { caller, bytes, name, mediaType }: Storing,
): Promise<{ fileId: string; deduplicated: boolean }> {
  if (bytes.byteLength > FILE_STORE_MAX_BYTES)
    throw memoryError(
      "INVALID_ARGUMENT",
      `A file of at most ${FILE_STORE_MAX_BYTES} bytes can be stored so: upload a larger one to an address of createUploadUrl.`,
      { bytes: bytes.byteLength },
    );
  const storageId = await ctx.storage.store(new Blob([bytes], { type: mediaType }));
  try {
    const upload = { caller, storageId, mediaType, ...(name === undefined ? {} : { name }) };
    const registered = await ctx.runMutation(api.files.register, upload);
    if (registered.deduplicated) await ctx.storage.delete(storageId);
    return registered;
  } catch (error) {
    await ctx.storage.delete(storageId);
    throw error;
  }
}
