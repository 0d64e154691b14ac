/**
 * The example's page and its functions, until Ctrl-C: `npm run dev -- --help`.
 *
 * Exit code 0 when it was ended, 1 for a defect, 2 for what the caller can mend, told in one line.
 */
import { killHosts } from "../host/hostProcess.js";
import { DevError, parseArguments, USAGE } from "./dev/arguments.js";
import { runOnDeployment } from "./dev/deployment.js";
import { runLocally } from "./dev/local.js";

const DEFECT = 1;
const MENDABLE = 2;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves at the first signal; whoever is in a hurry sends another. */
function untilEnded(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS)
      process.once(signal, () => {
        resolve();
        process.on(signal, () => process.exit(DEFECT));
      });
  });
}

async function main(argv: string[]): Promise<void> {
  const options = parseArguments(argv);
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const ended = untilEnded();
  const tell = (line: string) => console.log(line);
  const running = await (options.convex ? runOnDeployment(options, tell) : runLocally(options, tell));
  tell("ready   Ctrl-C ends it");
  await ended;
  await running.stop();
}

process.on("exit", killHosts);
try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  const isMendable = error instanceof DevError;
  console.error(isMendable ? `dev: ${error.message}` : error);
  process.exit(isMendable ? MENDABLE : DEFECT);
}
