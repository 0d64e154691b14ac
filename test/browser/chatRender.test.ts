// What messages may hold: markup, long words, other directions, much code, and very many of them.
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectAccessibleInBothThemes } from "./support/axe.js";
import { answers, beginThread, messageBox, prompts, writeMessages, type Said } from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { overflowOf } from "./support/overflow.js";
import { browserScene, PHONE } from "./support/scene.js";

const KIB = 1_024;
const HOSTILE = [
  "<script>window.hacked = 1</script>",
  '<img src="x" onerror="window.hacked = 2">',
  '<a href="javascript:window.hacked=3">a</a>',
  "[link](javascript:window.hacked=4)",
  "![pixel](http://127.0.0.1:9/pixel.png)",
  "<svg onload=window.hacked=5>",
  "[fact](javascript:window.hacked=6)",
].join("\n\n");
/** As long as messages may be that are shown at once: their rows hold the start alone. */
const CODE = Array.from({ length: 2_000 }, (_, line) => `const line${line} = "${"x".repeat(36)}";`).join(
  "\n",
);

/** Waits until the list has come to rest. */
const untilStill = (page: Page) =>
  page.waitForFunction(
    () =>
      new Promise<boolean>((resolve) => {
        const log = document.querySelector('[role="log"]')!;
        const [top, height] = [log.scrollTop, log.scrollHeight];
        setTimeout(() => resolve(log.scrollTop === top && log.scrollHeight === height), 300);
      }),
  );

