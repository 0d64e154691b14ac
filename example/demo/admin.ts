import { fileURLToPath } from "node:url";
import { isStartProblem, localUserId, startHost } from "../../host/index.js";
import { DemoError } from "./demoError.js";

const APP = fileURLToPath(new URL("../convex", import.meta.url));
const MEMORY = "agentMemory";

export type Account = {
  databaseFile: string;
  /** Who may spend how much a day, in millionths of the currency; null: nobody is limited. */
  budget: { subject: string; limitMicros: number } | null;
};

/**
 * What whoever runs the app does before anyone comes, as with `npx convex run`: loads the prices of models, and says
 * what a user may spend. Throws a `DemoError` for a database that cannot be used.
 */
export async function prepareAccount({ databaseFile, budget }: Account): Promise<void> {
  const host = await startHost({ appDirectory: APP, databaseFile, listen: false }).catch((error: unknown) => {
    throw isStartProblem(error) ? new DemoError(error.message) : error;
  });
  try {
    await host.call("mutation", "prices:load");
    if (budget === null) return;
    const { subject, limitMicros: limit } = budget;
    await host.callComponent(MEMORY, "mutation", "budgets:set", {
      ...{ caller: "system", per: "user", tenantId: TENANT_ID, userId: localUserId(subject) },
      ...{ unit: "cost", period: "day", mode: "hard", limit },
    });
  } finally {
    await host.close();
  }
}

/** Of everyone whose token names none. */
const TENANT_ID = "demo";
