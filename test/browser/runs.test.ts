// The page of runs: where each stands, its steps, why its model knew what it knew, and a decision from here.
import { beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { until } from "../example/exampleApp.js";
import { expectAccessibleInBothThemes } from "./support/axe.js";
import { describeInBrowser } from "./support/chromium.js";
import { overflowOf } from "./support/overflow.js";
import { ask, knowSomething, settled } from "./support/runsScene.js";
import { browserScene, LAPTOP, PHONE } from "./support/scene.js";
import { settle } from "./support/settle.js";

const runPath = ({ threadId, run }: { threadId: string; run: { runId: string } }) =>
  `/runs/${threadId}/${run.runId}`;
const stepOf = (page: Page, number: number) =>
  page.getByRole("article", { name: new RegExp(`^Step ${number}:`) });
/** Waits until the focus is on the page's heading: it was on a button that is gone. */
const untilHeadingFocused = (page: Page) =>
  page.waitForFunction(() => document.activeElement?.tagName === "H1");

describeInBrowser("the page of runs", () => {
  const { open, callAs, scene } = browserScene();
  const ada = callAs("ada");
  const ben = callAs("ben");
  beforeAll(async () => {
    await scene.host.call("mutation", "prices:load", {}, null);
    await knowSomething(ada);
  }, 120_000);

  test("says what it is for while there is no run, and shows one as it comes", async () => {
    const page = await open({ as: "ben", path: "/runs" });
    await page.getByRole("heading", { name: "No agent has run yet" }).waitFor();
    const { run } = await ask(ben, "Where do sea otters sleep?");
    const row = page.getByRole("region", { name: "Ended" }).getByRole("link");
    await row.waitFor();
    expect(await row.textContent()).toMatch(/Where do sea otters sleep\?.*researcher.*step.*\$.*Completed/s);
    await row.click();
    await page.getByRole("heading", { name: "Run of the researcher", level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toContain(run.runId);
  });

  test("follows a run under way: its steps, its tools with what went in and came out", async () => {
    const { threadId } = await ask(ada, "What do otters eat?");
    const page = await open({ as: "ada", path: `/runs/${threadId}` });
    await page.getByRole("link", { name: /Turn 1/ }).waitFor();
    const { run } = await ask(ada, "How far do ships see a lighthouse?", threadId);
    await page.getByRole("link", { name: /Turn 2/ }).click();
    await stepOf(page, 1).waitFor();
    await page.getByRole("status").filter({ hasText: "Completed" }).waitFor();
    const steps = page.getByRole("list", { name: "What the run did, in order" });
    expect(await steps.getByRole("article").count()).toBe(run.steps);
    await stepOf(page, 1)
      .getByRole("button", { name: /^search/ })
      .click();
    expect(await stepOf(page, 1).getByLabel("Input").textContent()).toContain('"query"');
    expect(await stepOf(page, 1).getByLabel("Output").textContent()).toContain("Fresnel lens");
    const facts = await stepOf(page, run.steps).locator("dl").textContent();
    expect(facts).toMatch(
      /Model.*extractive.*Tokens in[\d,]+.*Tokens out\d+.*Cost\$0\.\d+.*Ended withits answer/s,
    );
  });

  test("tells why the model knew: the fact and the block by their words, with the way to each", async () => {
    const page = await open({ as: "ada", path: runPath(await ask(ada, "What is my dog called?")) });
    const step = stepOf(page, 1);
    expect(await step.textContent()).toContain("My dog is called Rex.");
    await step.getByRole("button", { name: "Why did it know this?" }).click();
    const recalled = step.getByRole("row", { name: /Recalled for this prompt/ });
    await recalled.getByText("My dog is called Rex.").waitFor();
    expect(await recalled.textContent()).toMatch(/no\. 1 by words/);
    const fact = await recalled.getByRole("link", { name: /^Open the fact/ }).getAttribute("href");
    const { page: facts } = await ada<{ page: { factId: string; text: string }[] }>(
      "query knowledge:listFacts",
      {
        scope: "user",
        cursor: null,
      },
    );
    const factId = facts.find(({ text }) => text.includes("Rex"))?.factId;
    expect(fact).toBe(`/memory/facts?fact=${factId}`);
    const block = step.getByRole("row", { name: /Memory blocks/ });
    await block.getByText(/^profile: Joined on/).waitFor();
    expect(await block.getByRole("link").getAttribute("href")).toContain("/memory/blocks?block=");
    await step.getByRole("button", { name: "Show the exact request" }).click();
    await step.getByText("Same bytes").waitFor();
    await step.getByRole("button", { name: /^Instructions/ }).click();
    await step
      .getByLabel("Instructions", { exact: true })
      .getByText("You answer from the documents")
      .waitFor();
  });

  test("says so when what was shown is erased, and shows no word of it", async () => {
    const { facts } = await ada<{ facts: { factId: string }[] }>("mutation knowledge:appendFacts", {
      scope: "user",
      facts: [{ text: "My parrot is called Kiwi.", key: "parrot" }],
    });
    const asked = await ask(ada, "What is my parrot called?");
    await ada("mutation knowledge:forgetFact", { factId: facts[0]?.factId, reason: "Asked." });
    const page = await open({ as: "ada", path: runPath(asked) });
    await stepOf(page, 1).getByRole("button", { name: "Why did it know this?" }).click();
    const recalled = stepOf(page, 1).getByRole("row", { name: /Recalled for this prompt/ });
    await recalled.getByText("It was erased since.").waitFor();
    await stepOf(page, 1).getByRole("button", { name: "Show the exact request" }).click();
    await page.getByText(/A fact that the model was shown was erased since/).waitFor();
    await stepOf(page, 1).getByRole("button", { name: "Run it again, changed" }).click();
    await page.getByRole("alert").filter({ hasText: "is not there any more" }).waitFor();
  });

  test("shows a run that waits, and takes the decision here", async () => {
    const asked = await ask(ada, "Forget that my dog is called Rex.");
    expect(asked.run.state.kind).toBe("awaitingApproval");
    const page = await open({ as: "ada", path: "/runs" });
    await page.getByRole("region", { name: "Waiting" }).getByRole("link").click();
    await page.getByText("It waits for somebody to decide about a tool.").waitFor();
    await page.getByRole("button", { name: "Deny" }).press("Enter");
    await page.getByRole("status").filter({ hasText: "Completed" }).waitFor();
    await untilHeadingFocused(page);
    await page.getByText(/^Waited .* for somebody to decide\.$/).waitFor();
    await page.getByText("Denied", { exact: true }).waitFor();
    expect((await settled(ada, asked.threadId)).state.kind).toBe("completed");
  });

  test("lets a run be canceled from here", async () => {
    const asked = await ask(ada, "Forget that my dog is called Rex.");
    const page = await open({ as: "ada", path: runPath(asked) });
    await page.getByRole("button", { name: "Cancel this run" }).press("Enter");
    await page.getByRole("status").filter({ hasText: "Canceled" }).waitFor();
    await untilHeadingFocused(page);
    expect((await settled(ada, asked.threadId)).state.kind).toBe("canceled");
  });

  test("opens a run that another asked for, inside of it and alone", async () => {
    const { threadId } = await ada<{ threadId: string }>("mutation chat:createThread", { title: "Brief" });
    const briefId = await ada<string>("mutation brief:start", { threadId, topic: "What do otters eat?" });
    const untilState = (...kinds: string[]) =>
      until(
        () => ada<{ state: { kind: string } }>("query brief:get", { briefId }),
        ({ state }) => kinds.includes(state.kind),
      );
    await untilState("awaitingApproval");
    await ada("mutation brief:approve", { briefId, approved: true });
    expect(await untilState("completed", "failed")).toMatchObject({ state: { kind: "completed" } });
    const run = await settled(ada, threadId);
    expect(run.agentName).toBe("writer");
    const page = await open({ as: "ada", path: runPath({ threadId, run }) });
    const nested = page.getByRole("button", { name: /Run of the researcher/ });
    await nested.click();
    await page
      .getByRole("list", { name: "What the run did, in order" })
      .nth(1)
      .getByText(/^Step 1:/)
      .waitFor();
    await page.getByRole("link", { name: "Open alone" }).click();
    await page.getByRole("link", { name: "Open the run that asked" }).click();
    await page.getByRole("heading", { name: "Run of the writer", level: 1 }).waitFor();
  });

  test("says in words what is not there, or is another's", async () => {
    const asked = await ask(ada, "What do otters eat?");
    const page = await open({ as: "ben", path: runPath(asked) });
    const told = page.getByRole("alert");
    await told.getByText("There is no such run").waitFor();
    for (const path of ["/runs/nonsense/nonsense", `/runs/${asked.threadId}`, "/runs/nonsense"]) {
      await page.goto(scene.url + path);
      await told.getByText(/There is no such/).waitFor();
    }
    await page.getByRole("link", { name: "Back to all runs" }).click();
    await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
    expect(await page.textContent("main")).not.toContain("otters eat");
  });

  test("can be read and used by everyone, in both themes and on a phone", async () => {
    const asked = await ask(ada, "How far do ships see a lighthouse?");
    const page = await open({ as: "ada", path: "/runs", colorScheme: "light", viewport: LAPTOP });
    await page.getByRole("region", { name: "Ended" }).waitFor();
    await expectAccessibleInBothThemes(page, "the overview");
    await page.goto(scene.url + runPath(asked));
    await stepOf(page, 1)
      .getByRole("button", { name: /^search/ })
      .click();
    await stepOf(page, 2).getByRole("button", { name: "Why did it know this?" }).click();
    await stepOf(page, 2).getByRole("button", { name: "Show the exact request" }).click();
    await page.getByText("Same bytes").waitFor();
    await expectAccessibleInBothThemes(page, "a run with all that it has");
    await page.setViewportSize(PHONE);
    await settle(page);
    expect(await overflowOf(page), "no scrolling to the side").toBe(0);
  });
});
