// Facts that wait for a person's word.
import { expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { appendFacts, UNHURRIED } from "./support/memoryScene.js";
import { browserScene } from "./support/scene.js";

describeInBrowser("the review", UNHURRIED, () => {
  const { open, callAs, expectTrouble } = browserScene();
  const ada = callAs("ada");
  const stateOf = async (factId: string | undefined) =>
    (await ada<{ state: { kind: string } }>("query knowledge:getFact", { factId })).state.kind;

  test("says what brings facts here when there are none", async () => {
    const page = await open({ as: "ben", path: "/memory/review" });
    await page.getByText("Nothing waits for you").waitFor();
    await page.getByText(/told to ask first/).waitFor();
  });

  test("shows the source and what would be replaced; a confirmation replaces it", async () => {
    const [home] = await appendFacts(ada, [{ text: "Lives in Oslo." }]);
    const [move] = await appendFacts(ada, [
      {
        text: "Lives in Tromsø.",
        status: "candidate",
        supersedes: home,
        sources: [{ kind: "app", ref: "Profile form" }],
      },
    ]);
    const page = await open({ as: "ada", path: "/memory/review" });
    await page.getByText("Profile form").waitFor();
    await page.getByText(/Replaces “Lives in Oslo.”/).waitFor();
    await page.getByRole("tab", { name: /Review.*1 wait/ }).waitFor();
    await page.getByRole("button", { name: "Confirm: Lives in Tromsø." }).click();
    await page.getByText("Nothing waits for you").waitFor();
    expect(await stateOf(move)).toBe("active");
    expect(await stateOf(home)).toBe("superseded");
  });

  test("goes by the keyboard", async () => {
    const [one, two, three] = await appendFacts(ada, [
      { text: "Has a boat.", status: "candidate" },
      { text: "Has a dog.", status: "candidate" },
      { text: "Has a piano.", status: "candidate" },
    ]);
    const page = await open({ as: "ada", path: "/memory/review" });
    const box = (text: string) => page.getByRole("checkbox", { name: text });
    const isFocused = (text: string) =>
      page.waitForFunction(
        (label) => document.activeElement?.closest("li")?.textContent.includes(label),
        text,
      );
    await box("Has a piano.").focus(); // the newest is the first
    await page.keyboard.press("ArrowDown");
    await isFocused("Has a dog.");
    await page.keyboard.press("d");
    await box("Has a dog.").waitFor({ state: "detached" });
    await isFocused("Has a boat.");
    await page.keyboard.press("c");
    await box("Has a boat.").waitFor({ state: "detached" });
    expect([await stateOf(one), await stateOf(two), await stateOf(three)]).toEqual([
      "active",
      "declined",
      "candidate",
    ]);
    await ada("mutation knowledge:declineFact", { factId: three });
  });

  test("decides once while a decision is on its way, and leaves the next to another key", async () => {
    const [one, two, three] = await appendFacts(ada, [
      { text: "Has a kayak.", status: "candidate" },
      { text: "Has a cat.", status: "candidate" },
      { text: "Has a harp.", status: "candidate" },
    ]);
    const page = await open({ as: "ada", path: "/memory/review" });
    const box = (text: string) => page.getByRole("checkbox", { name: text });
    const isFocused = (text: string) => box(text).evaluate((input) => input === document.activeElement);
    await box("Has a harp.").focus();
    await page.context().setOffline(true);
    await page
      .getByText(/offline/i)
      .first()
      .waitFor();
    await page.keyboard.down("d");
    await page.keyboard.down("d"); // held down, it repeats
    await page.keyboard.up("d");
    expect(await isFocused("Has a cat.")).toBe(true);
    await page.keyboard.press("c");
    expect(await isFocused("Has a cat.")).toBe(true);
    await page.context().setOffline(false);
    await box("Has a harp.").waitFor({ state: "detached" });
    await page.keyboard.press("c");
    await box("Has a cat.").waitFor({ state: "detached" });
    expect([await stateOf(one), await stateOf(two), await stateOf(three)]).toEqual([
      "candidate",
      "active",
      "declined",
    ]);
    await ada("mutation knowledge:declineFact", { factId: one });
    expectTrouble(/WebSocket|ERR_INTERNET_DISCONNECTED|Attempting reconnect/);
  });

  test("confirms several at once, but none that replaces another", async () => {
    const [old] = await appendFacts(ada, [{ text: "Works at Tern." }]);
    const [plain, replacing] = await appendFacts(ada, [
      { text: "Likes rain.", status: "candidate" },
      { text: "Works at Heron.", status: "candidate", supersedes: old },
    ]);
    const page = await open({ as: "ada", path: "/memory/review" });
    await page.getByRole("checkbox", { name: "Likes rain." }).check();
    await page.getByRole("checkbox", { name: "Works at Heron." }).check();
    await page.getByText(/1 selected fact would replace another/).waitFor();
    await page.getByRole("button", { name: "Confirm 1 selected fact" }).click();
    await page.getByRole("checkbox", { name: "Likes rain." }).waitFor({ state: "detached" });
    expect([await stateOf(plain), await stateOf(replacing)]).toEqual(["active", "candidate"]);
    await page.getByRole("button", { name: "Decline 1 selected fact" }).click();
    await page.getByText("Nothing waits for you").waitFor();
    expect([await stateOf(replacing), await stateOf(old)]).toEqual(["declined", "active"]);
  });
});
