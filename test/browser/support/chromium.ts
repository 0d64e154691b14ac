// Debian's Chromium, by playwright-core, which brings no browser of its own.
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { describe } from "vitest";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const named = process.env["CHROMIUM"];
const executablePath = (named === undefined ? PLACES : [named]).find((path) => existsSync(path));

if (executablePath === undefined)
  console.warn(
    "\n*** BROWSER TESTS ARE SKIPPED: there is no Chromium. `apt-get install chromium`, or name one with CHROMIUM. ***\n",
  );

/** Tests that need a browser: skipped, and said so, where there is none. */
export const describeInBrowser = describe.skipIf(executablePath === undefined);

/** Starts a browser; only inside of `describeInBrowser`. */
export async function launch(): Promise<Browser> {
  // A container's root has no sandbox to give; the pages are ours, on the loopback interface.
  return await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
