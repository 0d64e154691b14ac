import { parseArguments } from "../example/demo/arguments.js";
import { runDemo } from "../example/demo/demo.js";
import { Screen } from "../example/demo/screen.js";

/** The demo did not hold, so its database is none to recount. */
export class ScenarioError extends Error {}

/** A budget that is used up by a few questions to the built-in model: it is there to be recounted. */
const BUDGET = "0.02";

/** Plays the demo and keeps its database. Throws a `ScenarioError` when something of it did not hold. */
export async function makeDemoDatabase(out: NodeJS.WriteStream): Promise<void> {
  const { problems: all } = await runDemo(parseArguments(["--keep", "--budget", BUDGET]), new Screen(out));
  // Another model may cost less, and stop nobody.
  const problems = all.filter((problem) => !problem.startsWith("budget:"));
  if (problems.length > 0) throw new ScenarioError(`The demo did not hold: ${problems.join("; ")}`);
}
