import type { RegisteredMutation, RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import { checkAccepted } from "../../shared/acceptedFiles.js";
import { UPLOAD_MAX_BYTES } from "../../shared/limits.js";
import { vFile, type File, type FileAcceptance } from "../../validators/file.js";
import { type Page, type PageRequest, vPage, vPageRequest } from "../../validators/page.js";
import { change, mutation, query, type DoorsOf } from "./door.js";
import { vOptionalNumber, vOptionalText, vText } from "./shapes.js";

export type ExposedFiles = {
  /**
   * An address to which one file can be posted within an hour; the answer holds the `storageId`. What is said about the
   * file is checked at once, so that nobody sends what is refused in the end: `registerFile` looks at the file itself.
   */
  createUploadUrl: RegisteredMutation<"public", { bytes?: number; mediaType?: string }, Promise<string>>;
  /** Makes an upload a file of the caller; refuses types and sizes that `uploads` does not take. */
  registerFile: RegisteredMutation<
    "public",
    { storageId: string; name?: string; mediaType?: string },
    Promise<{ fileId: string; deduplicated: boolean }>
  >;
  /** With an address to read it from; a file that someone else attached by the message that holds it. */
  getFile: RegisteredQuery<"public", { fileId: string; messageId?: string }, Promise<File>>;
  /** The caller's files, newest first. */
  listFiles: RegisteredQuery<"public", PageRequest, Promise<Page<File>>>;
  /** Removes a file that no message holds. */
  removeFile: RegisteredMutation<"public", { fileId: string }, Promise<null>>;
};

const acceptedBy = (uploads: FileAcceptance = {}): FileAcceptance => ({
  maxBytes: UPLOAD_MAX_BYTES,
  ...uploads,
});

export const fileDoors: DoorsOf<ExposedFiles> = {
  createUploadUrl: mutation(
    { bytes: vOptionalNumber, mediaType: vOptionalText },
    vText,
    async ({ memory, ctx, uploads }, { bytes, mediaType }) => {
      checkAccepted(acceptedBy(uploads), { bytes, mediaTypes: [mediaType] });
      return await memory.files.createUploadUrl(ctx);
    },
  ),
  registerFile: mutation(
    { storageId: vText, name: vOptionalText, mediaType: vOptionalText },
    v.object({ fileId: vText, deduplicated: v.boolean() }),
    ({ memory, ctx, uploads }, args) => memory.files.register(ctx, { ...args, accept: acceptedBy(uploads) }),
  ),
  getFile: query({ fileId: vText, messageId: vOptionalText }, vFile, ({ memory, ctx }, args) =>
    memory.files.get(ctx, args),
  ),
  listFiles: query(vPageRequest, vPage(vFile), ({ memory, ctx }, args) => memory.files.list(ctx, args)),
  removeFile: change({ fileId: vText }, ({ memory, ctx }, args) => memory.files.remove(ctx, args)),
};
