import type { Page } from "playwright-core";

/** How long nothing may change before a page has come to rest. */
const QUIET_MS = 350;

/** Waits until a page shows no loader and has stopped to change. */
export async function settle(page: Page): Promise<void> {
  await page.getByRole("banner").first().waitFor(); // a dialog has one too
  await page.waitForFunction((quietMs) => {
    const seen = window as typeof window & { lastChange?: number };
    if (seen.lastChange === undefined) {
      seen.lastChange = performance.now();
      new MutationObserver(() => (seen.lastChange = performance.now())).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    }
    const isLoading = document.querySelector("[role=status][aria-label], [aria-busy=true]") !== null;
    return !isLoading && performance.now() - seen.lastChange > quietMs;
  }, QUIET_MS);
}
