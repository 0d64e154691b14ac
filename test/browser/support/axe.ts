// What axe finds in a page.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

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
