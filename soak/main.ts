/**
 * Durable runs on hosts that are killed, with mutations that conflict: `npm run soak -- --help`.
 *
 * The last line is one JSON object. Exit code 0 when everything held, 1 when something did not, 2 for what the caller
 * can mend.
 */
import { killHosts } from "../host/hostProcess.js";
import { parseArguments, USAGE, UsageError } from "./arguments.js";
import { runSoak } from "./soak.js";

const FAILED = 1;
const MENDABLE = 2;
const MOST_FINDINGS = 100;
/** A process that a signal ends exits, by the shell's convention, with this plus the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(argv: string[]): Promise<number> {
  const { json, help, ...options } = parseArguments(argv);
  const out = json ? process.stderr : process.stdout;
  const tell = (line: string) => void out.write(`${line}\n`);
  if (help) {
    tell(USAGE);
    return 0;
  }
  // Functions under test log as they please; standard output is the result's.
  console.log = console.info = console.debug = console.warn = () => {};
  const startedAt = performance.now();
  const { result, findings } = await runSoak({ ...options, tell });
  for (const { fault, finding } of findings.slice(0, MOST_FINDINGS)) tell(`✗ ${fault}: ${finding}`);
  tell(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.ok ? 0 : FAILED;
}

function fail(error: unknown): number {
  const isMendable = error instanceof UsageError;
  console.error(isMendable ? `soak: ${error.message}` : error);
  return isMendable ? MENDABLE : FAILED;
}

process.on("exit", killHosts);
for (const [signal, exitCode] of Object.entries(SIGNALS)) process.on(signal, () => process.exit(exitCode));

process.exit(await main(process.argv.slice(2)).catch(fail));
