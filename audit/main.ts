/**
 * Recounts the ledger of a database from its events: `npm run audit -- --help`.
 *
 * The last line is one JSON object. Exit code 0 when everything adds up, 1 when something does not, 2 for what the
 * caller can mend.
 */
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { KEPT_DATABASE } from "../example/demo/database.js";
import { killHosts } from "../host/hostProcess.js";
import { parseArguments, USAGE, UsageError } from "./arguments.js";
import { auditDatabase, type Counted } from "./audit.js";
import { DatabaseError } from "./database.js";
import { makeDemoDatabase, ScenarioError } from "./demoDatabase.js";
import { mismatchText } from "./mismatch.js";

const FAILED = 1;
const MENDABLE = 2;
const MOST_TOLD = 100;
/** A process that a signal ends exits, by the shell's convention, with this plus the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(argv: string[]): Promise<number> {
  const { json, help, database } = parseArguments(argv);
  const out = json ? process.stderr : process.stdout;
  const tell = (line: string) => void out.write(`${line}\n`);
  if (help) {
    tell(USAGE);
    return 0;
  }
  const file = database ?? KEPT_DATABASE;
  if (database === null && !existsSync(file)) await makeDemoDatabase(out);
  const { result, counted } = await auditDatabase(file);
  tell(`${relative(process.cwd(), file)}:`);
  for (const ledger of counted) tell(`  ${countedText(ledger)}`);
  for (const mismatch of result.mismatches.slice(0, MOST_TOLD)) tell(`✗ ${mismatchText(mismatch)}`);
  tell(result.ok ? "Everything adds up." : `${result.mismatches.length} rows or sums do not add up.`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.ok ? 0 : FAILED;
}

const countedText = ({ component, rows, unpriced, unfolded }: Counted): string =>
  `${component}: ${Object.entries(rows)
    .map(([table, count]) => `${count} ${table}`)
    .join(", ")}; ${unfolded} events behind the mark, ${unpriced} of unknown cost`;

function fail(error: unknown): number {
  const isMendable =
    error instanceof UsageError || error instanceof DatabaseError || error instanceof ScenarioError;
  console.error(isMendable ? `audit: ${error.message}` : error);
  return isMendable ? MENDABLE : FAILED;
}

process.on("exit", killHosts);
for (const [signal, exitCode] of Object.entries(SIGNALS)) process.on(signal, () => process.exit(exitCode));

process.exit(await main(process.argv.slice(2)).catch(fail));
