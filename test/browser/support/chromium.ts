import { describe } from "vitest";
import { chromiumPath } from "./browser.js";

export { launch } from "./browser.js";

if (chromiumPath === undefined)
  console.warn(
    "\n*** BROWSER TESTS ARE SKIPPED: there is no Chromium. Run scripts/install-chromium.sh, or name one with CHROMIUM. ***\n",
  );

/** Tests that need a browser: skipped, and said so, where there is none. */
export const describeInBrowser = describe.skipIf(chromiumPath === undefined);
