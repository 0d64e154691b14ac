import type { Page } from "playwright-core";

/** How far the document is wider than the window: more than 0 makes the whole page scroll sideways. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
