// What axe finds in a page.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { settle } from "./settle.js";

const TOLD = ["serious", "critical"];

/** What a theme alone changes. */
export const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/**
 * Fails with each serious finding, where it is and what to do. Of a page that has come to rest. With `rules`, by these
 * alone.
 */
export async function expectAccessible(page: Page, name: string, rules?: string[]): Promise<void> {
  // No page has frames: to look from inside it spares a second page for each look, and a second axe.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  const { violations } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  const found = violations
    .filter(({ impact }) => TOLD.includes(impact ?? ""))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary ?? ""}`),
    );
  expect(found, `serious findings of axe on ${name}`).toEqual([]);
}

/** Waits until a page that shows its light theme has come to rest, and looks at it in both; it is light again then. */
export async function expectAccessibleInBothThemes(page: Page, name: string): Promise<void> {
  await settle(page);
  await expectAccessible(page, name);
  await darken(page);
  await expectAccessible(page, `${name}, dark`, COLOUR_RULES);
  await page.emulateMedia({ colorScheme: "light" });
}

/** Lets the system turn dark while the page is open, which follows. */
export async function darken(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator("html[data-mantine-color-scheme=dark]").waitFor({ state: "attached" });
  await settle(page);
}
