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
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return await readAll(database);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR")) throw error;
    const reason = /locked|busy/.test(error.message) ? "a host has it open: end that first" : error.message;
    throw new DatabaseError(`Cannot read the database ${file}: ${reason}.`);
  } finally {
    database.close();
  }
}

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
    rows.push(deserialize(row.data) as Record<string, unknown>);
  }
  const last = database.prepare("SELECT value FROM meta WHERE key = 'commitTs'").get() as
    { value: string } | undefined;
  const writtenAt = Number(BigInt(last?.value ?? "0") / NS_PER_MS);
  const ledgers = [...components].filter(([, tables]) => tables.has("usageEvents"));
  return await Promise.all(
    ledgers.map(async ([component, tables]) => ({
      ...{ component, writtenAt },
      rows: await readLedger((table) => tables.get(table) ?? []),
    })),
  );
}
