// The host as a process of its own, to be killed and started again.
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const START_TIMEOUT_MS = 15_000;

export type HostProcess = { url: string; kill(): Promise<void> };
export type Exit = { code: number | null; stderr: string };

function spawnHost(args: string[]): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", "host/main.ts", ...args], {
    cwd: root,
    // Child hosts load the package as an app would: from what is built.
    env: { ...process.env, VITEST: undefined, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function exited(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once("exit", (code) => resolve(code));
  });
}

/** Starts `host/main.ts` and waits for its LISTENING line. */
export async function startHostProcess(args: string[]): Promise<HostProcess> {
  const child = spawnHost(args);
  let stderr = "";
  child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The host did not start: ${stderr}`)), START_TIMEOUT_MS);
    let stdout = "";
    child.stdout?.on("data", (data: Buffer) => {
      stdout += data.toString();
      const line = /^LISTENING (\S+)$/m.exec(stdout);
      if (line === null) return;
      clearTimeout(timer);
      resolve(line[1]!);
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`The host ended with ${code}: ${stderr}`));
    });
  });
  return {
    url,
    kill: async () => {
      child.kill("SIGKILL");
      await exited(child);
    },
  };
}

/** Runs `host/main.ts` until it ends by itself. */
export async function runHostProcess(args: string[]): Promise<Exit> {
  const child = spawnHost(args);
  let stderr = "";
  child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
  const timer = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  const code = await exited(child);
  clearTimeout(timer);
  return { code, stderr };
}
