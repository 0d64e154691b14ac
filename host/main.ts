// The host as a command: `tsx host/main.ts --app example/convex --database FILE --port N --clock-shift-ms N`.
import { parseArgs } from "node:util";
import { CronError } from "./crons.js";
import { startHost } from "./host.js";
import { AppDirectoryError } from "./modules.js";
import { DatabaseFileError } from "./persistence.js";

const USAGE_EXIT_CODE = 2;

function numberOption(name: string, text: string | undefined): number {
  const value = Number(text ?? 0);
  if (!Number.isFinite(value)) throw new AppDirectoryError(`--${name} must be a number, got ${text}`);
  return value;
}

/** A failure that the caller can mend, in one line; null for a defect. */
function explain(error: unknown): string | null {
  const mendable = [AppDirectoryError, DatabaseFileError, CronError];
  if (error instanceof Error && mendable.some((kind) => error instanceof kind)) return error.message;
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return "The port is in use; choose another with --port";
  if (code === "ERR_SOCKET_BAD_PORT") return "--port must be a number from 0 to 65535";
  return code?.startsWith("ERR_PARSE_ARGS") ? error.message : null;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      app: { type: "string" },
      database: { type: "string" },
      port: { type: "string" },
      "clock-shift-ms": { type: "string" },
    },
  });
  if (values.app === undefined) throw new AppDirectoryError("Name the app's folder with --app");
  const host = await startHost({
    appDirectory: values.app,
    databaseFile: values.database,
    port: numberOption("port", values.port),
    clockShiftMs: numberOption("clock-shift-ms", values["clock-shift-ms"]),
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
