import { startHost } from "../../host/index.js";
import { CronError } from "../../host/crons.js";
import { AppDirectoryError } from "../../host/modules.js";
import { DatabaseFileError } from "../../host/persistence.js";
import { DevError } from "./arguments.js";

/** What the host tells in a line when it cannot start. */
const MENDABLE = [AppDirectoryError, CronError, DatabaseFileError];

/** What whoever runs the app does before anyone comes, as with `npx convex run prices:load`. Safe to repeat. */
export async function loadPrices(settings: { appDirectory: string; databaseFile: string }): Promise<void> {
  const host = await startHost({ ...settings, listen: false }).catch((error: unknown) => {
    const isMendable = MENDABLE.some((kind) => error instanceof kind);
    throw isMendable && error instanceof Error ? new DevError(error.message) : error;
  });
  try {
    await host.call("mutation", "prices:load");
  } finally {
    await host.close();
  }
}
