import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { runNode } from "../processes.js";
import { root, toolPath } from "../setup/environment.mjs";
import type { CheckResult } from "./checkResult.js";

const GENERATED = ["src/component/_generated", "example/convex/_generated"];
/** What codegen reads; node_modules is found in the checkout above the copy. */
const INPUTS = [
  "package.json",
  "convex.json",
  "tsconfig.json",
  "tsconfig.base.json",
  "tsconfig.build.json",
  "src",
  "dist",
  "example/convex",
];
const TIMEOUT_MS = 120_000;

/** Generates Convex's code in a copy of the project and compares: the checkout, perhaps in use, stays as it is. */
export async function checkGeneratedCode(): Promise<CheckResult> {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const copy = mkdtempSync(join(root, ".cache", "codegen-"));
  try {
    for (const input of INPUTS.filter((path) => existsSync(join(root, path)))) {
      cpSync(join(root, input), join(copy, input), { recursive: true });
    }
    const args = [toolPath("tsx"), join(root, "scripts/codegen.ts"), "all", "--cwd", copy];
    const { exitCode, output } = await runNode(args, { capture: true, timeoutMs: TIMEOUT_MS });
    if (exitCode !== 0) return { passed: false, output };
    const stale = [...GENERATED.flatMap((folder) => changedFiles(folder, copy)), ...uncommittedFiles()];
    const advice = "Not what codegen writes (npm run codegen, then commit):\n";
    return { passed: stale.length === 0, output: advice + stale.join("\n") };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * Generated files that differ from the commit while their sources do not. Set-up has regenerated them already, so on
 * a fresh clone only git can tell that what was committed is stale.
 */
function uncommittedFiles(): string[] {
  const status = spawnSync("git", ["status", "--porcelain", "--", "src", "example/convex"], { cwd: root });
  if (status.status !== 0) return []; // not a clone
  const changed = status.stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  return changed.every((line) => line.includes("/_generated/")) ? changed : [];
}

function changedFiles(folder: string, copy: string): string[] {
  const names = new Set([...fileNames(join(root, folder)), ...fileNames(join(copy, folder))]);
  return [...names]
    .map((name) => join(folder, basename(name)))
    .filter((file) => contentOf(join(root, file)) !== contentOf(join(copy, file)));
}

function fileNames(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function contentOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}
