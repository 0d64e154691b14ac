// Everything on disk: one node:sqlite transaction per commit, written before the commit is acknowledged.
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { deserialize, serialize } from "node:v8";
import type { CapturedInternals, FunctionAddress } from "./convexTestInternals.js";
import type { StoredDocument } from "./documents.js";
import type { CronAdvance, CronKey } from "./execution.js";
import type { Files } from "./files.js";
import { JOBS_TABLE, keyOfJob, stateOfJob, type JobQueue } from "./jobs.js";
import type { Commit, RequestReceipt } from "./transactions.js";

/** Changes when the layout of the file does; files of another version are refused. */
const FORMAT_VERSION = 1;
/** Receipts of older sessions are dropped: no client resends after this long. */
const RECEIPT_LIFETIME_MS = 24 * 60 * 60 * 1000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS documents (component TEXT, id TEXT, data BLOB, PRIMARY KEY (component, id));
  CREATE TABLE IF NOT EXISTS components (path TEXT PRIMARY KEY, nextDocumentId INTEGER, lastCreationTime REAL);
  CREATE TABLE IF NOT EXISTS jobs (component TEXT, id TEXT, targetComponent TEXT, targetFunction TEXT, PRIMARY KEY (component, id));
  CREATE TABLE IF NOT EXISTS blobs (component TEXT, id TEXT, type TEXT, bytes BLOB, PRIMARY KEY (component, id));
  CREATE TABLE IF NOT EXISTS receipts (session TEXT, request INTEGER, result TEXT, commitTs TEXT, storedAt REAL, PRIMARY KEY (session, request));
  CREATE TABLE IF NOT EXISTS crons (component TEXT, name TEXT, spec TEXT, nextAt REAL, isRunning INTEGER, PRIMARY KEY (component, name));
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT);`;

/** The file is not a database of this host, or is damaged. */
export class DatabaseFileError extends Error {}

export type RestoredState = {
  jobTargets: Map<string, FunctionAddress>;
  receipts: RequestReceipt[];
  crons: CronAdvance[];
};

type Statements = Record<
  | "putDocument"
  | "deleteDocument"
  | "putComponent"
  | "putJob"
  | "deleteJob"
  | "putBlob"
  | "deleteBlob"
  | "putReceipt"
  | "putCron"
  | "deleteCron"
  | "putMeta",
  StatementSync
>;

function prepareAll(database: DatabaseSync): Statements {
  return {
    putDocument: database.prepare("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)"),
    deleteDocument: database.prepare("DELETE FROM documents WHERE component = ? AND id = ?"),
    putComponent: database.prepare("INSERT OR REPLACE INTO components VALUES (?, ?, ?)"),
    putJob: database.prepare("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?)"),
    deleteJob: database.prepare("DELETE FROM jobs WHERE component = ? AND id = ?"),
    putBlob: database.prepare("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)"),
    deleteBlob: database.prepare("DELETE FROM blobs WHERE component = ? AND id = ?"),
    putReceipt: database.prepare("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)"),
    putCron: database.prepare("INSERT OR REPLACE INTO crons VALUES (?, ?, ?, ?, ?)"),
    deleteCron: database.prepare("DELETE FROM crons WHERE component = ? AND name = ?"),
    putMeta: database.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)"),
  };
}

function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file);
    // A killed process loses nothing in this mode; only a power cut may take the last commits.
    // Exclusive: a second host on the same file would overwrite what the first one holds in memory.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    const check = database.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    if (check.quick_check !== "ok") throw new Error(check.quick_check);
    database.exec(SCHEMA);
    const row = database.prepare("SELECT value FROM meta WHERE key = 'format'").get() as
      { value: string } | undefined;
    if (row !== undefined && row.value !== String(FORMAT_VERSION)) throw new Error(`format ${row.value}`);
    database.prepare("INSERT OR REPLACE INTO meta VALUES ('format', ?)").run(String(FORMAT_VERSION));
    return database;
  } catch (error) {
    database?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseFileError(`Cannot use the database file ${file}: ${reason.split("\n")[0]}`);
  }
}

export class Persistence {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  constructor(file: string) {
    this.#database = openDatabase(file);
    this.#statements = prepareAll(this.#database);
  }

  /** A value of the host's own, beside what the app stores. */
  setting(key: string): { read(): string | null; write(value: string): void } {
    const select = this.#database.prepare("SELECT value FROM meta WHERE key = ?");
    return {
      read: () => (select.get(key) as { value: string } | undefined)?.value ?? null,
      write: (value) => void this.#statements.putMeta.run(key, value),
    };
  }

  /** Writes one commit; throws, having written nothing, when the disk refuses. */
  commit(
    commit: Commit,
    state: {
      internals: CapturedInternals;
      files: Files;
      jobs: JobQueue;
      now: number;
      cron: CronAdvance | null;
    },
  ): void {
    this.#database.exec("BEGIN");
    try {
      this.#writeRows(commit, state);
      const { receipt, commitTs } = commit;
      if (receipt !== null) {
        const { sessionId, requestId, result } = receipt;
        this.#statements.putReceipt.run(sessionId, requestId, result, String(commitTs), state.now);
      }
      if (state.cron !== null) this.putCron(state.cron);
      this.#statements.putMeta.run("commitTs", String(commitTs));
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  putCron({ componentPath, name, spec, nextAt, isRunning }: CronAdvance): void {
    this.#statements.putCron.run(componentPath, name, spec, nextAt, isRunning ? 1 : 0);
  }

  deleteCron({ componentPath, name }: CronKey): void {
    this.#statements.deleteCron.run(componentPath, name);
  }

  #writeRows(
    commit: Commit,
    { internals, files, jobs }: { internals: CapturedInternals; files: Files; jobs: JobQueue },
  ): void {
    const statements = this.#statements;
    for (const write of commit.writes) {
      const { componentPath, id, after } = write;
      if (after === null) statements.deleteDocument.run(componentPath, id);
      else statements.putDocument.run(componentPath, id, serialize(after));
      if (write.table === JOBS_TABLE) {
        const target = jobs.targetOf(write);
        const unfinished = after !== null && ["pending", "inProgress"].includes(stateOfJob(after).kind);
        if (!unfinished) statements.deleteJob.run(componentPath, id);
        else if (target !== null)
          statements.putJob.run(componentPath, id, target.componentPath, target.udfPath);
      }
      if (write.table === "_storage") {
        const file = files.bytesOf(write);
        if (after === null) statements.deleteBlob.run(componentPath, id);
        else if (file !== null) statements.putBlob.run(componentPath, id, file.type, file.bytes);
      }
    }
    for (const path of new Set(commit.writes.map(({ componentPath }) => componentPath))) {
      const { db } = internals.global.components[path]!;
      statements.putComponent.run(path, db._nextDocId, db._lastCreationTime);
    }
  }

  /** Fills the empty engine from the file. */
  restore(internals: CapturedInternals, now: number): RestoredState {
    try {
      this.#restoreRows(internals);
      const jobTargets = new Map<string, FunctionAddress>();
      for (const row of this.#database.prepare("SELECT * FROM jobs").all() as JobRow[]) {
        const target = { componentPath: row.targetComponent, udfPath: row.targetFunction };
        jobTargets.set(keyOfJob({ componentPath: row.component, id: row.id }), target);
      }
      return { jobTargets, receipts: this.#restoreReceipts(now), crons: this.#restoreCrons() };
    } catch (error) {
      throw new DatabaseFileError(
        `Cannot read the database file: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #restoreRows(internals: CapturedInternals): void {
    const { components, transactionManager } = internals.global;
    for (const row of this.#database.prepare("SELECT * FROM documents").iterate() as Iterable<DocumentRow>) {
      const component = components[row.component];
      if (component === undefined)
        throw new Error(`the app no longer installs the component "${row.component}"`);
      component.db._documents[row.id] = deserialize(row.data) as StoredDocument;
    }
    for (const row of this.#database.prepare("SELECT * FROM components").all() as ComponentRow[]) {
      const component = components[row.path];
      if (component === undefined) continue;
      component.db._nextDocId = row.nextDocumentId;
      component.db._lastCreationTime = row.lastCreationTime;
    }
    for (const row of this.#database.prepare("SELECT * FROM blobs").iterate() as Iterable<BlobRow>) {
      const component = components[row.component];
      if (component !== undefined) component.db._storage[row.id] = new Blob([row.bytes], { type: row.type });
    }
    const last = this.#database.prepare("SELECT value FROM meta WHERE key = 'commitTs'").get() as
      { value: string } | undefined;
    if (last !== undefined) transactionManager._lastCommitTs = BigInt(last.value);
  }

  #restoreCrons(): CronAdvance[] {
    const rows = this.#database.prepare("SELECT * FROM crons").all() as CronTableRow[];
    return rows.map(({ component, name, spec, nextAt, isRunning }) => ({
      componentPath: component,
      name,
      spec,
      nextAt,
      isRunning: isRunning === 1,
    }));
  }

  #restoreReceipts(now: number): RequestReceipt[] {
    this.#database.prepare("DELETE FROM receipts WHERE storedAt < ?").run(now - RECEIPT_LIFETIME_MS);
    const rows = this.#database.prepare("SELECT * FROM receipts").all() as ReceiptRow[];
    return rows.map(({ session, request, result, commitTs }) => ({
      sessionId: session,
      requestId: request,
      result,
      commitTs: BigInt(commitTs),
    }));
  }

  close(): void {
    this.#database.close();
  }
}

type DocumentRow = { component: string; id: string; data: Uint8Array };
type ComponentRow = { path: string; nextDocumentId: number; lastCreationTime: number };
type JobRow = { component: string; id: string; targetComponent: string; targetFunction: string };
type CronTableRow = { component: string; name: string; spec: string; nextAt: number; isRunning: number };
type BlobRow = { component: string; id: string; type: string; bytes: Uint8Array<ArrayBuffer> };
type ReceiptRow = { session: string; request: number; result: string; commitTs: string };
