// Asking in the chat page: a question, its answer, and what the answer cites.
import { beforeAll, expect, test } from "vitest";
import { until } from "../example/exampleApp.js";
import {
  answers,
  beginThread,
  ingest,
  messageBox,
  prompts,
  saidIn,
  say,
  untilAnswered,
  wordsOf,
  goOffline,
} from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene } from "./support/scene.js";

const OTTER = "What does an otter eat?";

describeInBrowser("a question in the chat", () => {
  const { open, callAs, expectTrouble } = browserScene();
  beforeAll(async () => await ingest(callAs("ada")));

  test("begins a conversation, is answered, and is there after a reload", async () => {
    const page = await open({ as: "ada" });
    await say(page, OTTER);
    await untilAnswered(page);
    expect(await wordsOf(answers(page).first())).toContain("An otter eats mostly fish");
    expect(new URL(page.url()).pathname).toMatch(/^\/chat\/\w+/);
    await page
      .getByRole("navigation", { name: "Conversations" })
      .getByRole("link", { name: OTTER })
      .waitFor();
    expect(await messageBox(page).evaluate((box) => box === document.activeElement)).toBe(true);
    await page.reload();
    await untilAnswered(page);
    expect(await prompts(page).allInnerTexts()).toEqual([OTTER]);
    expect(await answers(page).count()).toBe(1);
  });

  test("is sent once by a double click, and a line is broken by Shift and Enter", async () => {
    const ada = callAs("ada");
    const threadId = await beginThread(ada);
    const page = await open({ as: "ada", path: `/chat/${threadId}` });
    await messageBox(page).fill(OTTER);
    await messageBox(page).press("Shift+Enter");
    await page.keyboard.type("Tell me more.");
    await page.getByRole("button", { name: "Send", exact: true }).dblclick();
    await untilAnswered(page);
    expect(await prompts(page).allInnerTexts()).toEqual([`${OTTER}\nTell me more.`]);
    expect(await saidIn(ada, threadId)).toHaveLength(1);
  });

  test("is answered with tools whose input, output and time can be seen", async () => {
    const page = await open({ as: "ada" });
    await say(page, OTTER);
    await untilAnswered(page);
    await answers(page)
      .getByRole("button", { name: /^Searched the documents/ })
      .click();
    await page.getByLabel("Input", { exact: true }).getByText("otter eat").waitFor();
    await page.getByLabel("Output", { exact: true }).getByText("An otter eats mostly fish").waitFor();
    await page.getByText(/^Took \d/).waitFor();
  });

  test("cites a passage that opens beside it, with what stands around it and the way to its document", async () => {
    const page = await open({ as: "ada" });
    await say(page, OTTER);
    await untilAnswered(page);
    await answers(page).getByRole("button", { name: "Source 1: otters.md › Otters › Food" }).click();
    const source = page.getByRole("dialog", { name: /^Source 1/ });
    await source.getByText("It needs about a fifth of its own weight in food each day.").waitFor();
    expect(await source.getByText("Sea otters sleep on their backs").count()).toBe(0);
    await source.getByRole("button", { name: "Show what stands around it" }).click();
    await source.getByText("Sea otters sleep on their backs").waitFor();
    expect(await source.getByRole("link", { name: "Open in Documents" }).getAttribute("href")).toMatch(
      /^\/documents\/otters\.md\?chunk=./,
    );
    await page.keyboard.press("Escape");
    await source.waitFor({ state: "hidden" });
    await answers(page).getByRole("button", { name: "Source 1: otters.md › Otters › Food" }).click();
    await source.getByRole("link", { name: "Open in Documents" }).click();
    await page
      .locator("[data-marked=true]")
      .getByText("It needs about a fifth of its own weight in food each day.")
      .waitFor();
  });

  test("cites facts and blocks, which open as they stand", async () => {
    const ada = callAs("ada");
    await ada("mutation knowledge:createProfile");
    const page = await open({ as: "ada" });
    await say(
      page,
      "Remember that I deploy on Fridays. From now on, I prefer short answers with an example.",
    );
    await untilAnswered(page);
    await page.getByRole("link", { name: "New conversation" }).first().click();
    await page.waitForURL("**/chat");
    await page.getByRole("heading", { name: "New conversation" }).waitFor();
    await say(page, "Which day do I deploy, and what kind of answers do I prefer?");
    await untilAnswered(page);
    await answers(page)
      .getByRole("button", { name: /^Source \d: fact$/ })
      .click();
    await page.getByRole("dialog").getByText("I deploy on Fridays.").waitFor();
    await page.keyboard.press("Escape");
    await answers(page)
      .getByRole("button", { name: /^Source \d: block profile$/ })
      .click();
    await page
      .getByRole("dialog")
      .getByText(/I prefer short answers with an example/)
      .waitFor();
    await page.getByRole("dialog").getByRole("link", { name: "Open in Memory" }).waitFor();
  });

  test("of the examples is asked once by a double click", async () => {
    const ben = callAs("ben");
    const page = await open({ as: "ben" });
    await page.getByRole("button", { name: "What do you know about me?" }).dblclick();
    await page.waitForURL("**/chat/*");
    const { page: threads } = await ben<{ page: unknown[] }>("query chat:listThreads", { cursor: null });
    expect(threads).toHaveLength(1);
    expect(await saidIn(ben, new URL(page.url()).pathname.split("/").at(-1)!)).toHaveLength(1);
  });

  test("that comes too fast is put back, with the seconds to wait", async () => {
    const threadId = await beginThread(callAs("ben"));
    const page = await open({ as: "ben", path: `/chat/${threadId}` });
    await messageBox(page).waitFor();
    const spending = spendCalls();
    const alert = page.getByRole("alert").filter({ hasText: "That was too fast" });
    const untilSent = () => page.getByText("Sending …").waitFor({ state: "detached" });
    // Calls come back with time: it is said until there is none left.
    while ((await alert.count()) === 0) {
      await say(page, "One more?");
      await untilSent();
    }
    await spending.stop();
    expect(await messageBox(page).inputValue()).toBe("One more?");
    const before = (await saidIn(callAs("ben"), threadId)).length;
    // The wait is what was known when it was refused: what was asked elsewhere since counts as well.
    const isStored = async () => (await saidIn(callAs("ben"), threadId)).length > before;
    while (!(await isStored())) {
      await alert.getByText("The wait is over: try it again.").first().waitFor();
      await messageBox(page).press("Enter");
      await until(
        async () => (await isStored()) || (await alert.count()) > 0,
        (isSettled) => isSettled,
      );
    }
    expect(await saidIn(callAs("ben"), threadId)).toHaveLength(before + 1);
    expect(await messageBox(page).inputValue()).toBe("");
    expectTrouble(/RATE_LIMITED/);
  });

  test("that is refused after someone went elsewhere is told, and kept where it was written", async () => {
    const threadId = await beginThread(callAs("ben"), "Left behind");
    const page = await open({ as: "ben", path: `/chat/${threadId}` });
    await messageBox(page).waitFor();
    await goOffline(page);
    await page.getByText("You are offline: what you send goes out when you are back.").waitFor();
    await say(page, "Is it kept?");
    await page.getByRole("link", { name: "New conversation" }).first().click();
    await page.waitForURL("**/chat");
    const spending = spendCalls();
    await spending.untilSpent();
    await page.context().setOffline(false);
    await page.getByText(/What you wrote is kept where you wrote it\./).waitFor();
    await spending.stop();
    await page.getByRole("link", { name: "Left behind" }).click();
    await page.waitForURL(`**/chat/${threadId}`);
    await page.getByRole("heading", { name: "Left behind" }).waitFor();
    expect(await messageBox(page).inputValue()).toBe("Is it kept?");
    expectTrouble(/RATE_LIMITED|WebSocket|ERR_INTERNET_DISCONNECTED/);
  });

  /** Uses up what Ben may ask, until it is stopped. */
  function spendCalls() {
    const ben = callAs("ben");
    let [isOver, isSpent] = [false, false];
    const spend = async () => {
      const threadId = await beginThread(ben);
      for (let calls = 0; !isOver; calls++) {
        const asked = ben("action ask:answer", { threadId, prompt: "Hello?", operationId: String(calls) });
        await asked.catch(() => (isSpent = true));
      }
    };
    const spent = spend();
    return {
      untilSpent: () =>
        until(
          () => Promise.resolve(isSpent),
          (isTrue) => isTrue,
        ),
      stop: async () => {
        isOver = true;
        await spent;
      },
    };
  }
});
