import { paginator } from "convex-helpers/server/pagination";
import { checkAccepted } from "../../shared/acceptedFiles.js";
import { checkName } from "../../shared/checkedArguments.js";
import { FILE_GRACE_MS, FILE_SWEEP_LOOK_BACK_MS } from "../../shared/limits.js";
import { storedFilesOf } from "../../shared/partBodies.js";
import { mayUseScope, scopeOf } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { File, FileAcceptance } from "../../validators/file.js";
import type { PageRequest } from "../../validators/page.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { pageOf } from "./paging.js";
import { armSweep, findSweep } from "./sweeps.js";
import { mayOpenThread } from "./threadAccess.js";

export { store } from "./fileStore.js";

/** What one page of a sweep did. `nextAt`: when there is more to do (ms since the epoch), null when nothing is left. */
export type SweptPage = { removed: number; nextAt: number | null };

/** Counts one more message that holds the file. A file of another principal is `FILE_NOT_FOUND`. */
export async function useFile(ctx: MutationCtx, caller: Caller, fileId: string): Promise<Doc<"files">> {
  const file = await findFile(ctx, caller, fileId);
  await ctx.db.patch("files", file._id, { uses: file.uses + 1, releasedAt: undefined });
  return file;
}

/** Counts one message less. The last one starts the grace period; a file that is gone already is fine. */
export async function releaseFile(ctx: MutationCtx, fileId: string): Promise<void> {
  const id = ctx.db.normalizeId("files", fileId);
  const file = id === null ? null : await ctx.db.get("files", id);
  if (file === null || file.uses === 0) return;
  const uses = file.uses - 1;
  await ctx.db.patch("files", file._id, { uses, ...(uses === 0 ? { releasedAt: Date.now() } : {}) });
  if (uses === 0) await armSweep(ctx, "files", { delayMs: FILE_GRACE_MS });
}

/** The caller's file; malformed, unknown and foreign ids all throw `FILE_NOT_FOUND`. */
export async function findFile(ctx: QueryCtx, caller: Caller, fileId: string): Promise<Doc<"files">> {
  const id = ctx.db.normalizeId("files", fileId);
  const file = id === null ? null : await ctx.db.get("files", id);
  if (file === null || !mayUseScope(caller, file.scope)) throw fileNotFound({ fileId });
  return file;
}

/** The one answer to every id that does not lead to a file of the caller. */
export const fileNotFound = (details: { fileId: string } | { storageId: string }) =>
  memoryError(
    "FILE_NOT_FOUND",
    "No such file for this principal: it may have been removed after its grace period.",
    details,
  );

/** An address to which one file can be posted, for an hour; what is posted and never registered is swept. */
export async function createUploadUrl(ctx: MutationCtx): Promise<string> {
  await armSweep(ctx, "files", { delayMs: FILE_GRACE_MS });
  return await ctx.storage.generateUploadUrl();
}

type Upload = {
  caller: Caller;
  storageId: string;
  name?: string;
  mediaType?: string;
  accept?: FileAcceptance;
};

/**
 * Makes an upload a file of the caller: once per content, so the same bytes give the same file and the second upload
 * is left to the sweep. Repeating it gives the same answer. Until a message holds the file, the grace period runs.
 * What `accept` does not take is left to the sweep as well.
 */
export async function register(
  ctx: MutationCtx,
  args: Upload,
): Promise<{ fileId: string; deduplicated: boolean }> {
  checkName("name", args.name);
  checkName("mediaType", args.mediaType);
  const scope = scopeOf(args.caller, "user");
  const upload = await findUpload(ctx, args.storageId);
  const known = await ctx.db
    .query("files")
    .withIndex("by_storage", (q) => q.eq("storageId", upload._id))
    .first();
  if (known !== null && known.scope !== scope) throw fileNotFound({ storageId: args.storageId });
  const mediaType = args.mediaType ?? upload.contentType ?? UNKNOWN_TYPE;
  // Both types: the address serves it as the one it was posted with, models are told the other.
  checkAccepted(args.accept ?? {}, {
    bytes: upload.size,
    mediaTypes: [mediaType, upload.contentType ?? undefined],
  });
  if (known !== null) return { fileId: known._id, deduplicated: false };
  await armSweep(ctx, "files", { delayMs: FILE_GRACE_MS });
  const same = await ctx.db
    .query("files")
    .withIndex("by_hash", (q) => q.eq("scope", scope).eq("hash", upload.sha256))
    .first();
  if (same !== null) {
    if (same.uses === 0) await ctx.db.patch("files", same._id, { releasedAt: Date.now() });
    return { fileId: same._id, deduplicated: true };
  }
  const fileId = await ctx.db.insert("files", {
    scope,
    storageId: upload._id,
    hash: upload.sha256,
    mediaType,
    bytes: upload.size,
    uses: 0,
    releasedAt: Date.now(),
    ...(args.name === undefined ? {} : { name: args.name }),
  });
  return { fileId, deduplicated: false };
}

/** Of bytes that nobody named a type of: they are no file of a type that is taken. */
const UNKNOWN_TYPE = "application/octet-stream";

async function findUpload(ctx: MutationCtx, storageId: string) {
  const id = ctx.db.system.normalizeId("_storage", storageId);
  const upload = id === null ? null : await ctx.db.system.get("_storage", id);
  if (upload === null) throw fileNotFound({ storageId });
  return upload;
}

