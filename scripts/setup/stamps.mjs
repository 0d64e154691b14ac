import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./environment.mjs";

/**
 * Every file at or under the given paths, in one order on every machine.
 * @param {string[]} paths relative to the checkout; missing ones count as empty
 * @returns {string[]} relative paths
 */
export function filesUnder(paths) {
  return paths.flatMap((path) => {
    const absolute = join(root, path);
    if (!existsSync(absolute)) return [];
    if (!statSync(absolute).isDirectory()) return [path];
    const names = readdirSync(absolute).filter((name) => name !== "node_modules");
    return filesUnder(names.sort().map((name) => `${path}/${name}`));
  });
}

/**
 * @param {string[]} files relative paths
 * @returns {string} a hash of their names and contents
 */
export function hashFiles(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * @param {string} stamp path of a stamp file, relative to the checkout
 * @returns {string | null} what was written there last
 */
export function readStamp(stamp) {
  const path = join(root, stamp);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/**
 * @param {string} stamp path of a stamp file, relative to the checkout
 * @param {string} content
 */
export function writeStamp(stamp, content) {
  const path = join(root, stamp);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
