import { fileURLToPath } from "node:url";
import { parseArguments } from "../example/demo/arguments.js";
import { runDemo } from "../example/demo/demo.js";
import { KEPT_DATABASE } from "../example/demo/database.js";
import { Screen } from "../example/demo/screen.js";
import { startHost } from "../host/index.js";

const APP = fileURLToPath(new URL("../example/convex", import.meta.url));

/** The demo did not hold, so its database is none to recount. */
export class ScenarioError extends Error {}

/** A budget that is used up by a few questions to the built-in model: it is there to be recounted. */
const BUDGET = "0.02";

/** The ledger adds up what is a minute old: the demo is over before that. */
const FOLDED_MS = 2 * 60_000;

/** Plays the demo, keeps its database and lets the ledger fold it. Throws a `ScenarioError` when something of it did not hold. */
export async function makeDemoDatabase(out: NodeJS.WriteStream): Promise<void> {
  const { problems: all } = await runDemo(parseArguments(["--keep", "--budget", BUDGET]), new Screen(out));
  // Another model may cost less, and stop nobody.
  const problems = all.filter((problem) => !problem.startsWith("budget:"));
  if (problems.length > 0) throw new ScenarioError(`The demo did not hold: ${problems.join("; ")}`);
  const settings = { appDirectory: APP, databaseFile: KEPT_DATABASE, listen: false };
  const host = await startHost({ ...settings, clockShiftMs: FOLDED_MS });
  await host.idle();
  await host.close();
}
