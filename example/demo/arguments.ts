import { parseArgs } from "node:util";
import { DemoError } from "./demoError.js";

export type DemoArguments = {
  /** One JSON object as the last line of standard output; all else goes to standard error. */
  json: boolean;
  /** Kill the host in the middle of a run, and prove that nothing was lost or paid twice. */
  crash: boolean;
  /** Questions beside the fixed ones. */
  ask: string[];
  /** A folder of Markdown; `null` for the documents that ship with the AI SDK. */
  documents: string | null;
  /** 0: any free port. */
  port: number;
  /** What a user may spend in a day, in millionths of the currency: they ask until a run is stopped; `null`: nobody does. */
  budgetMicros: number | null;
  /** Go on from the database of the last `--keep`, and leave it in place. */
  keep: boolean;
  help: boolean;
};

const MAX_PORT = 65_535;
const MICROS = 1_000_000;
/** More would take days to spend. */
const MAX_BUDGET = 1_000;

export const USAGE = `npm run demo -- [options]

  --ask "…"          ask this too; may be given more than once
  --documents DIR    ingest the Markdown of this folder instead of the AI SDK's documents
  --crash            kill the host (SIGKILL) in the middle of a run and show that the run completes
  --budget AMOUNT    give a user so much a day, such as 0.05, and let them ask until a run is stopped
  --json             print one JSON object as the last line of standard output
  --port N           where the host listens; any free port when not given
  --keep             keep the database in .demo/ and go on from it the next time, with what was remembered
  --help             this text

Models: OPENAI_API_KEY, ANTHROPIC_API_KEY, or MODEL_BASE_URL with MODEL_NAME; a built-in model when none is set.`;

/** Reads the command line. Throws a `DemoError` in one line when it makes no sense. */
export function parseArguments(argv: string[]): DemoArguments {
  const values = readOptions(argv);
  const ask = values.ask ?? [];
  if (ask.some((question) => question.trim() === "")) throw new DemoError("--ask needs a question.");
  const documents = values.documents ?? null;
  if (documents?.trim() === "") throw new DemoError("--documents needs a folder.");
  return {
    json: values.json ?? false,
    crash: values.crash ?? false,
    ask,
    documents,
    port: readPort(values.port),
    budgetMicros: values.budget === undefined ? null : readBudget(values.budget),
    keep: values.keep ?? false,
    help: values.help ?? false,
  };
}

function readOptions(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        json: { type: "boolean" },
        crash: { type: "boolean" },
        ask: { type: "string", multiple: true },
        documents: { type: "string" },
        port: { type: "string" },
        budget: { type: "string" },
        keep: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new DemoError(`${firstSentence(message)} See npm run demo -- --help.`);
  }
}

/** Node adds advice for other commands after the first sentence. */
const firstSentence = (message: string) => `${message.split(/\.(?:\s|$)|\n/, 1)[0]}.`;

function readPort(given: string | undefined): number {
  if (given === undefined) return 0;
  const port = /^\d+$/.test(given) ? Number(given) : NaN;
  if (!(port <= MAX_PORT))
    throw new DemoError(`--port must be a number from 0 to ${MAX_PORT}, not "${given}".`);
  return port;
}

/** An amount of money, to the millionth. */
function readBudget(given: string): number {
  const amount = /^(\d+|\d*\.\d{1,6})$/.test(given.trim()) ? Number(given) : NaN;
  if (!(amount > 0 && amount <= MAX_BUDGET))
    throw new DemoError(
      `--budget must be an amount above 0 and up to ${MAX_BUDGET}, with six decimals at most, not "${given}".`,
    );
  return Math.round(amount * MICROS);
}
