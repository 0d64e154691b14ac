// The recall tester: what would be found, in which order, and why.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { appendFacts, exampleDocument, putDocument, tell, UNHURRIED } from "./support/memoryScene.js";
import { browserScene } from "./support/scene.js";

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel("Question").fill(question);
  await page.getByRole("button", { name: "Recall", exact: true }).click();
}

describeInBrowser("the recall tester", UNHURRIED, () => {
  const { open, callAs, expectTrouble } = browserScene();
  const ada = callAs("ada");

  test("shows what is found with its parts, and leads to each source", async () => {
    await putDocument(ada, "otters.md", (await exampleDocument("otters.md")).toString());
    await appendFacts(ada, [{ text: "Saw sea otters sleep near Tromsø.", key: "trip" }]);
    const page = await open({ as: "ada", path: "/memory/recall" });
    await ask(page, "Where do sea otters sleep?");
    await page.getByText(/^\d+ hits$/).waitFor();
    await page.getByText(/of 2,000 tokens/).waitFor();
    const rows = page.getByRole("table", { name: "Hits" });
    const marked = await rows.locator("mark").allTextContents();
    expect(marked.map((word) => word.toLowerCase())).toEqual(expect.arrayContaining(["otters", "sleep"]));
    await page.getByText(/^Found because /).waitFor();
    await page.getByText("By words, in everything").waitFor();
    await page.getByText("How much of the question it covers").waitFor();
    await page
      .getByText(/^\+\d+\.\d\d$/)
      .first()
      .waitFor();
    await rows.getByRole("link", { name: /^Document: otters.md › .*Sleep/ }).click();
    await page.getByRole("region", { name: /Sleep.*, cited/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/documents/otters.md");
    await page.goBack();
    await ask(page, "Where do sea otters sleep?");
    await rows.getByRole("link", { name: "Fact: fact trip" }).click();
    await page.getByRole("dialog", { name: "Fact", exact: true }).waitFor();
  });

  test("looks only where it is told to, and says so when nothing is found", async () => {
    const page = await open({ as: "ada", path: "/memory/recall" });
    const chip = (kind: string) => page.getByRole("search").locator("label").filter({ hasText: kind });
    await chip("Documents").click();
    await ask(page, "What do lighthouses and kelp have in common?");
    await page.getByText("Nothing is found").waitFor();
    for (const kind of ["Messages", "Facts"]) await chip(kind).click();
    await page.getByText("Choose what to look through.").waitFor();
    expect(await page.getByRole("button", { name: "Recall", exact: true }).isDisabled()).toBe(true);
  });

  test("a conversation that is removed meanwhile is told in words", async () => {
    const threadId = await tell(ada, "Where do otters sleep?");
    const page = await open({ as: "ada", path: "/memory/recall" });
    await page.getByText("One conversation").click();
    await page.getByRole("combobox", { name: "Conversation" }).click();
    await page.getByRole("option", { name: "Where do otters sleep?" }).click();
    await ask(page, "otters");
    await page.getByText(/^\d+ hits?$/).waitFor();
    await ada("mutation chat:removeThread", { threadId });
    await page.getByRole("button", { name: "Recall", exact: true }).click();
    await page.getByText("There is no such conversation").waitFor();
    expectTrouble(/THREAD_NOT_FOUND/);
  });
});
