// What each page shows before its answers are there, when one of them is an error, and while there is no connection.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { standBetween } from "./support/answers.js";
import { prompts } from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { appendFacts, putDocument } from "./support/memoryScene.js";
import { browserScene } from "./support/scene.js";
import { ask, userFrom } from "./support/seed.js";

const FIRST = "What does an otter eat?";
const SECOND = "How is bread baked?";
const THIRD = "Why do lighthouses flash?";
const FACT = "Ada keeps otters.";

const goTo = async (page: Page, name: string) => {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
};

describeInBrowser("every page", () => {
  const { open, callAs, expectTrouble, scene } = browserScene();
  const ada = callAs("ada");
  const countCalls = async () => (await ada<{ calls: number }>("query spending:usageSummary")).calls;
  const ids = { thread: "", fact: "" };
  beforeAll(async () => {
    await putDocument(ada, "first.md", "# First\n\nWords.");
    ids.thread = (await ask(userFrom(ada), FIRST)).threadId;
    [ids.fact = ""] = await appendFacts(ada, [{ text: FACT }]);
    await ada("mutation knowledge:createBlock", { scope: "user", label: "first", value: "One." });
  });

  const totalOf = (page: Page) => page.getByRole("group", { name: "Calls", exact: true });
  /** A page, what it says while it waits, what is there then, and what comes when something changes. */
  const pages = [
    {
      name: "Runs",
      loading: "Loading runs",
      shown: (page: Page) => page.getByRole("link", { name: FIRST }),
      change: () => ask(userFrom(ada), SECOND),
      changed: async (page: Page) => page.getByRole("link", { name: SECOND }),
    },
    {
      name: "Usage",
      loading: "Loading usage",
      shown: totalOf,
      change: () => ask(userFrom(ada), THIRD),
      changed: async (page: Page) => totalOf(page).getByText(String(await countCalls()), { exact: true }),
    },
    {
      name: "Documents",
      loading: "Loading the documents",
      shown: (page: Page) => page.getByRole("link", { name: "First", exact: true }),
      change: () => putDocument(ada, "second.md", "# Second\n\nMore words."),
      changed: async (page: Page) => page.getByRole("link", { name: "Second", exact: true }),
    },
  ];

  const openTab = async (page: Page, name: string) => {
    await goTo(page, "Memory");
    await page.getByRole("tab", { name }).click();
  };
  /** What is gone to within the app, and what it says while it waits. */
  const waiting = [
    ...pages.map((view) => ({ ...view, visit: (page: Page) => goTo(page, view.name) })),
    {
      name: "Chat",
      loading: "Loading the conversation",
      visit: (page: Page) => page.getByRole("link", { name: FIRST }).click(),
      shown: prompts,
    },
    {
      name: "Memory",
      loading: "Loading the facts",
      visit: (page: Page) => goTo(page, "Memory"),
      shown: (page: Page) => page.getByText(FACT),
    },
    {
      name: "Review",
      loading: "Loading what waits",
      visit: (page: Page) => openTab(page, "Review"),
      shown: (page: Page) => page.getByRole("heading", { name: "Nothing waits" }),
    },
    {
      name: "Blocks",
      loading: "Loading the blocks",
      visit: (page: Page) => openTab(page, "Blocks"),
      shown: (page: Page) => page.getByRole("region", { name: "Block first" }),
    },
  ];

  test("says that it is loading, and shows neither nothing nor an error, until its answers are there", async () => {
    const page = await open({ as: "ada" });
    const { hold, release } = await standBetween(page);
    for (const { name, loading, visit, shown } of waiting) {
      await page.goto(`${scene.url}/chat`);
      await page.getByRole("link", { name: FIRST }).waitFor();
      hold();
      await visit(page);
      await page.getByRole("status", { name: loading }).first().waitFor();
      expect(await shown(page).count(), name).toBe(0);
      expect(await page.getByText(/^No |^Nothing |went wrong/).count(), name).toBe(0);
      release();
      await shown(page).first().waitFor();
      await page.getByRole("status", { name: loading }).first().waitFor({ state: "detached" });
    }
  });

  /** A query of a page, and what is there once it is answered. */
  const failing = [
    {
      query: "chat:listMessages",
      path: () => `/chat/${ids.thread}`,
      shown: prompts,
    },
    {
      query: "chat:listThreads",
      path: () => "/runs",
      shown: (page: Page) => page.getByRole("link", { name: FIRST }),
    },
    { query: "spending:usageSummary", path: () => "/usage", shown: totalOf },
    {
      query: "documents:listDocuments",
      path: () => "/documents",
      shown: (page: Page) => page.getByRole("link", { name: "First", exact: true }),
    },
    {
      query: "documents:getDocument",
      path: () => "/documents/first.md",
      shown: (page: Page) => page.getByRole("heading", { name: "First", exact: true, level: 1 }),
    },
    {
      query: "documents:listChunks",
      path: () => "/documents/first.md",
      shown: (page: Page) => page.getByText("Words."),
    },
    {
      query: "knowledge:listFacts",
      path: () => "/memory/facts",
      shown: (page: Page) => page.getByText(FACT),
    },
    {
      query: "knowledge:getFact",
      path: () => `/memory/facts?fact=${ids.fact}`,
      shown: (page: Page) => page.getByRole("dialog", { name: "Fact" }).getByText(FACT),
    },
    {
      query: "knowledge:listFacts",
      path: () => "/memory/review",
      shown: (page: Page) => page.getByRole("heading", { name: "Nothing waits" }),
    },
    {
      query: "knowledge:listBlocks",
      path: () => "/memory/blocks",
      shown: (page: Page) => page.getByRole("region", { name: "Block first" }),
    },
    {
      query: "knowledge:blockHistory",
      path: () => "/memory/blocks",
      visit: (page: Page) => page.getByRole("button", { name: "History" }).click(),
      shown: (page: Page) => page.getByRole("button", { name: /^Version 1/ }),
    },
  ];

  test("tells of an error, shows nothing in its place, and goes on when it is tried again", async () => {
    const page = await open({ as: "ada" });
    const { fail, heal } = await standBetween(page);
    const alert = page.getByRole("alert").filter({ hasText: "Something went wrong" });
    for (const view of failing) {
      const { query, path, shown, visit } = { visit: undefined, ...view };
      fail(query);
      await page.goto(scene.url + path());
      await visit?.(page);
      await alert.waitFor();
      expect(await shown(page).count(), query).toBe(0);
      heal();
      await alert.getByRole("button", { name: "Try again" }).click();
      await shown(page).first().waitFor();
      expect(await alert.count(), query).toBe(0);
    }
    expectTrouble(/Server Error/);
  });

  test("tells that its code could not be loaded, and loads it when it is tried again", async () => {
    const page = await open({ as: "ada" });
    const code = /\/assets\/UsagePage[^/]*\.js/;
    await page.route(code, (route) => route.abort());
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Usage" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "A part of the page could not be loaded" });
    await alert.getByText("Load the page again").waitFor();
    await page.unroute(code);
    await alert.getByRole("button", { name: "Try again" }).click();
    await totalOf(page).waitFor();
    expect(await alert.count()).toBe(0);
    expectTrouble(/ERR_FAILED|dynamically imported module|preload CSS/);
  });

  test("says that it is offline, keeps what it shows, and is up to date when it is back", async () => {
    const page = await open({ as: "ada" });
    for (const { name, shown, change, changed } of pages) {
      await goTo(page, name);
      await shown(page).first().waitFor();
      await page.context().setOffline(true);
      await page.getByText("You are offline", { exact: true }).waitFor();
      const before = await shown(page).first().innerText();
      await change();
      expect(await shown(page).first().innerText(), name).toBe(before);
      expect(await (await changed(page)).count(), `${name} without a connection`).toBe(0);
      expect(await page.getByText(/went wrong/).count(), name).toBe(0);
      await page.context().setOffline(false);
      await (await changed(page)).first().waitFor();
      await page.getByText("You are offline", { exact: true }).waitFor({ state: "detached" });
    }
    expectTrouble(/WebSocket|ERR_INTERNET_DISCONNECTED|Attempting reconnect/);
  });
});
