#!/usr/bin/env node
/**
 * Makes a checkout ready and then runs one of the project's commands under Node 24.
 *
 *   node scripts/setup.mjs              only make it ready
 *   node scripts/setup.mjs test [args]  make it ready, then run `npm test`'s command with the arguments
 *
 * Runs on a bare Node 20: it imports nothing but Node's own modules and its own folder.
 */
import { spawn } from "node:child_process";
import { commands } from "./setup/commands.mjs";
import { inheritedEnvironment, nodeBinary, platformProblem, root, toolPath } from "./setup/environment.mjs";
import { withLock } from "./setup/lock.mjs";
import { ensureBuilt, ensureGenerated, ensureInstalled } from "./setup/steps.mjs";

/** A process killed by a signal ends, by the shell's convention, with this plus the signal's number. */
const SIGNAL_EXIT_CODE = 128;

/**
 * Installs, generates and builds what is missing or stale; each thing it does is one line.
 * @param {import("./setup/commands.mjs").Readiness} readiness
 * @param {import("./setup/steps.mjs").Talk} talk
 */
async function makeReady(readiness, talk) {
  await ensureInstalled(talk);
  const problem = platformProblem();
  if (problem !== null) throw new Error(problem);
  if (readiness === "installed") return;
  await ensureGenerated("component", talk);
  await ensureBuilt(talk);
  await ensureGenerated("app", talk);
}

/**
 * Runs a command to its end, passing signals on.
 * @param {import("./setup/commands.mjs").Command} command
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
function run(command, args) {
  const child = spawn(nodeBinary(), [toolPath(command.tool), ...command.args, ...args], {
    cwd: root,
    stdio: "inherit",
    env: inheritedEnvironment(),
  });
  // The terminal sends SIGINT to the child too: only stay alive until it has tidied up.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? SIGNAL_EXIT_CODE + (signal === "SIGINT" ? 2 : 15)));
  });
}

/**
 * @param {string[]} argv
 * @returns {Promise<number>} the exit code
 */
async function main([name, ...args]) {
  const command = name === undefined ? undefined : commands[name];
  if (name !== undefined && command === undefined) {
    throw new Error(`Unknown command "${name}". Known: ${Object.keys(commands).join(", ")}.`);
  }
  // With --json, standard output belongs to the command, whose last line is one JSON object.
  const talk = { stream: args.includes("--json") ? process.stderr : process.stdout };
  await withLock(() => makeReady(command?.readiness ?? "built", talk));
  return command === undefined ? 0 : await run(command, args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`setup: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
