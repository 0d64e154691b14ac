// Every page for everyone: axe in both themes, on a laptop and a phone, and the keyboard alone; and a picture of each,
// written to .cache/screenshots, to be looked at.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { COLOUR_RULES, darken, expectAccessible } from "./support/axe.js";
import { describeInBrowser } from "./support/chromium.js";
import { takePicture } from "./support/pictures.js";
import { browserScene, LAPTOP, PHONE } from "./support/scene.js";
import { seedLife, type Life } from "./support/seed.js";
import { settle } from "./support/settle.js";
import { views } from "./support/views.js";

const TIMEOUT_MS = 400_000;
/** More stops than any page has. */
const MOST_STOPS = 150;
/** Boxes around a field, of which one may be its frame. */
const FRAMES = 3;

// Loading a page costs more than all that is asked of it: each is loaded once a window, and asked everything there.
describeInBrowser("for everyone", () => {
  const { open, scene, callAs } = browserScene();
  let life: Life;
  beforeAll(async () => {
    life = await seedLife(callAs, "ada");
  }, TIMEOUT_MS);

  test(
    "on a laptop: axe in both themes, headings and title, a picture, and every stop of the Tab key",
    async () => {
      const page = await open({ as: "ada", colorScheme: "light", viewport: LAPTOP });
      for (const { name, path } of views(life)) {
        await page.emulateMedia({ colorScheme: "light" });
        await page.goto(scene.url + path);
        await settle(page);
        await takePicture(page, `${name}-light`);
        await expectAccessible(page, `${name}, light`);
        await expectNamed(page, name);
        await darken(page);
        await takePicture(page, `${name}-dark`);
        await expectAccessible(page, `${name}, dark`, COLOUR_RULES);
        const { stops, unseen, missed } = await walk(page);
        expect(stops, `${name}: a way through`).toBeLessThan(MOST_STOPS);
        expect(unseen, `${name}: focus that nobody sees`).toEqual([]);
        expect(missed, `${name}: never reached`).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "on a phone: axe, nothing wider than the screen, and a picture in both themes",
    async () => {
      const page = await open({ as: "ada", colorScheme: "light", viewport: PHONE });
      for (const { name, path } of views(life)) {
        await page.emulateMedia({ colorScheme: "light" });
        await page.goto(scene.url + path);
        await settle(page);
        await takePicture(page, `${name}-phone`);
        await expectAccessible(page, `${name}, a phone`);
        await darken(page);
        await takePicture(page, `${name}-phone-dark`);
      }
    },
    TIMEOUT_MS,
  );

  test("signing in has a picture too", async () => {
    const page = await (await scene.browser.newContext({ viewport: LAPTOP })).newPage();
    await page.goto(scene.url);
    await page.getByRole("button", { name: "Sign in as Ada" }).waitFor();
    await takePicture(page, "sign-in");
  });
});

/** One main heading at most, a heading at least, and a title of its own. */
async function expectNamed(page: Page, name: string): Promise<void> {
  expect(await page.locator("h1").count(), name).toBeLessThanOrEqual(1);
  expect(await page.getByRole("heading").count(), name).toBeGreaterThan(0);
  expect(await page.title(), name).toMatch(/ · Researcher$/);
}

/** Tabs through a page until it is left, and tells where the focus was not to be seen, and what it never came to. */
async function walk(page: Page): Promise<{ stops: number; unseen: string[]; missed: string[] }> {
  await page.evaluate(() => {
    const state = window as typeof window & { reached?: Set<Element> };
    state.reached = new Set();
    const start = document.createElement("button"); // the next Tab goes on from where it was
    document.body.prepend(start);
    start.focus();
    start.remove();
    const still = new CSSStyleSheet(); // a look on its way is neither the one nor the other
    still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
    document.adoptedStyleSheets.push(still);
  });
  const unseen: string[] = [];
  let stops = 0;
  for (; stops < MOST_STOPS; stops++) {
    await page.keyboard.press("Tab");
    const stop = await lookAtStop(page);
    if (stop === null) break;
    if (!stop.isMarked) unseen.push(stop.what);
  }
  return { stops, unseen, missed: await missedBy(page) };
}

/** Where the focus is, and whether it looks different without it; null where it came before. The next Tab goes on from there. */
async function lookAtStop(page: Page): Promise<{ what: string; isMarked: boolean } | null> {
  return await page.evaluate((framesAtMost) => {
    const state = window as typeof window & { reached: Set<Element> };
    const element = document.activeElement as HTMLElement | null;
    if (element === null || element === document.body || state.reached.has(element)) return null;
    state.reached.add(element);
    const what = element.outerHTML.slice(0, 160);
    // A field is drawn by its frame, and a hidden one by what it labels: the ring is there. All else has its own.
    const isField = element.matches("input, textarea, select");
    const frames = [element.nextElementSibling];
    for (
      let outer = element.parentElement;
      outer !== null && frames.length <= framesAtMost;
      outer = outer.parentElement
    )
      frames.push(outer);
    const drawn = [element, ...(isField ? frames : [])].filter((each) => each !== null);
    const look = () =>
      drawn
        .map((each) => {
          const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(each);
          const outline = outlineStyle === "none" ? "none" : `${outlineStyle} ${outlineWidth}`;
          return `${outline}, ${boxShadow}, ${borderColor}`;
        })
        .join("; ");
    const focused = look();
    element.blur();
    return { what, isMarked: look() !== focused };
  }, FRAMES);
}

/** What can be used, and the Tab key never came to. */
async function missedBy(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
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
}
