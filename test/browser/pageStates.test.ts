// What each page shows before its answers are there, and while there is no connection.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { putDocument } from "./support/memoryScene.js";
import { browserScene } from "./support/scene.js";
import { ask, userFrom } from "./support/seed.js";

const FIRST = "What does an otter eat?";
const SECOND = "How is bread baked?";
const THIRD = "Why do lighthouses flash?";

const goTo = async (page: Page, name: string) => {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
};

/** Holds back what the host says, from when it is asked to. */
async function holdAnswers(page: Page): Promise<{ hold: () => void; release: () => void }> {
  let isHeld = false;
  const held: (() => void)[] = [];
  await page.routeWebSocket(/\/sync$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const pass = () => socket.send(message);
      if (isHeld) held.push(pass);
      else pass();
    });
  });
  return {
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false;
      for (const pass of held.splice(0)) pass();
    },
  };
}

describeInBrowser("every page", () => {
  const { open, callAs, expectTrouble, scene } = browserScene();
  const ada = callAs("ada");
  const countCalls = async () => (await ada<{ calls: number }>("query spending:usageSummary")).calls;
  beforeAll(async () => {
    await putDocument(ada, "first.md", "# First\n\nWords.");
    await ask(userFrom(ada), FIRST);
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

  test("says that it is loading, and shows neither nothing nor an error, until its answers are there", async () => {
    const page = await open({ as: "ada" });
    const { hold, release } = await holdAnswers(page);
    for (const { name, loading, shown } of pages) {
      await page.goto(`${scene.url}/chat`);
      await page.getByRole("link", { name: FIRST }).waitFor();
      hold();
      await goTo(page, name);
      await page.getByRole("status", { name: loading }).first().waitFor();
      expect(await shown(page).count(), name).toBe(0);
      expect(await page.getByText(/^No |Nothing was used|went wrong/).count(), name).toBe(0);
      release();
      await shown(page).first().waitFor();
      await page.getByRole("status", { name: loading }).first().waitFor({ state: "detached" });
    }
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
