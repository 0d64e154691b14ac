// An answer under way in the chat page: seen while it is written, by several tabs and people; stopped, followed, told more.
import { beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import {
  answers,
  beginThread,
  ingest,
  messageBox,
  prompts,
  say,
  untilAnswered,
  wordsOf,
} from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene } from "./support/scene.js";

const OTTER = "What does an otter eat, and how do sea otters sleep?";
const OTTER_WORDS = ["An otter eats mostly fish", "Sea otters sleep on their backs"];
const KEEPER = "What did a lighthouse keeper do?";
const KEEPER_WORDS = "A lighthouse keeper trimmed the wick every four hours";
/** What the built-in model waits before each word: an answer takes some seconds. */
const SLOWLY = { BUILT_IN_DELAY_MS: "300" };
/** Far less than an answer takes, and than a word of it. */
const LOOK_MS = 40;

/** Waits until some words of an answer are there, and not yet all of it. */
const untilBegun = (page: Page) =>
  page.waitForSelector('article[data-state="streaming"] p >> text=/\\w+ \\w+/');
const stopButton = (page: Page) => page.getByRole("button", { name: "Stop the answer" });

describeInBrowser("an answer under way", () => {
  const { open, callAs } = browserScene({ environment: SLOWLY });
  beforeAll(async () => await ingest(callAs("ada")));

  const openThread = async (as: "ada" | "ben") => {
    const path = `/chat/${await beginThread(callAs(as))}`;
    return { path, page: await open({ as, path, reducedMotion: "no-preference" }) };
  };
  const expectWhole = async (page: Page) => {
    await untilAnswered(page);
    const words = await wordsOf(answers(page).last());
    for (const part of OTTER_WORDS) expect(words.split(part)).toHaveLength(2);
  };

  test("is seen while it is written, and only grows; a screen reader hears when it is done", async () => {
    const { page } = await openThread("ada");
    await say(page, OTTER);
    await untilBegun(page);
    const lengths: number[] = [];
    const look = () =>
      page.evaluate(() => {
        const paragraphs = [...document.querySelectorAll('article[aria-label="Answer"]')]
          .at(-1)
          ?.querySelectorAll("p");
        return {
          isGoing: document.querySelector('[aria-label="Stop the answer"]') !== null,
          isCalledDone: document.querySelector("article time") !== null,
          length: [...(paragraphs ?? [])].map(({ innerText }) => innerText).join(" ").length,
        };
      });
    for (let seen = await look(); seen.isGoing; seen = await look()) {
      lengths.push(seen.length);
      expect(seen.isCalledDone, "the time of an answer that goes on").toBe(false);
      await page.waitForTimeout(LOOK_MS); // without a pause, who looks takes the processor from who writes
    }
    expect(new Set(lengths).size).toBeGreaterThan(2);
    expect(lengths).toEqual(lengths.toSorted((left, right) => left - right));
    await expectWhole(page);
    await page
      .getByRole("status")
      .filter({ hasText: "The answer is done: An otter eats" })
      .waitFor({ state: "attached" });
  });

  test("goes on after a reload in its middle, and is there once", async () => {
    const { page } = await openThread("ada");
    await say(page, OTTER);
    await untilBegun(page);
    await page.reload();
    await untilBegun(page);
    await expectWhole(page);
    expect(await prompts(page).count()).toBe(1);
  });

  test("is seen in two tabs, and another person has their own at once", async () => {
    const { page, path } = await openThread("ada");
    const other = await open({ as: "ada", path, reducedMotion: "no-preference" });
    const { page: bens } = await openThread("ben");
    await messageBox(bens).waitFor();
    await Promise.all([say(page, OTTER), say(bens, KEEPER)]);
    await Promise.all([untilBegun(page), untilBegun(other), untilBegun(bens)]);
    await Promise.all([expectWhole(page), expectWhole(other), untilAnswered(bens)]);
    expect(await wordsOf(answers(bens).last())).toContain(KEEPER_WORDS);
    const bensList = bens.getByRole("navigation", { name: "Conversations" });
    expect(await bensList.getByText(OTTER).count()).toBe(0);
    expect(await bens.getByText(OTTER_WORDS[0]!).count()).toBe(0);
  });

  test("is stopped with what it has said, and asked for again as it was", async () => {
    const { page } = await openThread("ada");
    await say(page, OTTER);
    await untilBegun(page);
    await stopButton(page).click();
    await page.getByText("This answer was stopped.").waitFor();
    await stopButton(page).waitFor({ state: "hidden" });
    expect(await wordsOf(answers(page).last())).toContain("An otter");
    await page.getByRole("button", { name: "Try again" }).click();
    await expectWhole(page);
    expect(await prompts(page).count()).toBe(1);
    expect(await page.getByText("This answer was stopped.").count()).toBe(0);
  });

  describe("while more is said", () => {
    test("questions wait in their order, can be taken back, and are answered after it", async () => {
      const { page } = await openThread("ada");
      await say(page, OTTER);
      await untilBegun(page);
      await say(page, "How is bread baked?");
      await say(page, KEEPER);
      const queue = page.getByRole("region", { name: "Questions that wait" });
      await queue.getByRole("listitem").nth(1).waitFor();
      expect(
        (await queue.getByRole("listitem").allInnerTexts()).map((text) => text.replace(/\s+/g, " ")),
      ).toEqual(["1 How is bread baked?", `2 ${KEEPER}`]);
      await queue.getByRole("button", { name: "Take back: How is bread baked?" }).click();
      await queue.getByText("How is bread baked?").waitFor({ state: "detached" });
      await untilAnswered(page, 2);
      expect(await prompts(page).allInnerTexts()).toEqual([OTTER, KEEPER]);
      expect(await wordsOf(answers(page).last())).toContain(KEEPER_WORDS);
    });

    test("the only question that waits is taken back, and no answer is called stopped", async () => {
      const { page } = await openThread("ada");
      await say(page, OTTER);
      await untilBegun(page);
      await say(page, KEEPER);
      await page.getByRole("button", { name: `Take back: ${KEEPER}` }).click();
      await page.getByRole("region", { name: "Questions that wait" }).waitFor({ state: "detached" });
      await expectWhole(page);
      expect(await prompts(page).allInnerTexts()).toEqual([OTTER]);
      expect(await page.getByText(/stopped|taken back/i).count()).toBe(0);
      expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(0);
    });

    test("it can be told something, which it answers too", async () => {
      const { page } = await openThread("ada");
      await say(page, OTTER);
      await untilBegun(page);
      await page
        .getByRole("radiogroup", { name: "While an answer is under way" })
        .getByText("Tell this answer now")
        .click();
      await say(page, KEEPER);
      await prompts(page).nth(1).waitFor();
      expect(await page.getByRole("region", { name: "Questions that wait" }).count()).toBe(0);
      await untilAnswered(page, 2);
      expect(await prompts(page).allInnerTexts()).toEqual([OTTER, KEEPER]);
      expect(await wordsOf(answers(page).last())).toContain(KEEPER_WORDS);
    });
  });
});
