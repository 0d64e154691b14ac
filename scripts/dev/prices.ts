import { isStartProblem, startHost } from "../../host/index.js";
import { DevError } from "./arguments.js";

/** What whoever runs the app does before anyone comes, as with `npx convex run prices:load`. Safe to repeat. */
export async function loadPrices(settings: { appDirectory: string; databaseFile: string }): Promise<void> {
  const host = await startHost({ ...settings, listen: false }).catch((error: unknown) => {
    throw isStartProblem(error) ? new DevError(error.message) : error;
  });
  try {
    await host.call("mutation", "prices:load");
  } finally {
    await host.close();
  }
}
