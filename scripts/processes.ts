import { spawn, type StdioOptions } from "node:child_process";
import { root, toolPath } from "./setup/environment.mjs";

/** What a finished program left. */
export interface ProcessResult {
  /** Null when a signal or the time limit ended it. */
  exitCode: number | null;
  /** Standard output and error, in the order they came; empty when inherited. */
  output: string;
}

export interface ProcessOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The program is killed after this long. */
  timeoutMs?: number;
  /** Keeps the output instead of showing it. */
  capture?: boolean;
}

/** Runs a JavaScript program of node_modules/.bin under this Node, and gives its exit code (1 when a signal ended it). */
export async function runTool(tool: string, args: string[], options: ProcessOptions = {}): Promise<number> {
  const { exitCode } = await runNode([toolPath(tool), ...args], options);
  return exitCode ?? 1;
}

/** Runs this Node with the given arguments, to the end. */
export function runNode(args: string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  const stdio: StdioOptions = options.capture ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"];
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? root,
    env: options.env ?? process.env,
    stdio,
    timeout: options.timeoutMs,
    killSignal: "SIGKILL",
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output += chunk.toString("utf8");
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
}
