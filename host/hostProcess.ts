// The host as a process of its own: it can be killed like a machine that fails, and started again on its database.
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FaultOptions } from "./faults.js";

export type HostSettings = {
  /** The folder of the app's functions, from the project's folder. */
  appDirectory: string;
  databaseFile: string;
  /** 0: any free port. */
  port: number;
  /** How far the host's clock runs ahead, in ms. */
  clockShiftMs?: number;
  environment?: Record<string, string>;
  /** What goes wrong on purpose; a host that kills itself is no defect. */
  faults?: FaultOptions;
};

const PROJECT = fileURLToPath(new URL("../", import.meta.url));
const START_TIMEOUT_MS = 60_000;
/** How long the host may take to close its database before it is killed. */
const STOP_TIMEOUT_MS = 5_000;
const LISTENING = /^LISTENING (http:\/\/\S+)$/m;
/** The host's own exit code for what its caller can mend: a port in use, a damaged database. */
const EXPLAINED_EXIT_CODE = 2;
const OUTPUT_TAIL_CHARACTERS = 4_000;

/** The host cannot start for a reason that its caller can mend, told in one line. */
export class HostStartError extends Error {}

/** The embedded Convex host, as a process of its own. */
export class HostProcess {
  /** Rejects when the host ends although nobody has ended it. */
  readonly died: Promise<never>;
  #peakBytes = 0;
  #isEnding = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly exited: Promise<HostExit>,
    readonly url: string,
  ) {
    this.died = exited.then(({ said }) =>
      this.#isEnding
        ? new Promise<never>(() => undefined)
        : Promise.reject(new Error(`The host ended: ${said}`)),
    );
    this.died.catch(() => undefined); // told to whoever races with it
  }

  /** Starts a host and resolves when it listens. Throws a `HostStartError` when it says why it cannot. */
  static async start(settings: HostSettings): Promise<HostProcess> {
    // Node itself, not the tsx command: that would be a parent which a SIGKILL hits in the host's place.
    const child = spawn(process.execPath, ["--import", "tsx", "host/main.ts", ...hostArguments(settings)], {
      cwd: PROJECT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...withoutTestRunner(), ...settings.environment },
    });
    running.add(child);
    const exited = exitOf(child);
    return new HostProcess(child, exited, await listening(child, exited));
  }

  /** Resolves when the process has ended, however it did: true for a SIGKILL. */
  async ended(): Promise<boolean> {
    await this.exited;
    return this.child.signalCode === "SIGKILL";
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** The most memory that the process has held so far, in bytes; `null` where the system does not tell. */
  peakBytes(): number | null {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
      const kibibytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN);
      if (Number.isFinite(kibibytes)) this.#peakBytes = kibibytes * 1024;
    } catch {
      // The process is gone, or this is not Linux: what was seen before stands.
    }
    return this.#peakBytes === 0 ? null : this.#peakBytes;
  }

  /** Ends the process as a failing machine would: at once, with nothing closed. */
  async kill(): Promise<boolean> {
    this.peakBytes();
    this.#isEnding = true;
    this.child.kill("SIGKILL");
    return await this.ended();
  }

  /** Ends the process in order. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.peakBytes();
    this.#isEnding = true;
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
  }
}

const running = new Set<ChildProcess>();

/** Ends every host that this process started, at once: for signals and exits that wait for nobody. */
export function killHosts(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** The host loads the package as an app does, from what is built, also where a test runner starts it. */
const withoutTestRunner = () =>
  process.env["VITEST"] === undefined ? {} : { VITEST: undefined, NODE_OPTIONS: "" };

function hostArguments({ appDirectory, databaseFile, port, clockShiftMs, faults }: HostSettings): string[] {
  const { conflictProbability, conflictSeed, killAt, logFile } = faults ?? {};
  const options = {
    app: appDirectory,
    database: databaseFile,
    port,
    "clock-shift-ms": clockShiftMs,
    "conflict-probability": conflictProbability,
    "conflict-seed": conflictSeed,
    "kill-at": killAt === undefined ? undefined : `${killAt.name}:${killAt.occurrence}`,
    "fault-log": logFile,
  };
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
}

/** How the process ended, and the last that it wrote to standard error. */
type HostExit = { code: number | null; said: string };

function exitOf(child: ChildProcess): Promise<HostExit> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said = tail(said + chunk.toString())));
  return new Promise((resolve) => {
    const end = (code: number | null, last: string) => {
      running.delete(child);
      resolve({ code, said: last.trim() });
    };
    child.once("error", (error) => end(null, error.message));
    child.once("close", (code) => end(code, said));
  });
}

/** The address that the host prints; rejects when it ends, or says nothing in time. */
async function listening(child: ChildProcess, exited: Promise<HostExit>): Promise<string> {
  let out = "";
  return await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`The host did not start within ${START_TIMEOUT_MS / 1000} s.`));
    }, START_TIMEOUT_MS);
    child.stdout?.on("data", (chunk: Buffer) => {
      out = tail(out + chunk.toString());
      const url = LISTENING.exec(out)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    void exited.then(({ code, said }) => {
      clearTimeout(timer);
      const isExplained = code === EXPLAINED_EXIT_CODE;
      reject(isExplained ? new HostStartError(lastLine(said)) : new Error(`The host did not start: ${said}`));
    });
  });
}

const tail = (text: string) => text.slice(-OUTPUT_TAIL_CHARACTERS);
const lastLine = (text: string) => text.split("\n").at(-1) ?? "";
