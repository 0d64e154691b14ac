/**
 * The whole of the example in one command: `npm run demo -- --help`.
 *
 * Exit code 0 when everything held, 1 when something did not, 2 for what the caller can mend.
 */
import { killHosts } from "../../host/hostProcess.js";
import { parseArguments, USAGE } from "./arguments.js";
import { runDemo } from "./demo.js";
import { DemoError } from "./demoError.js";
import { toJson } from "./json.js";
import { Screen } from "./screen.js";

const FAILED = 1;
const MENDABLE = 2;
/** A process that a signal ends exits, by the shell's convention, with this plus the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(argv: string[]): Promise<number> {
  const options = parseArguments(argv);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const screen = new Screen(options.json ? process.stderr : process.stdout);
  const result = await runDemo(options, screen);
  for (const problem of result.problems) screen.line(`✗ ${problem}`);
  screen.line(result.problems.length === 0 ? "\nEverything held." : "\nNot everything held.");
  if (options.json) console.log(JSON.stringify(toJson(result)));
  return result.problems.length === 0 ? 0 : FAILED;
}

function fail(error: unknown, argv: string[]): number {
  const isMendable = error instanceof DemoError;
  const message = error instanceof Error ? error.message : String(error);
  console.error(isMendable ? `demo: ${message}` : error);
  if (argv.includes("--json")) console.log(JSON.stringify({ ok: false, error: message }));
  return isMendable ? MENDABLE : FAILED;
}

process.on("exit", killHosts);
for (const [signal, exitCode] of Object.entries(SIGNALS)) process.on(signal, () => process.exit(exitCode));

const argv = process.argv.slice(2);
// Exits at once: a client that still tries to reconnect must not keep the process.
process.exit(await main(argv).catch((error: unknown) => fail(error, argv)));
