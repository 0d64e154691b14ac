// Pictures of the pages, to be looked at.
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { overflowOf } from "./overflow.js";

const FOLDER = fileURLToPath(new URL("../../../.cache/screenshots/", import.meta.url));
/** Those of the README: taken anew with README_PICTURES=1. */
const PICTURES = fileURLToPath(new URL("../../../docs/pictures/", import.meta.url));
const OF_README = ["chat-approval-light", "usage-everyone-dark"];
/** A picture of nothing has fewer bytes than any page. */
const LEAST_BYTES = 5_000;

/** Writes what the window shows into `.cache/screenshots`; fails where the page is wider than the window. */
export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path });
  if (process.env["README_PICTURES"] === "1" && OF_README.includes(name)) {
    mkdirSync(PICTURES, { recursive: true });
    copyFileSync(path, join(PICTURES, `${name}.png`));
  }
  expect(statSync(path).size, name).toBeGreaterThan(LEAST_BYTES);
  expect(await overflowOf(page), `${name} is wider than the screen`).toBe(0);
}
