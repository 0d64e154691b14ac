import { parseArgs } from "node:util";

/** What whoever typed the command can mend, in one line. */
export class UsageError extends Error {}

export type AuditArguments = {
  /** A database of the embedded host; null: the demo's. */
  database: string | null;
  /** The result alone on standard output, all else on standard error. */
  json: boolean;
  help: boolean;
};

export const USAGE = `npm run audit -- [options]

  --database FILE   recounts this database of the embedded host instead of the demo's, which is made when it is not there
  --json            print only the result, as the one line of standard output
  --help            this text`;

/** Reads the command line. Throws a `UsageError` in one line when it makes no sense. */
export function parseArguments(argv: string[]): AuditArguments {
  const { database, json = false, help = false } = readOptions(argv);
  if (database?.trim() === "") throw new UsageError("--database needs a file.");
  return { database: database ?? null, json, help };
}

function readOptions(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        database: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split(/\.(?:\s|$)|\n/, 1)[0]}. See npm run audit -- --help.`);
  }
}
