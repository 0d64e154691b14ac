// What axe finds in a page.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const TOLD = ["serious", "critical"];

/** Fails with each serious finding, where it is and what to do. Of a page that has come to rest. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations
    .filter(({ impact }) => TOLD.includes(impact ?? ""))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary ?? ""}`),
    );
  expect(found, `serious findings of axe on ${name}`).toEqual([]);
}
