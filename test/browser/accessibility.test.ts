// Every page for everyone: axe in both themes, on a laptop and a phone, and the keyboard alone.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { expectAccessible } from "./support/axe.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene } from "./support/scene.js";
import { seedLife, type Life } from "./support/seed.js";
import { settle } from "./support/settle.js";
import { views } from "./support/views.js";

const TIMEOUT_MS = 240_000;
const SETTINGS = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  { name: "a phone", colorScheme: "light", viewport: { width: 360, height: 740 } },
] as const;
/** More stops than any page has. */
const MOST_STOPS = 150;

describeInBrowser("for everyone", () => {
  const { open, scene, callAs } = browserScene();
  let life: Life;
  beforeAll(async () => {
    life = await seedLife(callAs, "ada");
  }, TIMEOUT_MS);

  test.each(SETTINGS)(
    "axe finds nothing serious on any page: $name",
    async ({ name, ...options }) => {
      const page = await open({ as: "ada", ...options });
      for (const view of views(life)) {
        await page.goto(scene.url + view.path);
        await settle(page);
        await expectAccessible(page, `${view.name}, ${name}`);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "each page has a heading, one main heading at most, and a title of its own",
    async () => {
      const page = await open({ as: "ada" });
      for (const { name, path } of views(life)) {
        await page.goto(scene.url + path);
        await settle(page);
        expect(await page.locator("h1").count(), name).toBeLessThanOrEqual(1);
        expect(await page.getByRole("heading").count(), name).toBeGreaterThan(0);
        expect(await page.title(), name).toMatch(/ · Researcher$/);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "the Tab key reaches everything, shows where it is, and is caught nowhere",
    async () => {
      const page = await open({ as: "ada" });
      for (const { name, path } of views(life)) {
        await page.goto(scene.url + path);
        await settle(page);
        const { stops, unseen, missed } = await walk(page);
        expect(stops, `${name}: a way through`).toBeLessThan(MOST_STOPS);
        expect(unseen, `${name}: focus that nobody sees`).toEqual([]);
        expect(missed, `${name}: never reached`).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );
});

/** Tabs through a page until it is left, and tells where the focus was not to be seen, and what it never came to. */
async function walk(page: Page): Promise<{ stops: number; unseen: string[]; missed: string[] }> {
  await page.evaluate(() => {
    const state = window as typeof window & { reached?: Set<Element> };
    state.reached = new Set();
    const start = document.createElement("button"); // the next Tab goes on from where it was
    document.body.prepend(start);
    start.focus();
    start.remove();
  });
  const unseen: string[] = [];
  let stops = 0;
  for (; stops < MOST_STOPS; stops++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const state = window as typeof window & { reached: Set<Element> };
      const element = document.activeElement;
      if (element === null || element === document.body || state.reached.has(element)) return null;
      state.reached.add(element);
      // A hidden input is drawn by what it labels: the ring is there.
      const drawn = [
        element,
        element.nextElementSibling,
        element.parentElement,
        element.parentElement?.parentElement,
      ];
      const isMarked = drawn.some((each) => {
        if (!each) return false;
        const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(each);
        return (
          (outlineStyle !== "none" && outlineWidth !== "0px") ||
          boxShadow !== "none" ||
          (each === element && element.matches("input, textarea") && borderColor !== "")
        );
      });
      return { what: element.outerHTML.slice(0, 160), isMarked };
    });
    if (stop === null) break;
    if (!stop.isMarked) unseen.push(stop.what);
  }
  const missed = await page.evaluate(() => {
    const state = window as typeof window & { reached: Set<Element> };
    const isShown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) &&
      element.closest("[inert], [aria-hidden=true]") === null;
    // In a group of radio buttons, tabs or menu entries the arrows lead on.
    const byArrows =
      "input[type=radio], [role=tab], [role=menuitem], [role=option], [role=treeitem], [tabindex='-1'], :disabled";
    return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
      .filter((element) => isShown(element) && !element.matches(byArrows) && !state.reached.has(element))
      .map((element) => element.outerHTML.slice(0, 160));
  });
  return { stops, unseen, missed };
}
