import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeDatabaseFile } from "../../host/databaseFiles.js";

const FOLDER = fileURLToPath(new URL("../../.demo/", import.meta.url));
/** Where `--keep` keeps it. */
export const KEPT_DATABASE = join(FOLDER, "kept.sqlite");

/**
 * The database of this run: with `keep` the one of the last run that was kept, else a fresh one that goes with this
 * process, however it ends.
 */
export function databaseFile(keep: boolean): string {
  mkdirSync(FOLDER, { recursive: true });
  if (keep) return KEPT_DATABASE;
  const file = join(FOLDER, `demo-${process.pid}.sqlite`);
  const remove = () => removeDatabaseFile(file);
  remove();
  process.once("exit", remove);
  return file;
}
