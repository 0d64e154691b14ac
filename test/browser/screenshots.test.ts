// A picture of each page, in both themes and on a phone, with real data: written to .cache/screenshots, to be looked at.
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene } from "./support/scene.js";
import { seedLife, type Life } from "./support/seed.js";
import { settle } from "./support/settle.js";
import { views } from "./support/views.js";

const FOLDER = fileURLToPath(new URL("../../.cache/screenshots/", import.meta.url));
/** Those of the README: taken anew with README_PICTURES=1. */
const PICTURES = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
const OF_README = ["chat-approval-light", "usage-everyone-dark"];
const LAPTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
const SHOTS = [
  { name: "light", colorScheme: "light", viewport: LAPTOP },
  { name: "dark", colorScheme: "dark", viewport: LAPTOP },
  { name: "phone", colorScheme: "light", viewport: PHONE },
  { name: "phone-dark", colorScheme: "dark", viewport: PHONE },
] as const;
/** A picture of nothing has fewer bytes than any page. */
const LEAST_BYTES = 5_000;
const TIMEOUT_MS = 180_000;

describeInBrowser("pictures", () => {
  const { open, scene, callAs } = browserScene();
  let life: Life;
  beforeAll(async () => {
    for (const folder of [FOLDER, PICTURES]) mkdirSync(folder, { recursive: true });
    life = await seedLife(callAs, "ada");
  }, TIMEOUT_MS);

  async function picture(page: Page, name: string): Promise<void> {
    const path = join(FOLDER, `${name}.png`);
    await page.screenshot({ path });
    if (process.env["README_PICTURES"] === "1" && OF_README.includes(name))
      copyFileSync(path, join(PICTURES, `${name}.png`));
    expect(statSync(path).size, name).toBeGreaterThan(LEAST_BYTES);
  }

  test.each(SHOTS)(
    "of every page, $name",
    async ({ name, ...options }) => {
      const page = await open({ as: "ada", ...options });
      for (const view of views(life)) {
        await page.goto(scene.url + view.path);
        await settle(page);
        await picture(page, `${view.name}-${name}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${view.name} is wider than the screen`).toBeLessThanOrEqual(0);
      }
    },
    TIMEOUT_MS,
  );

  test("of signing in", async () => {
    const context = await scene.browser.newContext({ viewport: LAPTOP });
    const page = await context.newPage();
    await page.goto(scene.url);
    await page.getByRole("button", { name: "Sign in as Ada" }).waitFor();
    await picture(page, "sign-in");
  });
});
