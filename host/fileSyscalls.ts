// File storage as functions see it: transactional in mutations, of its own transactions in actions.
import { createHash } from "node:crypto";
import type { StoredDocument } from "./documents.js";
import {
  actionContext,
  currentComponent,
  currentDatabase,
  type Handler,
  type SyscallDependencies,
} from "./syscallContext.js";

const STORAGE_TABLE = "_storage";

type StorageArguments = { storageId: string };

// From an action convex-test writes into whatever transaction happens to be open; the host opens one.
export function storeBlobInAction(
  { internals, files }: SyscallDependencies,
  componentPath: string,
  blob: Blob,
): Promise<string> {
  return internals.accessor.runInComponent(componentPath, () => files.store(componentPath, blob));
}

/** Actions see committed files only. */
export function getBlobInAction(
  { files }: SyscallDependencies,
  componentPath: string,
  storageId: string,
): Blob | null {
  return files.committed(componentPath, storageId);
}

// The row as the caller may see it: an action never sees what is not committed.
function visibleRow(dependencies: SyscallDependencies, storageId: string): StoredDocument | null {
  dependencies.onRead({
    kind: "document",
    componentPath: currentComponent(dependencies),
    table: STORAGE_TABLE,
    id: storageId,
  });
  const database = currentDatabase(dependencies);
  if (actionContext(dependencies) !== null) return database._documents[storageId] ?? null;
  return database.get(STORAGE_TABLE, storageId);
}

function encodeBlob(blob: Blob, bytes: ArrayBuffer): string {
  return JSON.stringify({ blob: Buffer.from(bytes).toString("base64"), contentType: blob.type || null });
}

function transactionHandlers(dependencies: SyscallDependencies): [string, Handler][] {
  const store: Handler = async (json) => {
    const { blob, contentType, sha256 } = JSON.parse(json) as {
      blob: string;
      contentType: string;
      sha256?: string;
    };
    const bytes = Buffer.from(blob, "base64");
    if (sha256 !== undefined && createHash("sha256").update(bytes).digest("base64") !== sha256) {
      throw new Error("The file does not have the given sha256.");
    }
    const file = new Blob([bytes], { type: contentType });
    return JSON.stringify(await dependencies.files.store(currentComponent(dependencies), file));
  };
  const get: Handler = async (json) => {
    const { storageId } = JSON.parse(json) as StorageArguments;
    if (visibleRow(dependencies, storageId) === null) return "null";
    const blob = currentDatabase(dependencies).getFile(storageId);
    return blob === null ? "null" : encodeBlob(blob, await blob.arrayBuffer());
  };
  const getMetadata: Handler = (json) => {
    const { storageId } = JSON.parse(json) as StorageArguments;
    const row = visibleRow(dependencies, storageId);
    if (row === null) return Promise.resolve("null");
    const sha256 = Buffer.from(row["sha256"] as string, "base64").toString("hex");
    const { size, contentType } = row;
    return Promise.resolve(JSON.stringify({ storageId, sha256, size, contentType: contentType ?? null }));
  };
  return [
    ["1.0/storageStore", store],
    ["1.0/storageGet", get],
    ["1.0/storageGetMetadata", getMetadata],
  ];
}

export function fileHandlers(dependencies: SyscallDependencies): [string, Handler][] {
  const urlOf = (path: string, query: string) => {
    const component = encodeURIComponent(currentComponent(dependencies));
    return JSON.stringify(`${dependencies.origin()}/api/storage/${path}?${query}component=${component}`);
  };
  const getUrl: Handler = (json) => {
    const { storageId } = JSON.parse(json) as StorageArguments;
    return Promise.resolve(visibleRow(dependencies, storageId) === null ? "null" : urlOf(storageId, ""));
  };
  const generateUploadUrl: Handler = () => Promise.resolve(urlOf("upload", `token=${crypto.randomUUID()}&`));
  const remove: Handler = async (json, next) => {
    const context = actionContext(dependencies);
    if (context === null) return next("1.0/storageDelete", json);
    const { storageId } = JSON.parse(json) as StorageArguments;
    const { accessor, global } = dependencies.internals;
    await accessor.runInComponent(context.componentPath, async () => {
      global.components[context.componentPath]!.db.delete(STORAGE_TABLE, storageId);
      return null;
    });
    return JSON.stringify({});
  };
  return [
    ["1.0/storageGetUrl", getUrl],
    ["1.0/storageGenerateUploadUrl", generateUploadUrl],
    ["1.0/storageDelete", remove],
    ...transactionHandlers(dependencies),
  ];
}
