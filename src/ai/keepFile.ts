import { v } from "convex/values";
import { parse } from "convex-helpers/validators";
import type { ActionCtx, BoundMemory } from "../client/index.js";
import type { InlineFile } from "../parts/fileData.js";
import { memoryError } from "../validators/errors.js";
import type { KeepFile } from "./callerPrompt.js";

const vUploaded = v.object({ storageId: v.string() });

/** Makes bytes in a prompt a file of who asks. Two calls of the component and one post for each. */
export function keepFileWith(ctx: ActionCtx, memory: BoundMemory): KeepFile {
  return async ({ data, mediaType, name }: InlineFile) => {
    const headers = { "Content-Type": mediaType };
    const url = await memory.files.createUploadUrl(ctx);
    const posted = await fetch(url, { method: "POST", headers, body: bytesOf(data) });
    if (!posted.ok)
      throw memoryError("FILE_NOT_FOUND", "A file of the prompt could not be stored: try again.", {
        status: posted.status,
      });
    const { storageId } = parse(vUploaded, await posted.json());
    const named = name === undefined ? {} : { name };
    const { fileId } = await memory.files.register(ctx, { storageId, mediaType, ...named });
    return fileId;
  };
}

const bytesOf = (data: Uint8Array | string): Uint8Array<ArrayBuffer> =>
  typeof data === "string"
    ? Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
    : new Uint8Array(data);
