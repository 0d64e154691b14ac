import { existsSync } from "node:fs";
import { join } from "node:path";
import { runNode, type ProcessResult } from "../processes.js";
import { root, toolPath } from "../setup/environment.mjs";
import { checkBundleSizes } from "./bundleSizes.js";
import type { CheckResult } from "./checkResult.js";
import { checkGeneratedCode } from "./generatedCode.js";

/** One named step of `npm run check`. */
export interface Check {
  name: string;
  run: () => Promise<CheckResult>;
}

/** A check that hangs is a failed check: the slowest, eslint, has taken 176 s of it on two cores. */
const TIMEOUT_MS = 700_000;

const EXAMPLE_PROJECT = "example/convex/tsconfig.json";
/** Folders with code of ours; those that do not exist yet are left out. */
const CODE_FOLDERS = ["src", "example", "host", "bench", "eval", "soak", "audit", "test", "scripts"];

function verdict({ exitCode, output }: ProcessResult): CheckResult {
  return { passed: exitCode === 0, output: output + (exitCode === null ? "(killed: it ran too long)" : "") };
}

async function tool(name: string, ...args: string[]): Promise<CheckResult> {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined };
  return verdict(await runNode([toolPath(name), ...args], { capture: true, timeoutMs: TIMEOUT_MS, env }));
}

/** Slowest first, so that the two lanes end together. */
export const checks: Check[] = [
  { name: "eslint", run: () => tool("eslint", "--max-warnings=0", ".") },
  { name: "types (TypeScript 6)", run: () => tool("tsc6", "--noEmit", "-p", "tsconfig.json") },
  { name: "types of the example (6)", run: () => tool("tsc6", "--noEmit", "-p", EXAMPLE_PROJECT) },
  { name: "codegen leaves no diff", run: checkGeneratedCode },
  { name: "types (TypeScript 7)", run: () => tool("tsc", "--noEmit", "-p", "tsconfig.json") },
  { name: "types of the example (7)", run: () => tool("tsc", "--noEmit", "-p", EXAMPLE_PROJECT) },
  { name: "layers", run: () => tool("depcruise", "--config", ".dependency-cruiser.cjs", ...codeFolders()) },
  { name: "prettier", run: () => tool("prettier", "--check", ".") },
  { name: "knip", run: () => tool("knip", "--no-progress") },
  { name: "publint", run: () => tool("publint", "--strict") },
  { name: "bundle sizes", run: checkBundleSizes },
];

function codeFolders(): string[] {
  return CODE_FOLDERS.filter((folder) => existsSync(join(root, folder)));
}
