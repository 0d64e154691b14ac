import { relative } from "node:path";
import { countStoredRows } from "../../host/databaseFiles.js";
import { DatabaseFileError } from "../../host/persistence.js";
import { root } from "../setup/environment.mjs";
import { DevError } from "./arguments.js";

/** What people look for, by the tables of the component that hold it. */
const TABLES = ["threads", "messages", "runs", "documents", "facts"];

/** Rows of each table of the component. Throws a `DevError` for a file that is none, or that another host has open. */
export function countStored(databaseFile: string): Map<string, number> {
  try {
    return countStoredRows(databaseFile, "agentMemory");
  } catch (error) {
    throw error instanceof DatabaseFileError ? new DevError(wordsOf(error, databaseFile)) : error;
  }
}

/** Throws a `DevError` when another host has the database open: what it holds is not to be taken from under it. */
export function refuseWhileOpen(databaseFile: string): void {
  try {
    countStored(databaseFile);
  } catch (error) {
    if (error instanceof DevError && error.message.endsWith(IN_USE)) throw error;
  }
}

const IN_USE =
  "is in use: another npm run dev, or a demo, has it open. End that, or name another with --database.";

const wordsOf = ({ message }: Error, databaseFile: string): string =>
  /database is (locked|busy)/.test(message) ? `${shownPath(databaseFile)} ${IN_USE}` : message;

/** What is in the database, or how to fill it. */
export function describeStored(databaseFile: string, counts: Map<string, number>): string {
  const told = TABLES.map((table) => ({ table, rows: counts.get(table) ?? 0 }))
    .filter(({ rows }) => rows > 0)
    .map(({ table, rows }) =>
      rows === 1 ? `1 ${table.slice(0, -1)}` : `${rows.toLocaleString("en")} ${table}`,
    );
  const shown = shownPath(databaseFile);
  if (told.length > 0) return `stored  ${told.join(", ")}, in ${shown}`;
  return [
    `stored  nothing yet, in ${shown}: drop files on the page's Documents, or play the demo and take its database:`,
    "stored  npm run demo -- --keep, then npm run dev -- --database .demo/kept.sqlite",
  ].join("\n");
}

function shownPath(databaseFile: string): string {
  const where = relative(root, databaseFile);
  return where.startsWith("..") ? databaseFile : where;
}
