import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BundledModule } from "./pushProtocol.js";

/** Imports a module that was written, by its path in the bundle. */
export type ImportModule = (path: string) => Promise<Record<string, unknown>>;

/** Writes bundles to disk so that Node can evaluate them; each lot gets a folder of its own, for fresh modules. */
export class Bundles {
  readonly #workspace: string;
  #lots = 0;

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  async write(modules: BundledModule[]): Promise<ImportModule> {
    const folder = join(this.#workspace, String(this.#lots++));
    for (const module of modules) {
      const file = join(folder, module.path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, module.source);
    }
    return async (path) => {
      const namespace: unknown = await import(pathToFileURL(join(folder, path)).href);
      return namespace as Record<string, unknown>; // any module's namespace
    };
  }
}
