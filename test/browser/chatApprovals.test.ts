// A tool of the researcher's that asks before it erases: somebody allows it, or does not.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { answers, beginThread, say, untilAnswered, wordsOf } from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene } from "./support/scene.js";

const TELL = "Remember that I deploy on Fridays.";
const FORGET = "Forget that I deploy on Fridays.";

const card = (page: Page) => page.getByRole("group", { name: "Erase this for good?" });

describeInBrowser("a tool that asks", () => {
  const { open, callAs } = browserScene();

  /** A conversation in which the researcher asks whether it may erase what it was told. */
  async function asked(as: "ada" | "ben"): Promise<Page> {
    const page = await open({ as, path: `/chat/${await beginThread(callAs(as))}` });
    await say(page, TELL);
    await untilAnswered(page);
    await say(page, FORGET);
    await card(page).getByText("I deploy on Fridays.").waitFor();
    return page;
  }
  const factsOf = async (as: "ada" | "ben") => {
    const { page } = await callAs(as)<{ page: { text: string }[] }>("query knowledge:listFacts", {
      scope: "user",
      cursor: null,
    });
    return page.map(({ text }) => text);
  };

  test("runs once it is approved; who decided is kept", async () => {
    const page = await asked("ada");
    const list = page.getByRole("navigation", { name: "Conversations" });
    await list.getByText("Waits for you").waitFor();
    expect(await factsOf("ada")).toEqual(["I deploy on Fridays."]);
    await card(page).getByRole("button", { name: "Approve" }).click();
    await untilAnswered(page, 2);
    expect(await wordsOf(answers(page).last())).toContain("I forgot this");
    expect(await factsOf("ada")).toEqual([]);
    expect(await card(page).count()).toBe(0);
    await list.getByText("Waits for you").waitFor({ state: "detached" });
    await answers(page)
      .getByRole("button", { name: /^Erased a fact/ })
      .click();
    await page.getByText(/^Approved by you at /).waitFor();
  });

  test("does not run once it is denied; the reason is told and kept, also after a reload", async () => {
    const page = await asked("ben");
    await page.reload();
    await card(page).getByLabel("Reason, if you deny it").fill("I changed my mind.");
    await card(page).getByRole("button", { name: "Deny" }).click();
    await untilAnswered(page, 2);
    expect(await wordsOf(answers(page).last())).toContain("I did not forget this");
    expect(await factsOf("ben")).toEqual(["I deploy on Fridays."]);
    await answers(page)
      .getByRole("button", { name: /Erasing a fact.*not allowed/ })
      .click();
    await page.getByText(/^Denied by you at .*: I changed my mind\.$/).waitFor();
  });

  test("takes another input, and none that is no JSON", async () => {
    const page = await asked("ada");
    await card(page).getByRole("button", { name: "Edit the input" }).click();
    const input = card(page).getByLabel("Input", { exact: true });
    const askedFor = await input.inputValue();
    await input.fill("{ factId: 1 ");
    await card(page).getByText("This is no JSON").waitFor();
    expect(await card(page).getByRole("button", { name: "Approve" }).isDisabled()).toBe(true);
    await input.fill(askedFor.replace(/"factId": "[^"]*"/, '"factId": "no-such-fact"'));
    await card(page).getByRole("button", { name: "Approve" }).click();
    await untilAnswered(page, 2);
    expect(await wordsOf(answers(page).last())).toContain("I did not forget this");
    expect(await factsOf("ada")).toContain("I deploy on Fridays.");
  });
});