/**
 * A file with an address to read it from: the caller's own, or one that a message holds which the caller may read.
 * Everything else is `FILE_NOT_FOUND`.
 */
export async function get(
  ctx: QueryCtx,
  { caller, fileId, messageId }: { caller: Caller; fileId: string; messageId?: string },
): Promise<File> {
  const mayRead = messageId !== undefined && (await holdsFile(ctx, { caller, fileId, messageId }));
  return await toFile(ctx, await findFile(ctx, mayRead ? "system" : caller, fileId));
}

async function holdsFile(
  ctx: QueryCtx,
  { caller, fileId, messageId }: { caller: Caller; fileId: string; messageId: string },
): Promise<boolean> {
  const id = ctx.db.normalizeId("messages", messageId);
  const message = id === null ? null : await ctx.db.get("messages", id);
  if (message === null || !(await mayOpenThread(ctx, caller, message.threadId, "read"))) return false;
  return message.parts.some((part) => storedFilesOf(part).includes(fileId));
}

/** The caller's files, newest first. */
export async function list(ctx: QueryCtx, args: { caller: Caller } & PageRequest) {
  const scope = scopeOf(args.caller, "user");
  const rows = paginator(ctx.db, schema)
    .query("files")
    .withIndex("by_scope", (q) => q.eq("scope", scope))
    .order("desc");
  const { page, cursor } = await pageOf(rows, args);
  return { page: await Promise.all(page.map((file) => toFile(ctx, file))), cursor };
}

/** Removes a file that no message holds; `FILE_IN_USE` otherwise. */
export async function remove(
  ctx: MutationCtx,
  { caller, fileId }: { caller: Caller; fileId: string },
): Promise<null> {
  const file = await findFile(ctx, caller, fileId);
  if (file.uses > 0) {
    throw memoryError("FILE_IN_USE", "Messages hold this file: remove them first.", {
      fileId,
      uses: file.uses,
    });
  }
  await deleteFile(ctx, file);
  return null;
}

async function toFile(ctx: QueryCtx, file: Doc<"files">): Promise<File> {
  const { _id, _creationTime, storageId, mediaType, bytes, hash, uses, name } = file;
  return {
    fileId: _id,
    mediaType,
    bytes,
    hash,
    uses,
    url: await ctx.storage.getUrl(storageId),
    createdAt: _creationTime,
    ...(name === undefined ? {} : { name }),
  };
}

/**
 * Removes files that nothing used for the grace period, and uploads that were never registered, oldest first: at
 * most `limit` of each. The row of the armed sweep remembers up to when uploads were looked at.
 */
export async function sweepFiles(ctx: MutationCtx, limit: number): Promise<SweptPage> {
  const now = Date.now();
  const released = await removeReleased(ctx, now - FILE_GRACE_MS, limit);
  const uploads = await removeUnregistered(ctx, now - FILE_GRACE_MS, limit);
  const due = [released.nextAt, uploads.nextAt].filter((at) => at !== null);
  // Rows are created at fractions of a ms: a sweep that came a fraction early would call itself at once, again and again.
  const nextAt = due.length === 0 ? null : Math.max(now, Math.ceil(Math.min(...due)));
  return { removed: released.removed + uploads.removed, nextAt };
}

async function removeReleased(ctx: MutationCtx, before: number, limit: number): Promise<SweptPage> {
  const oldest = await ctx.db
    .query("files")
    .withIndex("by_released", (q) => q.gte("releasedAt", 0))
    .take(limit + 1);
  const expired = oldest.slice(0, limit).filter((file) => (file.releasedAt ?? Infinity) <= before);
  for (const file of expired) await deleteFile(ctx, file);
  const next = oldest[expired.length]?.releasedAt;
  return { removed: expired.length, nextAt: next === undefined ? null : next + FILE_GRACE_MS };
}

/** Removes a file's bytes and its row. */
export async function deleteFile(ctx: MutationCtx, file: Doc<"files">): Promise<void> {
  if ((await ctx.db.system.get("_storage", file.storageId)) !== null)
    await ctx.storage.delete(file.storageId);
  await ctx.db.delete("files", file._id);
}

async function removeUnregistered(ctx: MutationCtx, before: number, limit: number): Promise<SweptPage> {
  const sweep = await findSweep(ctx, "files", undefined);
  const from = sweep?.checkedTo ?? (sweep?._creationTime ?? before) - FILE_SWEEP_LOOK_BACK_MS;
  const uploads = await ctx.db.system
    .query("_storage")
    .withIndex("by_creation_time", (q) => q.gt("_creationTime", from))
    .take(limit + 1);
  const due = uploads.slice(0, limit).filter((upload) => upload._creationTime <= before);
  let removed = 0;
  for (const upload of due) {
    const file = await ctx.db
      .query("files")
      .withIndex("by_storage", (q) => q.eq("storageId", upload._id))
      .first();
    if (file !== null) continue;
    await ctx.storage.delete(upload._id);
    removed += 1;
  }
  const checkedTo = due.at(-1)?._creationTime;
  if (sweep !== null && checkedTo !== undefined) await ctx.db.patch("sweeps", sweep._id, { checkedTo });
  const next = uploads[due.length]?._creationTime;
  return { removed, nextAt: next === undefined ? null : next + FILE_GRACE_MS };
}
