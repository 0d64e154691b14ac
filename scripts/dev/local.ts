import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { removeDatabaseFile } from "../../host/databaseFiles.js";
import { runNode } from "../processes.js";
import { root } from "../setup/environment.mjs";
import type { DevArguments } from "./arguments.js";
import { HostKeeper } from "./hostKeeper.js";
import { servePage } from "./page.js";
import { loadPrices } from "./prices.js";
import { watchSources } from "./sources.js";
import { countStored, describeStored, refuseWhileOpen } from "./stored.js";

const APP = "example/convex";

/** What runs, until `stop`. */
export type Running = { stop: () => Promise<void> };

/** The page on the embedded host, which starts again when the functions, or the package that they use, change. */
export async function runLocally(
  { port, databaseFile: file, fresh }: DevArguments,
  tell: (line: string) => void,
): Promise<Running> {
  const databaseFile = resolve(file);
  mkdirSync(dirname(databaseFile), { recursive: true });
  if (fresh) removeDatabase(databaseFile);
  const stored = countStored(databaseFile);
  const hasPrices = stored.has("prices");
  // Else nothing that is asked has a cost, and a limit of costs refuses everything.
  if (!hasPrices) await loadPrices({ appDirectory: APP, databaseFile });
  const host = await HostKeeper.start({ appDirectory: APP, databaseFile, port: 0 }, tell);
  // A deployment that the environment names is not what was asked for.
  const environment = { HOST_URL: host.url, VITE_CONVEX_URL: "" };
  const page = await servePage(port, environment).catch(async (error: unknown) => {
    await host.stop();
    throw error;
  });
  tell(`page    ${page.url}`);
  tell(`host    ${host.url}, with the functions of ${APP}`);
  tell(describeStored(databaseFile, stored));
  if (!hasPrices) tell(`prices  those of ${APP}/prices.ts are loaded, so that calls have a cost`);
  const folders = [APP, "src"].map((folder) => join(root, folder));
  const stopWatching = watchSources(folders, () => void host.restart(() => makeReady(tell)));
  return {
    stop: async () => {
      stopWatching();
      await Promise.all([page.close(), host.stop()]);
    },
  };
}

function removeDatabase(databaseFile: string): void {
  refuseWhileOpen(databaseFile);
  removeDatabaseFile(databaseFile);
}

/** Generates and builds what changed; says what is wrong where that fails. */
async function makeReady(tell: (line: string) => void): Promise<boolean> {
  const { exitCode, output } = await runNode(["scripts/setup.mjs"], { capture: true });
  if (exitCode === 0) return true;
  tell(`${output.trimEnd()}\nhost    goes on as it was, until that is mended`);
  return false;
}
