// Blocks on the memory page: their limits, what happens when two write at once, and the way back.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { UNHURRIED } from "./support/memoryScene.js";
import { browserScene } from "./support/scene.js";

type Block = { label: string; value: string; version: number; maxTokens: number; readOnly: boolean };

describeInBrowser("blocks", UNHURRIED, () => {
  const { open, callAs, expectTrouble } = browserScene();
  const ada = callAs("ada");
  const create = (label: string, more: Record<string, unknown> = {}) =>
    ada("mutation knowledge:createBlock", { scope: "user", label, ...more });
  const read = async (label: string) =>
    (await ada<Block[]>("query knowledge:listBlocks", { scope: "user" })).find(
      (block) => block.label === label,
    );
  const append = (label: string, text: string) =>
    ada("mutation knowledge:updateBlock", { scope: "user", label, edit: { kind: "append", text } });
  const says = (page: Page) => page.getByLabel("What it says");
  const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true });

  test("is counted as it is written, and not saved beyond its limit", async () => {
    await create("limit", { value: "Short.", maxTokens: 10 });
    const page = await open({ as: "ada", path: "/memory/blocks?block=limit" });
    await says(page).fill("x".repeat(60));
    await page.getByText("15 of 10 tokens").waitFor();
    await page.getByText("5 tokens too many").waitFor();
    expect(await save(page).isDisabled()).toBe(true);
    await says(page).fill("x".repeat(40));
    await page.getByText("10 of 10 tokens").waitFor();
    await save(page).click();
    await page.getByText("Version 2,").waitFor();
    expect(await read("limit")).toMatchObject({ value: "x".repeat(40), version: 2 });
  });

  test("what is written stays while another block or tab is looked at, and the page loaded again; and what is written on while it is saved", async () => {
    await create("first", { value: "One." });
    await create("second", { value: "Two." });
    const page = await open({ as: "ada", path: "/memory/blocks?block=first" });
    await says(page).fill("One, and more.");
    await page.getByRole("link", { name: /^second/ }).click();
    await page.getByRole("region", { name: "Block second" }).waitFor();
    await page.getByRole("link", { name: /^first.*Not saved/s }).click();
    await page.getByRole("region", { name: "Block first" }).waitFor();
    expect(await says(page).inputValue()).toBe("One, and more.");
    await page.getByRole("tab", { name: "Facts" }).click();
    await page.getByRole("tabpanel", { name: "Facts" }).waitFor();
    await page.goBack();
    await page.getByRole("region", { name: "Block first" }).waitFor();
    expect(await says(page).inputValue()).toBe("One, and more.");
    await page.reload();
    await page.getByRole("link", { name: /^first.*Not saved/s }).waitFor();
    expect(await says(page).inputValue()).toBe("One, and more.");
    // Both in one task of the page: the answer of the server comes after what is written on.
    await says(page).evaluate((area: HTMLTextAreaElement) => {
      const saving = [...document.querySelectorAll("button")].find(
        ({ textContent }) => textContent === "Save",
      );
      saving?.click();
      area.setRangeText("!", area.value.length, area.value.length);
      area.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await page.getByText("Version 2,").waitFor();
    expect(await read("first")).toMatchObject({ value: "One, and more." });
    expect(await says(page).inputValue()).toBe("One, and more.!");
    expect(await save(page).isEnabled()).toBe(true);
    await page.getByRole("button", { name: "Undo changes" }).click();
    await page.reload();
    await page.getByRole("region", { name: "Block first" }).waitFor();
    expect(await says(page).inputValue()).toBe("One, and more.");
  });

  test("follows what others write until someone writes here; then both are shown, and mine can be kept", async () => {
    await create("shared", { value: "One." });
    const page = await open({ as: "ada", path: "/memory/blocks?block=shared" });
    await append("shared", "Two.");
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "One.\nTwo.");
    await says(page).fill("Mine.");
    await append("shared", "Three.");
    const conflict = page.getByRole("alert").filter({ hasText: "changed this block" });
    await conflict.getByText("Three").waitFor();
    expect(await says(page).inputValue()).toBe("Mine.");
    expect(await save(page).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Save mine over theirs" }).click();
    await conflict.waitFor({ state: "detached" });
    expect(await read("shared")).toMatchObject({ value: "Mine.", version: 4 });
  });

  test("a conflict can be left for what the others wrote", async () => {
    await create("theirs", { value: "One." });
    const page = await open({ as: "ada", path: "/memory/blocks?block=theirs" });
    await says(page).fill("Mine.");
    await append("theirs", "Two.");
    await page.getByRole("button", { name: "Take theirs" }).click();
    expect(await says(page).inputValue()).toBe("One.\nTwo.");
    expect(await read("theirs")).toMatchObject({ version: 2 });
  });

  test("an old value is compared with the one that stands, and restored", async () => {
    await create("old", { value: "Answer in English." });
    await ada("mutation knowledge:updateBlock", {
      scope: "user",
      label: "old",
      edit: { kind: "set", value: "Answer in French." },
    });
    const page = await open({ as: "ada", path: "/memory/blocks?block=old" });
    await page.getByRole("button", { name: "History" }).click();
    await page.getByRole("button", { name: /^Version 1/ }).click();
    const difference = page.getByRole("group", { name: "Difference" });
    expect(await difference.locator("del").textContent()).toContain("French");
    expect(await difference.locator("ins").textContent()).toContain("English");
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await page.getByText("Version 3, as it stands").waitFor();
    expect(await read("old")).toMatchObject({ value: "Answer in English.", version: 3 });
  });

  test("is made, told read-only for agents, set anew and removed", async () => {
    const page = await open({ as: "ben", path: "/memory/blocks" });
    await page.getByText("No blocks yet").waitFor();
    await page.getByRole("button", { name: "New block" }).click();
    const dialog = page.getByRole("dialog", { name: "New block" });
    await dialog.getByLabel("Name").fill("rules");
    await dialog.getByLabel("What belongs in it").fill("How to answer.");
    await dialog.getByRole("button", { name: "Make the block" }).click();
    await page.getByRole("region", { name: "Block rules" }).waitFor();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("switch", { name: /^Agents may read it/ }).click();
    await page.getByLabel("Longest value, in tokens").fill("");
    expect(await page.getByRole("button", { name: "Save the settings" }).isDisabled()).toBe(true);
    await page.getByLabel("Longest value, in tokens").fill("80");
    await page.getByRole("button", { name: "Save the settings" }).click();
    await page.getByText("Agents read this block, and never write it").waitFor();
    await page.getByText("0 of 80 tokens").first().waitFor();
    await page.getByRole("button", { name: "New block" }).click();
    await dialog.getByLabel("Name").fill("rules");
    await dialog.getByRole("button", { name: "Make the block" }).click();
    await dialog.getByText("There is a block of this name").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("button", { name: "Remove the block" }).click();
    await page.getByText("No blocks yet").waitFor();
    expectTrouble(/BLOCK_EXISTS/);
  });

  test("one that is not there is told in words", async () => {
    await create("there");
    const page = await open({ as: "ada", path: "/memory/blocks?block=nonsense" });
    await page.getByText("There is no such block").waitFor();
  });
});
