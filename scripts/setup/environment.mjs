import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

const binaries = join(root, "node_modules", ".bin");

/** The first Node whose `node:sqlite` needs no flag. */
const OLDEST_NODE = { major: 22, minor: 13 };

/** The platforms for which the workspace tools/node has a Node 24. */
const SUPPLIED_PLATFORM = "linux-x64";

/** @returns {string | null} why this machine cannot run the project, in one line, or null when it can */
export function platformProblem() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const recent = major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor);
  if (recent || existsSync(join(binaries, "node"))) return null;
  const oldest = `${OLDEST_NODE.major}.${OLDEST_NODE.minor}`;
  const here = `${process.platform}-${process.arch}`;
  return `Node ${oldest} or newer is needed on ${here}: npm brings one on ${SUPPLIED_PLATFORM} only, and this is ${process.version}.`;
}

/** @returns {string} the Node that npm installed, else the one that runs this */
export function nodeBinary() {
  const installed = join(binaries, "node");
  return existsSync(installed) ? installed : process.execPath;
}

/**
 * @param {string} tool a name in node_modules/.bin
 * @returns {string} the JavaScript file to hand to Node
 */
export function toolPath(tool) {
  const path = join(binaries, tool);
  if (!existsSync(path)) throw new Error(`${tool} is not installed: run npm ci`);
  return realpathSync(path);
}

/**
 * The environment for a child process, where `node` and every tool mean the installed ones.
 * @returns {NodeJS.ProcessEnv}
 */
export function inheritedEnvironment() {
  return { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}` };
}
