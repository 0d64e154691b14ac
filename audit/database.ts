import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { deserialize } from "node:v8";
import { LEDGER_TABLES, readLedger, type LedgerRows } from "./rows.js";

/** What whoever typed the command can mend, in one line. */
export class DatabaseError extends Error {}

/** The ledger of one component of a database, and when the database was last written, in ms. */
export type StoredLedger = { component: string; rows: LedgerRows; writtenAt: number };

const NS_PER_MS = 1_000_000n;

/** Reads the ledgers of a database of the embedded host, as it lies there. Throws a `DatabaseError`. */
export async function readDatabase(file: string): Promise<StoredLedger[]> {
  if (!existsSync(file)) throw new DatabaseError(`There is no database ${file}.`);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    return await readAll(database);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    throw new DatabaseError(`Cannot read the database ${file}: ${reason}.`);
  } finally {
    database?.close();
  }
}

/** Why a database cannot be read; null: it is no fault of the database. */
function reasonOf(error: unknown): string | null {
  if (error instanceof DatabaseError) return error.message;
  if (!(error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR")) return null;
  return /locked|busy/.test(error.message) ? "a host has it open: end that first" : error.message;
}

/** What a document holds. */
function dataOf({ id, data }: { id: string; data: Uint8Array }): Record<string, unknown> {
  try {
    return deserialize(data) as Record<string, unknown>;
  } catch {
    throw new DatabaseError(`the document ${id} is damaged`);
  }
}

/** The component that the app itself is; tables of its own may have the names of ours. */
const APP = "";
/** Where there is a row of one, there is a ledger: also where its events are gone. */
const OWN_TABLES = ["usageEvents", "usageRollups", "usageMarks", "usageFolds"] as const;

type Tables = Map<string, Record<string, unknown>[]>;

async function readAll(database: DatabaseSync): Promise<StoredLedger[]> {
  const components = new Map<string, Tables>();
  const documents = database.prepare("SELECT component, id, data FROM documents").iterate();
  for (const row of documents as Iterable<{ component: string; id: string; data: Uint8Array }>) {
    const table = row.id.replace(/^\d+/, "");
    if (!LEDGER_TABLES.some((known) => known === table)) continue;
    const tables = components.get(row.component) ?? (new Map() as Tables);
    const rows = tables.get(table) ?? [];
    components.set(row.component, tables.set(table, rows));
    rows.push(dataOf(row));
  }
  const last = database.prepare("SELECT value FROM meta WHERE key = 'commitTs'").get() as
    { value: string } | undefined;
  const writtenAt = Number(BigInt(last?.value ?? "0") / NS_PER_MS);
  const ledgers = [...components].filter(
    ([component, tables]) => component !== APP && OWN_TABLES.some((table) => tables.has(table)),
  );
  return await Promise.all(
    ledgers.map(async ([component, tables]) => ({
      ...{ component, writtenAt },
      rows: await readLedger((table) => tables.get(table) ?? []),
    })),
  );
}
