// Documents of another tenant, and addresses that were edited.
import { expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { appendFacts, putDocument, UNHURRIED } from "./support/memoryScene.js";
import { browserScene, identityOf } from "./support/scene.js";

describeInBrowser("documents of others", UNHURRIED, () => {
  const { scene, open, callAs, callWith, expectTrouble } = browserScene();
  const ada = callAs("ada");
  /** Someone of another tenant. */
  const eve = callWith(identityOf("eve", { tenant: "other" }));

  test("are neither listed, nor found, nor opened", async () => {
    await putDocument(eve, "secret.md", "# Secret\n\nThe vault opens at midnight.");
    await putDocument(ada, "ours.md", "# Ours\n\nThe door opens at noon.");
    const { hits } = await eve<{ hits: { sourceId: string }[] }>("action search:recall", {
      query: "vault",
      kinds: ["chunk"],
      scopes: ["tenant"],
    });
    const page = await open({ as: "ada", path: "/documents" });
    await page.getByText("1 document, 1 chunk").waitFor();
    await page.getByRole("link", { name: "Ours" }).waitFor();
    await page.getByRole("textbox", { name: "Search in documents" }).fill("vault midnight");
    await page.keyboard.press("Enter");
    const found = page.getByRole("region", { name: "Search in documents" }).getByRole("listitem");
    await found.getByRole("link", { name: "ours.md › Ours" }).waitFor(); // no word fits: the nearest in meaning
    expect(await found.count()).toBe(1);
    await page.goto(`${scene.url}/documents/secret.md`);
    await page.getByRole("heading", { name: "There is no such document" }).waitFor();
    await page.goto(`${scene.url}/documents/ours.md?chunk=${hits[0]?.sourceId}`);
    await page.getByText("The cited passage is not there any more").waitFor();
    await page.getByText("The door opens at noon.").waitFor();
    await page.goto(`${scene.url}/documents/ours.md?chunk=nonsense`);
    await page.getByText("The cited passage is not there any more").waitFor();
    expect(await page.getByText(/vault|Secret/).count()).toBe(0);
    expectTrouble(/DOCUMENT_NOT_FOUND/);
  });

  test("what one tenant shares is not known in another", async () => {
    await eve("mutation knowledge:appendFacts", { scope: "tenant", facts: [{ text: "The code is 1234." }] });
    const [mine] = await appendFacts(ada, [{ text: "Ours alone." }]);
    await ada("mutation knowledge:appendFacts", {
      scope: "tenant",
      facts: [{ text: "The office is in Oslo." }],
    });
    const page = await open({ as: "ben", path: "/memory/facts?scope=tenant" });
    await page.getByRole("link", { name: "The office is in Oslo." }).waitFor();
    expect(await page.getByText("The code is 1234.").count()).toBe(0);
    expect(mine).toBeDefined();
    expect(await page.getByText("Ours alone.").count()).toBe(0);
  });
});
