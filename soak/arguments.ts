import { parseArgs } from "node:util";
import { scenarios } from "./scenarios/index.js";

/** What whoever typed the command can mend, in one line. */
export class UsageError extends Error {}

export type SoakArguments = {
  runs: number;
  kill: number;
  conflicts: number;
  seed: number;
  /** The kinds of scenes that are played; all when none is named. */
  only: string[];
  /** The result alone on standard output, all else on standard error. */
  json: boolean;
  help: boolean;
};

export const USAGE = `npm run soak -- [options]

  --runs N        durable runs that are played (50 unless told)
  --kill N        hosts that are killed with SIGKILL meanwhile (15 unless told)
  --conflicts P   the chance, from 0 to 1, with which a mutation is aborted and run again (0.2 unless told)
  --seed N        draws other runs, kills and conflicts (1 unless told)
  --only K,K      plays scenes of these kinds alone (${scenarios.map(({ kind }) => kind).join(", ")})
  --json          print only the result, as the one line of standard output
  --help          this text`;

const DEFAULTS = { runs: 50, kill: 15, conflicts: 0.2, seed: 1 };
const MOST_RUNS = 10_000;

/** Reads the command line. Throws a `UsageError` in one line when it makes no sense. */
export function parseArguments(argv: string[]): SoakArguments {
  const values = readOptions(argv);
  const runs = whole("runs", values.runs, DEFAULTS.runs);
  if (runs < 1 || runs > MOST_RUNS) throw new UsageError(`--runs must be from 1 to ${MOST_RUNS}.`);
  const kill = whole("kill", values.kill, DEFAULTS.kill);
  if (kill > runs) throw new UsageError("--kill must not be more than --runs: nothing would be under way.");
  const conflicts = values.conflicts === undefined ? DEFAULTS.conflicts : Number(values.conflicts);
  if (values.conflicts?.trim() === "" || !(conflicts >= 0 && conflicts < 1))
    throw new UsageError(`--conflicts must be from 0 to below 1, not "${values.conflicts}".`);
  const seed = whole("seed", values.seed, DEFAULTS.seed);
  const only = kindsOf(values.only);
  return { runs, kill, conflicts, seed, only, json: values.json ?? false, help: values.help ?? false };
}

function readOptions(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        runs: { type: "string" },
        kill: { type: "string" },
        conflicts: { type: "string" },
        seed: { type: "string" },
        only: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split(/\.(?:\s|$)|\n/, 1)[0]}. See npm run soak -- --help.`);
  }
}

function kindsOf(named = ""): string[] {
  const kinds = named.split(",").filter((kind) => kind !== "");
  const unknown = kinds.find((kind) => scenarios.every((scenario) => scenario.kind !== kind));
  if (unknown === undefined) return kinds;
  throw new UsageError(`There is no kind of scene "${unknown}". See npm run soak -- --help.`);
}

function whole(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(given)) throw new UsageError(`--${name} must be a whole number, not "${given}".`);
  return Number(given);
}
