import type { ConvexReactClient } from "convex/react";
import { api } from "../../api.js";
import { mediaTypeOf } from "./acceptedFile.js";
import { postFile } from "./postFile.js";

type Storing = { file: File; signal: AbortSignal; onProgress: (share: number) => void };

/** Uploads a file and gives its id. Nothing more of it is sent once `signal` says so. */
export async function storeFile(
  convex: ConvexReactClient,
  { file, signal, onProgress }: Storing,
): Promise<string> {
  const mediaType = mediaTypeOf(file);
  const url = await convex.mutation(api.chat.createUploadUrl, { bytes: file.size, mediaType });
  signal.throwIfAborted();
  const storageId = await postFile(url, { file, mediaType, signal, onProgress });
  signal.throwIfAborted();
  const { fileId } = await convex.mutation(api.chat.registerFile, { storageId, name: file.name, mediaType });
  return fileId;
}
