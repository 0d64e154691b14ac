// Debian's Chromium, by playwright-core, which brings no browser of its own. The one without windows goes first: the other
// draws its own menus and panels in processes beside each page.
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const named = process.env["CHROMIUM"];

/** Where the browser lies; undefined where there is none. */
export const chromiumPath = (named === undefined ? PLACES : [named]).find((path) => existsSync(path));

const FLAGS = [
  // A container's root has no sandbox to give; the pages are ours, on the loopback interface.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  // Without a graphics card, one that is played by the processor costs more than drawing without any.
  "--disable-gpu",
  "--disable-gpu-compositing",
  "--disable-software-rasterizer",
];

/** Starts it. */
export async function launch(): Promise<Browser> {
  return await chromium.launch({ executablePath: chromiumPath, args: FLAGS });
}
