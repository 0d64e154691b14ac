// The soak's app after a deploy that renamed a module.
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The module whose runs wait meanwhile, and what it is called from then on. */
const RENAMED = { from: "mover.ts", to: "elsewhere.ts" };
/** Read by the host before there are modules, and imports nothing of the app. */
const CONFIG = "convex.config.ts";

/** Writes an app of the same functions into a folder, one module under another name. Gives the folder. */
export function writeMovedApp(appDirectory: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(appDirectory)) {
    const file = join(appDirectory, name);
    if (name === CONFIG) copyFileSync(file, join(folder, name));
    else writeFileSync(join(folder, name === RENAMED.from ? RENAMED.to : name), reexport(file));
  }
  return folder;
}

function reexport(file: string): string {
  const from = JSON.stringify(pathToFileURL(file).href);
  const isDefault = file.endsWith("schema.ts");
  return isDefault ? `export { default } from ${from};\n` : `export * from ${from};\n`;
}