describeInBrowser("messages", () => {
  const { open, callAs, scene } = browserScene();
  const openWith = async (
    said: Said[],
    options: { viewport?: typeof PHONE; colorScheme?: "light" | "dark" } = {},
  ) => {
    const threadId = await beginThread(callAs("ada"), "A thread");
    for (let from = 0; from < said.length; from += 200)
      await writeMessages(scene.host, threadId, said.slice(from, from + 200));
    const page = await open({ as: "ada", path: `/chat/${threadId}`, ...options });
    await messageBox(page).waitFor();
    return page;
  };

  test("with markup show it as text: nothing runs, nothing is loaded", async () => {
    const page = await openWith([
      { role: "user", text: HOSTILE },
      { role: "assistant", text: HOSTILE },
    ]);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.reload(); // so that all is seen that the messages ask for
    await answers(page).getByText("<script>window.hacked = 1</script>").waitFor();
    await prompts(page).getByText("<script>window.hacked = 1</script>").waitFor();
    for (const link of await answers(page).getByRole("link").all()) {
      expect(await link.getAttribute("href")).not.toMatch(/^javascript/i);
      expect(await link.getAttribute("rel")).toContain("noopener");
    }
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await page.locator("article script, article svg[onload], article img").count()).toBe(0);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((url) => url.includes("pixel"))).toEqual([]);
  });

  test("with very long words and wide tables fit a phone", async () => {
    const wide = `| ${"column | ".repeat(30)}\n|${" --- |".repeat(30)}\n| ${"cell | ".repeat(30)}`;
    const page = await openWith(
      [
        { role: "user", text: "w".repeat(3_000) },
        {
          role: "assistant",
          text: `${"Donaudampfschifffahrt".repeat(100)}\n\n${wide}\n\n\`${"code".repeat(200)}\``,
        },
      ],
      { viewport: PHONE },
    );
    await answers(page).getByText("Donaudampfschifffahrt").waitFor();
    expect(await overflowOf(page)).toBe(0);
    const width = await answers(page).evaluate((article) => article.scrollWidth - article.clientWidth);
    expect(width).toBe(0);
  });

  test("that are made to take a parser long are there at once, as they are", async () => {
    const texts = ["_a*".repeat(7_000), "[a](".repeat(5_000), ">".repeat(20_000), "- a\n".repeat(5_000)];
    const page = await openWith([...texts, "The end."].map((text): Said => ({ role: "assistant", text })));
    await answers(page).getByText("The end.").waitFor();
    expect(await overflowOf(page)).toBe(0);
  });

  test("from right to left are written so, paragraph by paragraph", async () => {
    const page = await openWith([
      { role: "user", text: "What is this?" },
      { role: "user", text: "מה זה?" },
      { role: "assistant", text: "שלום עולם, זה מבחן.\n\nAnd this is English." },
    ]);
    const directionOf = (said: Locator) =>
      said.evaluate((element) => {
        const { direction, textAlign } = getComputedStyle(element);
        return `${direction} ${textAlign}`;
      });
    await answers(page).getByText("שלום").waitFor();
    expect(await directionOf(answers(page).getByText("שלום"))).toBe("rtl start");
    expect(await directionOf(answers(page).getByText("And this is English"))).toBe("ltr start");
    expect(await directionOf(prompts(page).getByText("מה זה?"))).toBe("rtl start");
    expect(await directionOf(prompts(page).getByText("What is this?"))).toBe("ltr start");
  });

  test("with 100 kB of code show all of it in a frame that scrolls, and copy it", async () => {
    expect(CODE.length).toBeGreaterThan(100 * KIB);
    const page = await openWith(
      [{ role: "assistant", text: `Here:\n\n\`\`\`ts\n${CODE}\n\`\`\`\n\nThat is all.` }],
      {
        viewport: PHONE,
      },
    );
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await answers(page).getByText("That is all.").waitFor();
    const pre = answers(page).getByLabel("Code in ts");
    expect(await pre.innerText()).toBe(CODE);
    expect(await overflowOf(page)).toBe(0);
    expect((await pre.boundingBox())!.height).toBeLessThan(PHONE.height);
    await answers(page).getByRole("button", { name: "Copy the code" }).click();
    await answers(page).getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(CODE);
  });

  test("with 100 kB of code of a person show all of it, as it was written, in a box that scrolls", async () => {
    const said = `Look:\n\n\`\`\`ts\n${CODE}\n\`\`\``;
    const page = await openWith([{ role: "user", text: said }], { viewport: PHONE });
    const box = prompts(page).locator("[dir=auto]");
    await page.waitForFunction(
      (whole) => document.querySelector("article [dir=auto]")?.textContent?.length === whole,
      said.length,
    );
    expect(await box.textContent()).toBe(said);
    expect(await overflowOf(page)).toBe(0);
    expect((await box.boundingBox())!.height).toBeLessThan(PHONE.height);
    await box.press("End"); // by the keyboard too
    await page.waitForFunction(() => document.querySelector("article [dir=auto]")!.scrollTop > 0);
  });

  describe("a thousand of them", () => {
    const MESSAGES = 1_000;
    const thousand = Array.from({ length: MESSAGES }, (_, index): Said => {
      const text = `Message ${index}.\n\n${"Some words of it. ".repeat(1 + (index % 7) * 4)}`;
      return { role: index % 2 === 0 ? "user" : "assistant", text };
    });
    const rows = (page: Page) => page.locator("article").count();
    const MOST_ROWS = 40;

    test("are scrolled through to the first with few in the document, and without a jump", async () => {
      const page = await openWith(thousand);
      await page.getByText(`Message ${MESSAGES - 1}.`).waitFor();
      const log = page.getByRole("log");
      const seen = new Set<number>();
      for (let step = 0; !seen.has(0); step++) {
        expect(await rows(page)).toBeLessThan(MOST_ROWS);
        await log.evaluate((element) => element.scrollBy(0, -element.clientHeight * 2));
        await page.evaluate(
          () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        );
        const texts = await page.locator("article").allInnerTexts();
        for (const text of texts) seen.add(Number(/Message (\d+)\./.exec(text)?.[1]));
        expect(step).toBeLessThan(2_000);
      }
      expect(seen.size).toBeGreaterThan(MESSAGES / 4);
      await page.getByRole("button", { name: "To the newest" }).click();
      await page.getByText(`Message ${MESSAGES - 1}.`).waitFor();
      await page.getByRole("button", { name: "To the newest" }).waitFor({ state: "hidden" });
    });

    test("stay where they are read while older ones come in above", async () => {
      const page = await openWith(thousand.slice(0, 200));
      await page.getByText("Message 199.").waitFor();
      await untilStill(page);
      const log = page.getByRole("log");
      const height = await log.evaluate((element) => element.scrollHeight);
      // Up to where the next page is asked for, and then no further.
      await log.evaluate((element) => (element.scrollTop = 850));
      await page.getByText("Message 165.").waitFor();
      const place = async () => (await page.getByText("Message 165.").boundingBox())!.y;
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      const before = await place();
      await page.waitForFunction(
        (less) => document.querySelector('[role="log"]')!.scrollHeight > less + 1_000,
        height,
      );
      await untilStill(page);
      expect(Math.abs((await place()) - before)).toBeLessThan(4);
    });
  });

  test("have no serious finding of axe in either theme", async () => {
    const said: Said[] = [
      { role: "user", text: "What is there?" },
      {
        role: "assistant",
        text: "# A title\n\nSome *words* and a [link](https://example.com).\n\n```js\ncode\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |",
      },
    ];
    const page = await openWith(said, { colorScheme: "light" });
    await answers(page).getByText("Some words").waitFor();
    await expectAccessibleInBothThemes(page, "a conversation");
    await page.setViewportSize(PHONE);
    await page.getByRole("button", { name: "Conversations" }).click();
    await page
      .getByRole("dialog", { name: "Conversations" })
      .getByRole("link", { name: "A thread" })
      .first()
      .waitFor();
    await expectAccessibleInBothThemes(page, "the drawer of conversations");
    expect(await overflowOf(page)).toBe(0);
  });
});
