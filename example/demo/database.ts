import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../.demo/", import.meta.url));
/** Where `--keep` keeps it. */
export const KEPT_DATABASE = join(FOLDER, "kept.sqlite");
/** What SQLite leaves beside a database that was not closed. */
const COMPANIONS = ["", "-wal", "-shm", "-journal"];

/**
 * The database of this run: with `keep` the one of the last run that was kept, else a fresh one that goes with this
 * process, however it ends.
 */
export function databaseFile(keep: boolean): string {
  mkdirSync(FOLDER, { recursive: true });
  if (keep) return KEPT_DATABASE;
  const file = join(FOLDER, `demo-${process.pid}.sqlite`);
  const remove = () => {
    for (const companion of COMPANIONS) rmSync(file + companion, { force: true });
  };
  remove();
  process.once("exit", remove);
  return file;
}
