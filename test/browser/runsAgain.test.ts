// A saved call made again from the page of runs: both answers beside each other, and nothing kept but what it cost.
import { beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { expectAccessibleInBothThemes } from "./support/axe.js";
import { describeInBrowser } from "./support/chromium.js";
import { ask, knowSomething, messagesIn } from "./support/runsScene.js";
import { browserScene, LAPTOP } from "./support/scene.js";

const QUESTION = "Where do sea otters sleep, and what do otters eat?";

describeInBrowser("a call made again on the page of runs", () => {
  const { open, callAs, scene, expectTrouble } = browserScene();
  const ada = callAs("ada");
  let asked: Awaited<ReturnType<typeof ask>>;
  beforeAll(async () => {
    await scene.host.call("mutation", "prices:load", {}, null);
    await knowSomething(ada);
    asked = await ask(ada, QUESTION);
  }, 120_000);

  /** The form of the last step, which answers. */
  async function openForm(page: Page) {
    const step = page.getByRole("article", { name: /^Step \d+: the model answered/ });
    await step.getByRole("button", { name: "Run it again, changed" }).click();
    const form = step.getByRole("form", { name: "Run it again, changed" });
    await form.getByLabel("Instructions").waitFor();
    return { step, form };
  }
  const path = () => `/runs/${asked.threadId}/${asked.run.runId}`;
  const rowsOf = async () => ({
    messages: await messagesIn(ada, asked.threadId),
    runs: await ada("query chat:listRuns", { threadId: asked.threadId, cursor: null }),
  });
  const callsOf = async (purpose: string): Promise<number> => {
    const usage = await ada<{ calls: number }>("query spending:usageSummary", { purpose });
    return usage.calls;
  };

  test("shows both answers and leaves the thread as it was", async () => {
    const page = await open({ as: "ada", path: path(), colorScheme: "light", viewport: LAPTOP });
    const before = await rowsOf();
    const paid = await callsOf("rerun");
    const { step, form } = await openForm(page);
    expect(await form.getByLabel("Instructions").inputValue()).toContain("You answer from the documents");
    await form.getByLabel("Instructions").fill("Answer in one sentence.");
    await form.getByRole("button", { name: "Run again" }).click();
    const result = step.getByRole("region", { name: "Re-run 1" });
    await result.waitFor();
    const [saved, made] = ["The saved answer", "The new answer"].map((name) =>
      result.getByRole("region", { name }),
    );
    const savedText = await saved!.textContent();
    const madeText = await made!.textContent();
    expect(savedText).toMatch(/sleep on their backs.*eats mostly fish/s);
    expect(madeText).not.toContain("eats mostly fish");
    expect(await saved!.locator("del").textContent()).toContain("eats mostly fish");
    expect(await result.textContent()).toMatch(/Nothing of this was saved.*It cost \$0\.\d+/s);
    expect(
      await result
        .getByRole("row", { name: /^Instructions and tools/ })
        .getByRole("cell")
        .allTextContents(),
    ).not.toEqual([]);
    expect(await rowsOf()).toEqual(before);
    expect(await callsOf("rerun")).toBe(paid + 1);
    await expectAccessibleInBothThemes(page, "a call made again");
  });

  test("keeps several beside each other: another model, and a context without what was recalled", async () => {
    const page = await open({ as: "ada", path: path() });
    const { step, form } = await openForm(page);
    await form.getByRole("button", { name: "Run again" }).click();
    const first = step.getByRole("region", { name: "Re-run 1" });
    await first.getByText("Both say the same, word for word.").waitFor();
    await first.getByText("shown the same bytes").waitFor();
    await form.getByLabel("Model", { exact: true }).first().click();
    await page.getByRole("option", { name: "built-in/extractive-brief" }).click();
    await form.getByRole("switch", { name: "Memory blocks" }).click();
    await form.getByRole("button", { name: "Run again" }).click();
    const second = step.getByRole("region", { name: "Re-run 2" });
    await second.getByText("no blocks").waitFor();
    expect(await second.getByRole("row", { name: /^Model/ }).textContent()).toMatch(
      /extractive.*extractive-brief/,
    );
    expect(await second.getByRole("row", { name: /^Memory blocks/ }).textContent()).toContain(
      "1 thing left out",
    );
    await first.waitFor();
    await form.getByRole("button", { name: "As it was" }).click();
    await form.getByRole("switch", { name: "Recall anew, in the memory as it is now" }).click();
    await form.getByRole("group", { name: "Whose memory" }).getByText("My tenant’s").click();
    await form.getByRole("button", { name: "Run again" }).click();
    const third = step.getByRole("region", { name: "Re-run 3" });
    await third.getByText("recalled anew from my tenant’s").waitFor();
    await form.getByRole("button", { name: "As it was" }).click();
    await form.getByLabel("Tokens of context").fill("5");
    await form.getByRole("button", { name: "Run again" }).click();
    await step.getByRole("alert").waitFor();
    expectTrouble(/CONTEXT_TOO_SMALL/); // the client of Convex tells of every action that was refused
  });
});
