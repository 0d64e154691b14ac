// The list of conversations: finding one, naming it, putting it away, and what is shown of one that is not there.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { beginThread, messageBox, prompts, writeMessages } from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene, PHONE } from "./support/scene.js";
import { settle } from "./support/settle.js";

/** More than a page of the list. */
const MANY = 24;

const list = (page: Page) => page.getByRole("navigation", { name: "Conversations" });
const rowOf = (page: Page, title: string) => list(page).getByRole("link", { name: title });
const actOn = async (page: Page, title: string, act: string) => {
  await list(page)
    .getByRole("button", { name: `More about ${title}` })
    .click();
  await page.getByRole("menuitem", { name: act }).click();
};

describeInBrowser("the list of conversations", () => {
  const { open, callAs, scene, expectTrouble } = browserScene();
  const begin = async (as: "ada" | "ben", title: string, text = "Hello.") => {
    const threadId = await beginThread(callAs(as), title);
    await writeMessages(scene.host, threadId, [{ role: "user", text }]);
    return threadId;
  };

  test("finds one by its title and by what was said in it, and opens it", async () => {
    await begin("ada", "Holidays", "We walk along the fjord in August.");
    await begin("ada", "Groceries", "Two lemons and a bag of flour.");
    const page = await open({ as: "ada" });
    await rowOf(page, "Holidays").waitFor();
    const search = list(page).getByRole("textbox", { name: "Search conversations" });
    await search.fill("groceries");
    await list(page).getByText("1 found").waitFor();
    await rowOf(page, "Groceries").waitFor();
    expect(await rowOf(page, "Holidays").count()).toBe(0);
    await search.fill("fjord");
    await list(page)
      .getByText(/We walk along the fjord/)
      .waitFor();
    expect(await rowOf(page, "Groceries").count()).toBe(0);
    await rowOf(page, "Holidays").click();
    await prompts(page).getByText("We walk along the fjord in August.").waitFor();
    await search.fill("walrus");
    await list(page).getByText("Nothing was said about “walrus”.").waitFor();
    await list(page).getByRole("button", { name: "Clear the search" }).click();
    await rowOf(page, "Groceries").waitFor();
  });

  test("stays whole whatever is pasted into its search", async () => {
    await begin("ada", "Camping");
    const page = await open({ as: "ada" });
    await rowOf(page, "Camping").waitFor();
    const search = list(page).getByRole("textbox", { name: "Search conversations" });
    await search.focus();
    await page.keyboard.insertText("tent ".repeat(8_000));
    await list(page).getByText("Nothing was said about").waitFor();
    expect((await search.inputValue()).length).toBeLessThan(1_000);
    await messageBox(page).waitFor();
    await search.fill("camping");
    await rowOf(page, "Camping").waitFor();
  });

  test("is replaced by what went wrong, and nothing else is, where a search fails", async () => {
    await begin("ada", "Kites");
    const page = await open({ as: "ada" });
    await rowOf(page, "Kites").waitFor();
    const search = list(page).getByRole("textbox", { name: "Search conversations" });
    await search.evaluate((input) => input.removeAttribute("maxlength"));
    await search.fill("kite ".repeat(8_000));
    await list(page).getByRole("alert").waitFor();
    await messageBox(page).waitFor();
    await search.fill("kites");
    await rowOf(page, "Kites").waitFor();
    expectTrouble(/INVALID_ARGUMENT/);
  });

  test("renames, archives and takes out again", async () => {
    await begin("ada", "Old name");
    const page = await open({ as: "ada" });
    await actOn(page, "Old name", "Rename");
    await page.getByRole("textbox", { name: "Title" }).fill("New name");
    await page.getByRole("button", { name: "Save" }).click();
    await rowOf(page, "New name").waitFor();
    await actOn(page, "New name", "Archive");
    await rowOf(page, "New name").waitFor({ state: "detached" });
    await list(page).getByText("Archived").click();
    await rowOf(page, "New name").waitFor();
    await actOn(page, "New name", "Take out of the archive");
    await rowOf(page, "New name").waitFor({ state: "detached" });
    await list(page).getByText("Active").click();
    await rowOf(page, "New name").waitFor();
  });

  test("removes one after it was asked again, and leads away from it", async () => {
    const threadId = await begin("ada", "To be removed");
    const page = await open({ as: "ada", path: `/chat/${threadId}` });
    await actOn(page, "To be removed", "Remove");
    await page.getByRole("button", { name: "Keep it" }).click();
    await rowOf(page, "To be removed").waitFor();
    await actOn(page, "To be removed", "Remove");
    await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
    await rowOf(page, "To be removed").waitFor({ state: "detached" });
    await page.waitForURL("**/chat");
    await messageBox(page).waitFor();
  });

  test("shows earlier ones when they are asked for, and is a drawer on a phone", async () => {
    for (let index = 0; index < MANY; index++) await begin("ben", `Talk ${index}`);
    const page = await open({ as: "ben", viewport: PHONE });
    expect(await list(page).isVisible()).toBe(false);
    await page.getByRole("button", { name: "Conversations" }).click();
    const drawer = page.getByRole("dialog", { name: "Conversations" });
    await drawer.getByRole("link", { name: `Talk ${MANY - 1}`, exact: false }).waitFor();
    await drawer.getByRole("button", { name: "Earlier conversations" }).click();
    await drawer.getByRole("link", { name: /^Talk 0\b/ }).click();
    await drawer.waitFor({ state: "hidden" });
    await page.getByRole("heading", { name: "Talk 0" }).waitFor();
    await page.getByRole("button", { name: "Conversations" }).click();
    await drawer.waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "hidden" });
  });

  describe("a conversation at one of its messages", () => {
    const OLD = "The needle of the stack.";

    test("is opened there although it is pages back, with that message marked", async () => {
      const threadId = await begin("ada", "A long one", OLD);
      const { page: rows } = await callAs("ada")<{ page: { messageId: string }[] }>(
        "query chat:listMessages",
        { threadId, cursor: null },
      );
      await writeMessages(
        scene.host,
        threadId,
        Array.from({ length: 150 }, (_, index) => ({ role: "user", text: `Straw ${index}.` })),
      );
      const path = `/chat/${threadId}?message=${rows[0]!.messageId}`;
      const page = await open({ as: "ada", path });
      const marked = page.locator("article[aria-current=location]");
      await marked.getByText(OLD).waitFor();
      await page.waitForFunction(
        () => document.querySelector("article[aria-current=location]")!.getBoundingClientRect().top > 0,
      );
      expect(await prompts(page).getByText("Straw 149.").count()).toBe(0);
      await page.getByRole("button", { name: "To the newest" }).click();
      await prompts(page).getByText("Straw 149.").waitFor();
    });

    test("is told in words when the message is gone", async () => {
      const threadId = await begin("ada", "A short one", "All there is.");
      const page = await open({ as: "ada", path: `/chat/${threadId}?message=no-such-message` });
      const notice = page.getByRole("alert").filter({ hasText: "The message is not here any more" });
      await notice.waitFor();
      await prompts(page).getByText("All there is.").waitFor();
      await notice.getByRole("button", { name: "Close this notice" }).click();
      await notice.waitFor({ state: "detached" });
      expect(new URL(page.url()).search).toBe("");
      expectTrouble(/MESSAGE_NOT_FOUND|no such message/i);
    });
  });

  describe("a conversation that is not there", () => {
    const expectNothing = async (page: Page, secret: string) => {
      await page.getByText("There is no such conversation").waitFor();
      expect(await page.getByText(secret).count()).toBe(0);
      await settle(page);
      const told = await page.getByRole("main").evaluate((main) => {
        const copy = main.cloneNode(true) as HTMLElement;
        for (const times of copy.querySelectorAll("nav")) times.remove(); // the list tells how long ago something was
        return copy.textContent;
      });
      await page.getByRole("link", { name: "Back to your conversations" }).click();
      await messageBox(page).waitFor();
      expectTrouble(/THREAD_NOT_FOUND|no such thread/i);
      return told;
    };

    test("is told in words, with the way back", async () => {
      const page = await open({ as: "ada", path: "/chat/no-such-thread" });
      await expectNothing(page, "secret");
    });

    test("and one of somebody else looks the same", async () => {
      const threadId = await begin("ben", "Ben's secret", "A secret of mine.");
      const page = await open({ as: "ada", path: `/chat/${threadId}` });
      const foreign = await expectNothing(page, "secret");
      await page.goto(`${scene.url}/chat/no-such-thread`);
      expect(foreign).toBe(await expectNothing(page, "secret"));
    });
  });
});
