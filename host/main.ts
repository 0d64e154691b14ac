// The host as a command: `tsx host/main.ts --app example/convex --database FILE --port N`; more in README.md.
import { parseArgs } from "node:util";
import { parseKillPoint, type FaultOptions } from "./faults.js";
import { isStartProblem, startHost } from "./host.js";
import { AppDirectoryError } from "./modules.js";

const USAGE_EXIT_CODE = 2;

const OPTIONS = {
  app: { type: "string" },
  database: { type: "string" },
  port: { type: "string" },
  "clock-shift-ms": { type: "string" },
  "conflict-probability": { type: "string" },
  "conflict-seed": { type: "string" },
  "kill-at": { type: "string" },
  "fault-log": { type: "string" },
} as const;
type Values = { [Name in keyof typeof OPTIONS]?: string };

function numberOption(name: string, text: string | undefined): number {
  const value = Number(text ?? 0);
  if (!Number.isFinite(value)) throw new AppDirectoryError(`--${name} must be a number, got ${text}`);
  return value;
}

/** Undefined unless an option asks for faults. */
function readFaults(values: Values): FaultOptions | undefined {
  const { "conflict-probability": probability, "conflict-seed": seed, "kill-at": killAt } = values;
  if (probability === undefined && killAt === undefined) return undefined;
  const conflictProbability = numberOption("conflict-probability", probability);
  if (conflictProbability < 0 || conflictProbability > 1)
    throw new AppDirectoryError(`--conflict-probability must be from 0 to 1, got ${probability}`);
  return {
    conflictProbability,
    conflictSeed: seed === undefined ? undefined : numberOption("conflict-seed", seed),
    killAt: killAt === undefined ? undefined : parseKillPoint(killAt),
    logFile: values["fault-log"],
  };
}

/** A failure that the caller can mend, in one line; null for a defect. */
function explain(error: unknown): string | null {
  if (isStartProblem(error)) return error.message;
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return "The port is in use; choose another with --port";
  if (code === "ERR_SOCKET_BAD_PORT") return "--port must be a number from 0 to 65535";
  return code?.startsWith("ERR_PARSE_ARGS") ? error.message : null;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.app === undefined) throw new AppDirectoryError("Name the app's folder with --app");
  const host = await startHost({
    appDirectory: values.app,
    databaseFile: values.database,
    port: numberOption("port", values.port),
    clockShiftMs: numberOption("clock-shift-ms", values["clock-shift-ms"]),
    faults: readFaults(values),
  });
  console.log(`LISTENING ${host.url}`);
  const stop = () => void host.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  const explanation = explain(error);
  console.error(explanation ?? error);
  process.exit(explanation === null ? 1 : USAGE_EXIT_CODE);
});
