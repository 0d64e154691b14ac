import { parseArguments } from "../example/demo/arguments.js";
import { runDemo } from "../example/demo/demo.js";
import { Screen } from "../example/demo/screen.js";

/** The demo did not hold, so its database is none to recount. */
export class ScenarioError extends Error {}

/** Plays the demo and keeps its database. Throws a `ScenarioError` when something of it did not hold. */
export async function makeDemoDatabase(out: NodeJS.WriteStream): Promise<void> {
  const { problems } = await runDemo(parseArguments(["--keep"]), new Screen(out));
  if (problems.length > 0) throw new ScenarioError(`The demo did not hold: ${problems.join("; ")}`);
}
