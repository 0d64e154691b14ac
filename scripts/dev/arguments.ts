import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../setup/environment.mjs";

/** What whoever runs the command can mend, in one line. */
export class DevError extends Error {}

export type DevArguments = {
  /** Functions on a Convex deployment instead of the embedded host. */
  convex: boolean;
  /** Of the page; 0: any free port. */
  port: number;
  databaseFile: string;
  /** Begin with an empty database. */
  fresh: boolean;
  help: boolean;
};

/** Vite's own. */
const DEFAULT_PORT = 5173;
const MAX_PORT = 65_535;
export const DEV_FOLDER = join(root, ".dev");

export const USAGE = `npm run dev -- [options]

  --port N         where the page listens; ${DEFAULT_PORT} when not given, 0 for any free port
  --database FILE  where the host keeps its data; .dev/database.sqlite when not given
  --fresh          remove that database first
  --convex         functions run on the Convex deployment of .env.local, pushed by \`convex dev\`
  --help           this text`;

/** Reads the command line. Throws a `DevError` when it makes no sense. */
export function parseArguments(argv: string[]): DevArguments {
  const { convex = false, port, database, fresh = false, help = false } = readOptions(argv);
  if (convex && (database !== undefined || fresh))
    throw new DevError("--database and --fresh are for the local host: a deployment keeps its own data.");
  if (database?.trim() === "") throw new DevError("--database needs a file.");
  const databaseFile = database ?? join(DEV_FOLDER, "database.sqlite");
  return { convex, port: readPort(port), databaseFile, fresh, help };
}

function readOptions(argv: string[]) {
  try {
    const options = {
      convex: { type: "boolean" },
      port: { type: "string" },
      database: { type: "string" },
      fresh: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    } as const;
    return parseArgs({ args: argv, options }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node adds advice for other commands after the first sentence.
    throw new DevError(`${message.split(/\.(?:\s|$)|\n/, 1)[0]}. See npm run dev -- --help.`);
  }
}

function readPort(given: string | undefined): number {
  if (given === undefined) return DEFAULT_PORT;
  const port = /^\d+$/.test(given) ? Number(given) : NaN;
  if (port <= MAX_PORT) return port;
  throw new DevError(`--port must be a number from 0 to ${MAX_PORT}, not "${given}".`);
}
