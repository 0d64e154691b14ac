/** Removes everything that a command makes and none needs: the next one makes it again. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup/environment.mjs";

for (const made of ["dist", ".cache", ".demo", ".dev", "coverage", "node_modules/.cache"]) {
  rmSync(join(root, made), { recursive: true, force: true });
}
