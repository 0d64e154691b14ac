// A database file, without a host on it.
import { existsSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tableOfId } from "./documents.js";
import { DatabaseFileError } from "./persistence.js";

/** What SQLite leaves beside a database that was not closed. */
const COMPANIONS = ["", "-wal", "-shm", "-journal"];

/** Removes a database that no host has open; nothing where there is none. */
export function removeDatabaseFile(databaseFile: string): void {
  for (const companion of COMPANIONS) rmSync(databaseFile + companion, { force: true });
}

/** Rows of each table of a component; "" is the app. Nothing where there is no file. Throws `DatabaseFileError`. */
export function countStoredRows(databaseFile: string, componentPath: string): Map<string, number> {
  const counts = new Map<string, number>();
  if (!existsSync(databaseFile)) return counts;
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(databaseFile, { readOnly: true });
    const ids = database.prepare("SELECT id FROM documents WHERE component = ?").iterate(componentPath);
    for (const { id } of ids) {
      const table = tableOfId(id as string);
      counts.set(table, (counts.get(table) ?? 0) + 1);
    }
    return counts;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseFileError(`Cannot use the database file ${databaseFile}: ${reason}`);
  } finally {
    database?.close();
  }
}
