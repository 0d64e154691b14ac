import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./environment.mjs";

const folder = join(root, ".cache");
const file = join(folder, "setup.lock");

/** How often a waiting set-up looks whether the other one has ended. */
const POLL_MS = 200;

/**
 * Runs one set-up at a time in a checkout: two commands started together would install over each other.
 * The lock of a process that has died is taken over.
 * @param {() => Promise<void>} work
 */
export async function withLock(work) {
  mkdirSync(folder, { recursive: true });
  while (!tryLock()) {
    if (!ownerIsAlive()) rmSync(file, { force: true });
    else await sleep(POLL_MS);
  }
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @returns {boolean} whether this process now holds the lock */
function tryLock() {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

/** @returns {boolean} whether to wait on */
function ownerIsAlive() {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch (error) {
    // A lock that is gone was given back, and may be another's by now: there is nothing to take over.
    return error instanceof Error && "code" in error && error.code === "ENOENT";
  }
}
