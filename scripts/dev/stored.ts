import { relative } from "node:path";
import { countStoredRows } from "../../host/storedRows.js";
import { DatabaseFileError } from "../../host/persistence.js";
import { root } from "../setup/environment.mjs";
import { DevError } from "./arguments.js";

/** What people look for, by the tables of the component that hold it. */
const TABLES = ["threads", "messages", "runs", "documents", "facts"];

/** What is in the database, or how to fill it. Throws a `DevError` for a file that is none. */
export function describeStored(databaseFile: string): string {
  const counts = countsIn(databaseFile);
  const told = TABLES.map((table) => ({ table, rows: counts.get(table) ?? 0 }))
    .filter(({ rows }) => rows > 0)
    .map(({ table, rows }) =>
      rows === 1 ? `1 ${table.slice(0, -1)}` : `${rows.toLocaleString("en")} ${table}`,
    );
  const where = relative(root, databaseFile);
  const shown = where.startsWith("..") ? databaseFile : where;
  if (told.length > 0) return `stored  ${told.join(", ")}, in ${shown}`;
  return [
    `stored  nothing yet, in ${shown}: drop files on the page's Documents, or play the demo and take its database:`,
    "stored  npm run demo -- --keep, then npm run dev -- --database .demo/kept.sqlite",
  ].join("\n");
}

function countsIn(databaseFile: string): Map<string, number> {
  try {
    return countStoredRows(databaseFile, "agentMemory");
  } catch (error) {
    throw error instanceof DatabaseFileError ? new DevError(error.message) : error;
  }
}
