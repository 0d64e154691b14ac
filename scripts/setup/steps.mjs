import { spawn } from "node:child_process";
import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { inheritedEnvironment, nodeBinary, root, toolPath } from "./environment.mjs";
import { filesUnder, hashFiles, readStamp, writeStamp } from "./stamps.mjs";

/**
 * Where set-up tells what it does.
 * @typedef {{ stream: NodeJS.WriteStream }} Talk
 */

// A stamp lives beside what it vouches for, so that deleting the one deletes the other.
const INSTALL_STAMP = "node_modules/.cache/convex-agent-memory/install";
const BUILD_STAMP = "dist/.stamp";

/**
 * Runs `npm ci` when node_modules is absent or does not belong to the lockfile.
 * @param {Talk} talk
 */
export async function ensureInstalled(talk) {
  const lockfile = hashFiles(["package-lock.json"]);
  if (readStamp(INSTALL_STAMP) === lockfile) return;
  if (!installedByHand()) {
    say(talk, "installing packages (npm ci)");
    await execute(...npm("ci", "--no-audit", "--no-fund"));
  }
  writeStamp(INSTALL_STAMP, lockfile);
}

/** @returns {boolean} whether npm itself has installed since the lockfile last changed */
function installedByHand() {
  const npmRecord = join(root, "node_modules/.package-lock.json");
  return (
    existsSync(npmRecord) && statSync(npmRecord).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs
  );
}

/**
 * Compiles `src` to `dist` when a source or the compiler's configuration changed.
 * @param {Talk} talk
 */
export async function ensureBuilt(talk) {
  const sources = filesUnder(["src"]);
  if (!sources.some((file) => file.endsWith(".ts"))) return;
  const inputs = hashFiles([
    ...sources,
    ...filesUnder(["package-lock.json", "tsconfig.base.json", "tsconfig.build.json"]),
  ]);
  const names = sources.join("\n");
  const [lastInputs, ...lastNames] = (readStamp(BUILD_STAMP) ?? "").split("\n");
  if (lastInputs === inputs) return;
  say(talk, "building dist (tsc)");
  // The output of a deleted source would stay importable.
  if (lastNames.join("\n") !== names) rmSync(join(root, "dist"), { recursive: true, force: true });
  await execute(nodeBinary(), [toolPath("tsc"), "-p", "tsconfig.build.json"]);
  writeStamp(BUILD_STAMP, `${inputs}\n${names}`);
}

/** @typedef {"component" | "app"} CodegenTarget */

/** What decides the generated code of a target, and what of it must exist. */
const generated = {
  component: {
    config: "src/component/convex.config.ts",
    inputs: ["src/component", "src/validators", "src/shared", "scripts/codegen", "package-lock.json"],
  },
  app: {
    config: "example/convex/convex.config.ts",
    inputs: [
      "example/convex",
      "src/component/convex.config.ts",
      "scripts/codegen",
      "package-lock.json",
      "convex.json",
    ],
  },
};

/**
 * Runs Convex's code generation when its inputs, or what it wrote, changed since the last time.
 * @param {CodegenTarget} target
 * @param {Talk} talk
 */
export async function ensureGenerated(target, talk) {
  const { config, inputs } = generated[target];
  if (!existsSync(join(root, config))) return;
  const stamp = `node_modules/.cache/convex-agent-memory/codegen-${target}`;
  const hash = () => hashFiles(filesUnder(inputs).filter((file) => !file.endsWith(".md")));
  if (readStamp(stamp) === hash()) return;
  say(talk, `generating Convex code of the ${target === "app" ? "example" : "component"}`);
  await execute(nodeBinary(), [toolPath("tsx"), "scripts/codegen.ts", target]);
  writeStamp(stamp, hash());
}

/**
 * @param {string[]} args
 * @returns {[string, string[]]} the npm that runs this, as a program and its arguments
 */
function npm(...args) {
  const script = process.env.npm_execpath;
  return script === undefined || !script.endsWith(".js")
    ? ["npm", args]
    : [process.execPath, [script, ...args]];
}

/**
 * @param {Talk} talk
 * @param {string} line
 */
function say(talk, line) {
  talk.stream.write(`setup: ${line}\n`);
}

/**
 * Runs a program to its end; what it says is shown only when it fails.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<void>} rejects when it fails
 */
function execute(program, args) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: inheritedEnvironment(),
  });
  /** @type {Buffer[]} */
  const output = [];
  const keep = (/** @type {Buffer} */ chunk) => output.push(chunk);
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const shown = [program, ...args].join(" ").replaceAll(root, "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(output));
      reject(new Error(`"${shown}" failed (see above)`));
    });
  });
}
