// The memory and documents pages for everyone: axe in both themes, narrow screens, and no connection.
import { expect, test } from "vitest";
import { expectAccessibleInBothThemes } from "./support/axe.js";
import { describeInBrowser } from "./support/chromium.js";
import {
  appendFacts,
  exampleDocument,
  putDocument,
  tell,
  textFile,
  UNHURRIED,
} from "./support/memoryScene.js";
import { overflowOf } from "./support/overflow.js";
import { browserScene, LAPTOP, PHONE } from "./support/scene.js";
import { settle } from "./support/settle.js";

describeInBrowser("the memory and documents pages", UNHURRIED, () => {
  const { open, callAs, expectTrouble } = browserScene();
  const ada = callAs("ada");

  test("axe finds nothing serious, and nothing is wider than a phone", async () => {
    await putDocument(ada, "otters.md", (await exampleDocument("otters.md")).toString());
    await tell(ada, "Remember that my team is called Heron.");
    const [pinned] = await appendFacts(ada, [
      {
        text: `Is allergic to nuts, ${"verylong".repeat(20)}.`,
        key: "health.allergies",
        pinned: true,
        importance: 1,
      },
      { text: "Is on holiday.", expiresAt: Date.UTC(2031, 0, 1) },
    ]);
    await appendFacts(ada, [{ text: "Moves soon.", status: "candidate", supersedes: pinned }]);
    await ada("mutation knowledge:createBlock", {
      scope: "user",
      label: "rules",
      value: "Be short.",
      readOnly: true,
    });
    const page = await open({ as: "ada", path: "/memory/facts", colorScheme: "light", viewport: LAPTOP });
    const check = async (name: string, shown: string) => {
      await page.getByText(shown).first().waitFor();
      await expectAccessibleInBothThemes(page, name);
      await page.setViewportSize(PHONE);
      await settle(page);
      expect(await overflowOf(page), `${name} at ${PHONE.width} px`).toBe(0);
      await page.setViewportSize(LAPTOP);
    };
    const goTo = (path: string) => page.goto(new URL(path, page.url()).href);
    await check("facts", "Is on holiday.");
    await goTo(`/memory/facts?fact=${pinned}`);
    await check("a fact", "Where it comes from");
    await goTo("/memory/review");
    await check("the review", "Moves soon.");
    await goTo("/memory/blocks");
    await check("blocks", "Agents read this block");
    await goTo("/memory/recall");
    await page.getByLabel("Question").fill("Who is called Heron, and how do otters sleep?");
    await page.keyboard.press("Enter");
    await check("recall", "of 2,000 tokens");
    await goTo("/documents");
    await page.getByLabel("Files to add").setInputFiles(textFile("a.png", "PNG"));
    await check("documents", "1 file not taken");
    await goTo("/documents/otters.md");
    await check("a document", "An otter eats mostly fish");
  }, 240_000);

  test("without a connection the page says so, and goes on when it is back", async () => {
    const page = await open({ as: "ada", path: "/memory/facts" });
    await page.getByRole("link", { name: "Is on holiday." }).waitFor();
    await page.context().setOffline(true);
    await page
      .getByText(/offline/i)
      .first()
      .waitFor();
    await page.getByRole("link", { name: "Is on holiday." }).waitFor();
    await page.context().setOffline(false);
    await appendFacts(ada, [{ text: "Is back online." }]);
    await page.getByRole("link", { name: "Is back online." }).waitFor();
    expectTrouble(/WebSocket|ERR_INTERNET_DISCONNECTED|Attempting reconnect/);
  });
});
