// Facts on the memory page: what is known, where it comes from, what became of it, and what a person does about it.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { appendFacts, tell, UNHURRIED } from "./support/memoryScene.js";
import { browserScene } from "./support/scene.js";

const goTo = (page: Page, path: string) => page.goto(new URL(path, page.url()).href);
const factLink = (page: Page, text: string) => page.getByRole("link", { name: text, exact: true });
const drawer = (page: Page) => page.getByRole("dialog", { name: "Fact", exact: true });

describeInBrowser("facts", UNHURRIED, () => {
  const { open, callAs, expectTrouble } = browserScene();
  const ada = callAs("ada");
  const ben = callAs("ben");

  test("a fact leads to the message that it came from, and to its conversation", async () => {
    const said = "Remember that my team is called Heron.";
    const threadId = await tell(ada, said);
    const page = await open({ as: "ada", path: "/memory/facts" });
    await factLink(page, "My team is called Heron.").click();
    const fact = drawer(page);
    await fact.getByText(said).waitFor();
    await fact.getByText("An agent").waitFor();
    await fact.getByText(/^You, \w+ \d+/).waitFor();
    const address = await fact.getByRole("link", { name: "Open the conversation" }).getAttribute("href");
    expect(address).toMatch(new RegExp(`^/chat/${threadId}\\?message=`));
  });

  test("its history tells what was true when; replaced facts are found by their state", async () => {
    const [oslo] = await appendFacts(ada, [
      { text: "Lives in Oslo.", key: "home.city", validFrom: Date.UTC(2024, 1, 3) },
    ]);
    await ada("mutation knowledge:supersedeFact", {
      factId: oslo,
      facts: [{ text: "Lives in Bergen.", validFrom: Date.UTC(2025, 5, 1) }],
    });
    const page = await open({ as: "ada", path: "/memory/facts?key=home.city" });
    await factLink(page, "Lives in Bergen.").waitFor();
    expect(await factLink(page, "Lives in Oslo.").count()).toBe(0);
    await page.getByText(/^Replaced \d+$/).click();
    await factLink(page, "Lives in Oslo.").click();
    const fact = drawer(page);
    await fact.getByRole("link", { name: "Lives in Bergen." }).waitFor();
    const told = await fact.getByText(/^True (since )?\w+ \d+, \d+/).allTextContents();
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/Feb 3, 2024 – Jun 1, 2025/);
    expect(told[1]).toMatch(/since Jun 1, 2025/);
    await fact.getByRole("link", { name: "Lives in Bergen." }).click();
    await fact.getByText("Known", { exact: true }).waitFor();
  });

  test("a correction closes the old fact and keeps it", async () => {
    await appendFacts(ada, [{ text: "Drinks coffee." }]);
    const page = await open({ as: "ada", path: "/memory/facts" });
    await factLink(page, "Drinks coffee.").click();
    await drawer(page).getByRole("button", { name: "Correct" }).click();
    const dialog = page.getByRole("dialog", { name: "Correct the fact" });
    const save = dialog.getByRole("button", { name: "Save the correction" });
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel("What is true now").fill("Drinks tea.");
    await save.click();
    await dialog.waitFor({ state: "detached" });
    await drawer(page).getByText("Replaced", { exact: true }).waitFor();
    await drawer(page).getByRole("link", { name: "Drinks tea." }).waitFor();
    await page.keyboard.press("Escape");
    await drawer(page).waitFor({ state: "detached" });
    await factLink(page, "Drinks tea.").waitFor();
    expect(await factLink(page, "Drinks coffee.").count()).toBe(0);
  });

  test("what is forgotten is gone for good, after a second yes", async () => {
    const [factId] = await appendFacts(ada, [{ text: "The password is swordfish." }]);
    const page = await open({ as: "ada", path: `/memory/facts?fact=${factId}` });
    await drawer(page).getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: /Forget for good/ }).click();
    const dialog = page.getByRole("dialog", { name: "Forget for good" });
    const forget = dialog.getByRole("button", { name: "Forget it" });
    expect(await forget.isDisabled()).toBe(true);
    await dialog.getByLabel("I know that this cannot be undone").check();
    await forget.click();
    await dialog.waitFor({ state: "detached" });
    await drawer(page).getByText("Forgotten: what it said was erased.").first().waitFor();
    expect(await page.getByText("swordfish").count()).toBe(0);
    expect(JSON.stringify(await ada("query knowledge:getFact", { factId }))).not.toContain("swordfish");
  });

  test("pinning, an expiry and a withdrawal are kept", async () => {
    const [factId] = await appendFacts(ada, [{ text: "Sings in a choir." }]);
    const get = () => ada<Record<string, unknown>>("query knowledge:getFact", { factId });
    const page = await open({ as: "ada", path: `/memory/facts?fact=${factId}` });
    await drawer(page).getByRole("button", { name: "Pin", exact: true }).click();
    await drawer(page).getByRole("button", { name: "Unpin" }).click();
    await drawer(page).getByRole("button", { name: "Pin", exact: true }).waitFor();
    await drawer(page).getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: /Importance and expiry/ }).click();
    const dialog = page.getByRole("dialog", { name: "Importance and expiry" });
    await dialog.getByLabel("Importance").fill("0.75");
    await dialog.getByLabel("Expires").fill("2031-05-01T12:00");
    await dialog.getByRole("button", { name: "Save" }).click();
    await drawer(page).getByText("Expires May 1, 2031").waitFor();
    expect(await get()).toMatchObject({
      importance: 0.75,
      expiresAt: Date.UTC(2031, 4, 1, 12),
    });
    await drawer(page).getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: /Importance and expiry/ }).click();
    await dialog.getByLabel("Importance").fill(""); // an importance can be changed, and not taken back
    expect(await dialog.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    expect(await dialog.getByText("Left empty: as any other").count()).toBe(0);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await drawer(page).getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: /never true/ }).click();
    await page.getByLabel("Why").fill("A mix-up.");
    await page.getByRole("button", { name: "Withdraw the fact" }).click();
    await drawer(page).getByText("Withdrawn", { exact: true }).waitFor();
    expect(await get()).toMatchObject({ state: { kind: "retracted", reason: "A mix-up." } });
  });

  test("a fact that is added by hand shows at once, and twice is told as known", async () => {
    const page = await open({ as: "ben", path: "/memory/facts" });
    await page.getByText("Nothing is known yet").waitFor();
    for (const told of ["Added.", "This was known already."]) {
      await page.getByRole("button", { name: "Add a fact" }).click();
      const dialog = page.getByRole("dialog", { name: "Add a fact" });
      await dialog.getByLabel("What is true").fill("Plays chess.");
      await dialog.getByLabel("About").fill("hobby");
      await dialog.getByRole("button", { name: "Add the fact" }).click();
      await page.getByText(told).waitFor();
    }
    expect(await factLink(page, "Plays chess.").count()).toBe(1);
    await appendFacts(ben, [{ text: "Plays the cello." }]); // elsewhere, while the page is open
    await factLink(page, "Plays the cello.").waitFor();
  });

  test("what another person knows, and edited ids, are not there", async () => {
    const [secret] = await appendFacts(ada, [{ text: "Only for me." }]);
    const threadId = await tell(ada, "Where do otters sleep?");
    const page = await open({ as: "ben", path: `/memory/facts?fact=${secret}` });
    await page.getByText("There is no such fact").waitFor();
    await goTo(page, "/memory/facts?fact=nonsense");
    await page.getByText("There is no such fact").waitFor();
    await goTo(page, `/memory/facts?scope=thread&thread=${threadId}`);
    await page.getByText("There is no such conversation").first().waitFor();
    expect(await page.getByText("Only for me.").count()).toBe(0);
    expectTrouble(/FACT_NOT_FOUND|THREAD_NOT_FOUND/);
  });
});
