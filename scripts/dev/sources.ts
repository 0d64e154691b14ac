import { watch } from "node:fs";
import { sep } from "node:path";

/** An editor writes a file in several steps, and several files at once. */
const SETTLE_MS = 200;
/** What codegen writes is no change of anybody's, and the page's part of the package is Vite's to load again. */
const IGNORED = /(^|\/)(_generated|react|node_modules)(\/|$)|(^|\/)[.#][^/]*$|~$/;

/** Calls when a file of these folders has changed, been added or removed; the answer ends it. */
export function watchSources(folders: string[], onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, name) => {
      if (name === null || IGNORED.test(name.split(sep).join("/"))) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, SETTLE_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
