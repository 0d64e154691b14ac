// From one page to another, as people go: each link leads to the very thing that it names.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { beginThread, prompts, writeMessages, type Said } from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { UNHURRIED } from "./support/memoryScene.js";
import { ask, knowSomething } from "./support/runsScene.js";
import { browserScene } from "./support/scene.js";

const QUESTION = "Where do sea otters sleep, and what do otters eat?";
/** More than the pages that are loaded when a conversation is opened. */
const MANY = 160;

const current = (page: Page) => page.locator('article[aria-current="location"]');
/** Waits until the keyboard, and who listens, go on from an element that is in sight. */
const untilFocused = (page: Page, element: string) =>
  page.waitForFunction((selector) => {
    const { activeElement } = document;
    if (activeElement?.matches(selector) !== true) return false;
    const { top, bottom } = activeElement.getBoundingClientRect();
    return top < window.innerHeight && bottom > 0;
  }, element);
const MARKED = "article[aria-current=location]";

describeInBrowser("links between pages", UNHURRIED, () => {
  const { open, callAs, scene } = browserScene();
  const ada = callAs("ada");
  const goTo = (page: Page, path: string) => page.goto(scene.url + path);
  const idsIn = async (threadId: string): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const listed: { page: { messageId: string }[]; cursor: string | null } = await ada(
        "query chat:listMessages",
        { threadId, cursor, limit: 100 },
      );
      ids.unshift(...listed.page.map(({ messageId }) => messageId).toReversed());
      cursor = listed.cursor;
    } while (cursor !== null);
    return ids;
  };
  let asked: Awaited<ReturnType<typeof ask>>;
  beforeAll(async () => {
    await knowSomething(ada);
    asked = await ask(ada, QUESTION);
  }, 120_000);

  test("an answer leads to why it was given, and that to the block, the passage and the message", async () => {
    const page = await open({ as: "ada", path: `/chat/${asked.threadId}` });
    await page.getByRole("link", { name: "Why this answer?" }).click();
    const step = page.getByRole("article", { name: /^Step \d+: the model answered/ });
    await step.getByRole("button", { name: "Why did it know this?", expanded: true }).waitFor();
    await untilFocused(page, "ol article");
    expect(await step.evaluate((article) => article === document.activeElement)).toBe(true);
    await step.getByRole("link", { name: /^Open the block/ }).click();
    await page.getByRole("region", { name: "Block profile" }).waitFor();
    await page.goBack();
    await step
      .getByRole("link", { name: /^Open the message/ })
      .first()
      .click();
    await current(page).getByText(QUESTION).waitFor();
    await untilFocused(page, MARKED);
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  });

  test("a citation leads to its passage in the document", async () => {
    const page = await open({ as: "ada", path: `/chat/${asked.threadId}` });
    await page.getByRole("button", { name: /Source \d: otters.md › Otters › Food/ }).click();
    await page.getByRole("dialog").getByRole("link", { name: "Open in Documents" }).click();
    await page.getByRole("region", { name: /Food, cited$/ }).waitFor();
  });

  test("a message far up in a long conversation is brought into sight, once", async () => {
    const threadId = await beginThread(ada, "A long one");
    const said = Array.from({ length: MANY }, (_, index): Said => ({
      role: index % 2 === 0 ? "user" : "assistant",
      text: `Said as number ${index}.`,
    }));
    await writeMessages(scene.host, threadId, said);
    const ids = await idsIn(threadId);
    const page = await open({ as: "ada", path: `/chat/${threadId}?message=${ids[4]}` });
    await current(page).getByText("Said as number 4.").waitFor();
    await page.waitForFunction(() => {
      const { top = -1, bottom = -1 } =
        document.querySelector("article[aria-current=location]")?.getBoundingClientRect() ?? {};
      return top > 0 && bottom < window.innerHeight;
    });
    await untilFocused(page, MARKED);
    await page.getByRole("button", { name: "To the newest" }).click();
    await prompts(page)
      .getByText(`Said as number ${MANY - 2}.`)
      .waitFor();
  });

  test("what is found by its words opens where it was said", async () => {
    const threadId = await beginThread(ada, "Trips");
    await writeMessages(scene.host, threadId, [
      { role: "user", text: "The ferry leaves at noon." },
      { role: "user", text: "Bring a raincoat." },
    ]);
    const page = await open({ as: "ada" });
    const list = page.getByRole("navigation", { name: "Conversations" });
    await list.getByRole("textbox", { name: "Search conversations" }).fill("ferry");
    await list.getByRole("link", { name: /The ferry leaves/ }).click();
    await current(page).getByText("The ferry leaves at noon.").waitFor();
  });

  test("a link to a message, a run or a document that is not there says so", async () => {
    const page = await open({ as: "ada", path: `/chat/${asked.threadId}?message=nonsense` });
    await page.getByText("The message is not here any more").waitFor();
    await goTo(page, "/documents/nothing.md");
    await page.getByRole("heading", { level: 1, name: "There is no such document" }).waitFor();
    await goTo(page, `/runs/${asked.threadId}/nonsense`);
    await page.getByRole("alert").getByText("There is no such run").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  });
});
