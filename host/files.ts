// File blobs: stored in the transaction of their `_storage` row, read only once committed by actions.
import { createHash } from "node:crypto";
import type { CapturedInternals } from "./convexTestInternals.js";
import type { DocumentWrite } from "./documents.js";

const STORAGE_TABLE = "_storage";

export type FileBytes = { type: string; bytes: Uint8Array };

export class Files {
  readonly #internals: CapturedInternals;
  // Bytes of rows that the running transaction inserted, by component and id.
  readonly #uncommitted = new Map<string, FileBytes>();

  constructor(internals: CapturedInternals) {
    this.#internals = internals;
  }

  /** Stores a blob in the running transaction. */
  async store(componentPath: string, blob: Blob): Promise<string> {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const { db } = this.#internals.global.components[componentPath]!;
    const storageId = db.insert(STORAGE_TABLE, {
      size: bytes.byteLength,
      sha256: createHash("sha256").update(bytes).digest("base64"),
      ...(blob.type === "" ? {} : { contentType: blob.type }),
    });
    db.storeFile(storageId, new Blob([bytes], { type: blob.type }));
    this.#uncommitted.set(`${componentPath}|${storageId}`, { type: blob.type, bytes });
    return storageId;
  }

  /** A blob whose row is committed, or null. */
  committed(componentPath: string, storageId: string): Blob | null {
    const database = this.#internals.global.components[componentPath]?.db;
    if (database?._documents[storageId] === undefined) return null;
    return database._storage[storageId] ?? null;
  }

  /** The bytes that a commit makes permanent. */
  bytesOf(write: DocumentWrite): FileBytes | null {
    return this.#uncommitted.get(`${write.componentPath}|${write.id}`) ?? null;
  }

  /** Forgets blobs whose rows were deleted. */
  committedWrites(writes: DocumentWrite[]): void {
    for (const { componentPath, table, id, after } of writes) {
      if (table === STORAGE_TABLE && after === null) {
        delete this.#internals.global.components[componentPath]!.db._storage[id];
      }
    }
  }

  /** Drops blobs of a transaction that was rolled back. */
  transactionEnded(): void {
    if (this.#uncommitted.size === 0) return;
    for (const key of this.#uncommitted.keys()) {
      const [componentPath, id] = key.split("|") as [string, string];
      const { db } = this.#internals.global.components[componentPath]!;
      if (db._documents[id] === undefined) delete db._storage[id];
    }
    this.#uncommitted.clear();
  }
}
