import type { Page } from "playwright-core";

/** How long nothing may change before a page has come to rest. */
const QUIET_MS = 350;

type Seen = Window & { lastChange?: number };

/** Waits until a page shows no loader and has stopped to change, whatever was done to it just before. */
export async function settle(page: Page): Promise<void> {
  await page.getByRole("banner").first().waitFor(); // a dialog has one too
  await page.evaluate(() => {
    const seen: Seen = window;
    const isWatched = seen.lastChange !== undefined;
    const noteChange = () => (seen.lastChange = performance.now());
    noteChange(); // what was done just before may not have reached the page yet
    if (isWatched) return;
    new MutationObserver(noteChange).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
  await page.waitForFunction((quietMs) => {
    const seen: Seen = window;
    const isLoading = document.querySelector("[role=status][aria-label], [aria-busy=true]") !== null;
    return !isLoading && performance.now() - seen.lastChange! > quietMs;
  }, QUIET_MS);
}
