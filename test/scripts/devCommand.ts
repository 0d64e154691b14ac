// `npm run dev` as a process, without the set-up before it.
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PATIENCE_MS = 60_000;

export type Ended = { code: number | null; out: string; err: string };
export type DevCommand = {
  /** All that it said so far. */
  said: () => string;
  /** Resolves with the first match in what it says; rejects when it ends before. */
  says: (pattern: RegExp) => Promise<string[]>;
  signal: (signal: NodeJS.Signals) => void;
  ended: Promise<Ended>;
};

/** Starts it. `environment` is added to this process's own, without what a shell may say of deployments. */
export function runDev(args: string[], environment: NodeJS.ProcessEnv = {}): DevCommand {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/dev.ts", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, VITEST: undefined, NODE_OPTIONS: "", ...environment },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, out, err })));
  return {
    said: () => out,
    says: (pattern) => saying(child, () => out, { pattern, ended }),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

async function saying(
  child: ChildProcess,
  out: () => string,
  { pattern, ended }: { pattern: RegExp; ended: Promise<Ended> },
): Promise<string[]> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`It only said: ${out()}`)), PATIENCE_MS);
    const look = () => {
      const match = pattern.exec(out());
      if (match === null) return;
      clearTimeout(timer);
      resolve([...match]);
    };
    child.stdout?.on("data", look);
    void ended.then(({ err }) => reject(new Error(`It ended: ${err}`)));
    look();
  });
}
