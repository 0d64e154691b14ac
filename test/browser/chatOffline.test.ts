// The chat without its connection: offline and back, and a tab that is closed while it sends.
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

describeInBrowser("a chat that is cut off", () => {
  const { open, callAs, expectTrouble } = browserScene({ environment: { BUILT_IN_DELAY_MS: "50" } });
  beforeAll(async () => await ingest(callAs("ada")));
  const openThread = async () => {
    const threadId = await beginThread(callAs("ada"));
    const page = await open({ as: "ada", path: `/chat/${threadId}` });
    await messageBox(page).waitFor();
    return { page, threadId };
  };
  const countSaid = async (threadId: string) => (await saidIn(callAs("ada"), threadId)).length;

  test("says so, shows what is sent at once, and sends it when the connection is back", async () => {
    const { page, threadId } = await openThread();
    await goOffline(page);
    await page.getByText("You are offline: what you send goes out when you are back.").waitFor();
    await say(page, OTTER);
    await prompts(page).getByText(OTTER).waitFor();
    expect(await countSaid(threadId)).toBe(0);
    await page.context().setOffline(false);
    await untilAnswered(page);
    expect(await wordsOf(answers(page).first())).toContain("An otter eats mostly fish");
    expect(await countSaid(threadId)).toBe(1);
    expectTrouble(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  });

  test("asks before a tab is closed that has not sent yet", async () => {
    const { page } = await openThread();
    await goOffline(page);
    await page.getByText("You are offline: what you send goes out when you are back.").waitFor();
    await say(page, OTTER);
    const asked = page.waitForEvent("dialog");
    void page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    expect(await prompts(page).allInnerTexts()).toEqual([OTTER]);
    await page.context().setOffline(false);
    await untilAnswered(page);
    expectTrouble(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  });

  test("answers what was sent although the tab is closed, and shows it when it is opened again", async () => {
    const { page, threadId } = await openThread();
    await say(page, OTTER);
    await until(
      () => countSaid(threadId),
      (count) => count === 1,
    );
    await page.close();
    const again = await open({ as: "ada", path: `/chat/${threadId}` });
    await untilAnswered(again);
    expect(await wordsOf(answers(again).first())).toContain("An otter eats mostly fish");
    expect(await prompts(again).count()).toBe(1);
  });
});
