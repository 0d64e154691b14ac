// A person's money is spent: an admin limits them, and their next question is refused in plain words.
import type { BudgetStatus } from "convex-agent-memory";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { expectAccessible } from "./support/axe.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene, userIdOf } from "./support/scene.js";
import { ask, userFrom } from "./support/seed.js";
import { settle } from "./support/settle.js";

/** Enough for a question: each call is held to need its input and the longest output. */
const ENOUGH = "0.05";
/** Less than one question costs. */
const TOO_LITTLE = "0.0001";

const TIMEOUT_MS = 120_000;

describeInBrowser("a daily limit", () => {
  const { open, callAs, expectTrouble } = browserScene();
  const ben = () => userFrom(callAs("ben"));
  const budgetsOfBen = () => ben().query<BudgetStatus[]>("spending:budgetStatus", {});
  beforeAll(async () => {
    await ben().mutation("prices:load");
    await ask(ben(), "What does an otter eat?");
  });

  /** As an admin does: by the page. */
  async function limitBen(page: Page, amount: string): Promise<void> {
    await page.getByRole("button", { name: "Daily limit of ben" }).click();
    await page.getByRole("textbox", { name: /Limit for a day/ }).fill(amount);
    await page.getByRole("button", { name: "Set the limit" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  }

  test(
    "is set by an admin, shown while it is spent, and refuses what it has no room for",
    async () => {
      const admin = await open({ as: "ada", path: "/usage?range=day&whose=tenant" });
      await limitBen(admin, ENOUGH);
      const usage = await open({ as: "ben", path: "/usage?range=day" });
      const meter = usage.getByRole("meter", { name: "Daily cost limit" });
      await meter.waitFor();
      expect(await meter.getAttribute("aria-valuenow")).toBe("0");

      await ask(ben(), "How is bread baked?");
      const [{ spent }] = (await budgetsOfBen()) as [BudgetStatus];
      expect(spent).toBeGreaterThan(0);
      await usage.getByText(/^\$0\.00\d+ of \$0\.05 spent$/).waitFor();
      expect(await meter.getAttribute("aria-valuetext")).not.toMatch(/^\$0\.00 /);

      await limitBen(admin, TOO_LITTLE);
      await usage.getByText("Used up").waitFor();
      expect(await meter.getAttribute("aria-valuenow")).toBe("100");
      await usage.getByText(/It begins anew on \w{3}, \w{3} \d+, .*M [A-Z]/).waitFor();
      await settle(usage);
      await expectAccessible(usage, "a budget that is used up");

      const chat = await open({ as: "ben", path: "/chat" });
      const words = "What is a Fresnel lens?";
      await chat.getByRole("textbox", { name: /ask|message/i }).fill(words);
      await chat.keyboard.press("Enter");
      await chat.getByText(/^Your budget .*(spent|used up)$/).waitFor();
      await chat.getByText(/(resets at|begins anew on) .*\d/).waitFor();
      expect(await chat.getByText("BUDGET_EXCEEDED").count()).toBe(0);
      const [after] = (await budgetsOfBen()) as [BudgetStatus];
      expect(after).toMatchObject({ spent, reserved: 0 });
      await settle(chat);
      await expectAccessible(chat, "a refused question");
      expectTrouble(/BUDGET_EXCEEDED/);
    },
    TIMEOUT_MS,
  );

  test("is taken away, and nothing limits the person any more", { timeout: TIMEOUT_MS }, async () => {
    const admin = await open({ as: "ada", path: "/usage?range=day&whose=tenant" });
    await admin.getByRole("button", { name: "Daily limit of ben" }).click();
    await admin.getByRole("meter", { name: "Daily cost limit" }).waitFor();
    await settle(admin);
    await expectAccessible(admin, "the dialog of a limit");
    await admin.getByRole("button", { name: "Take the limit away" }).click();
    await admin.getByRole("dialog").waitFor({ state: "hidden" });
    const usage = await open({ as: "ben", path: "/usage" });
    await usage.getByText("Nothing limits what you spend").waitFor();
    expect(await budgetsOfBen()).toEqual([]);
  });

  test("is set for somebody who has used nothing yet, by their name", { timeout: TIMEOUT_MS }, async () => {
    const admin = await open({ as: "ada", path: "/usage?range=day&whose=tenant" });
    const choose = admin.getByRole("button", { name: "Daily limit…", exact: true });
    expect(await choose.isDisabled()).toBe(true);
    await admin.getByRole("textbox", { name: "Somebody who is not in the list" }).fill("cleo");
    await choose.click();
    await admin.getByText("Nothing limits cleo yet.").waitFor();
    await admin.getByRole("textbox", { name: /Limit for a day/ }).fill(ENOUGH);
    await admin.getByRole("button", { name: "Set the limit" }).click();
    await admin.getByRole("dialog").waitFor({ state: "hidden" });
    const userId = userIdOf("cleo");
    const [budget] = await callAs("ada")<BudgetStatus[]>("query costs:statusOf", { userId });
    expect(budget).toMatchObject({ per: "user", unit: "cost", period: "day", spent: 0 });
  });

  test("takes no amount that is none", { timeout: TIMEOUT_MS }, async () => {
    const admin = await open({ as: "ada", path: "/usage?range=day&whose=tenant" });
    await admin.getByRole("button", { name: "Daily limit of ben" }).click();
    const amount = admin.getByRole("textbox", { name: /Limit for a day/ });
    const save = admin.getByRole("button", { name: "Set the limit" });
    for (const text of ["", "abc", "-1"]) {
      await amount.fill(text);
      const shown = await amount.inputValue();
      expect(shown === "" ? await save.isDisabled() : !shown.startsWith("-"), text).toBe(true);
      if (shown === "") await amount.press("Enter");
    }
    expect(await budgetsOfBen()).toEqual([]);
    await amount.fill(ENOUGH);
    await amount.press("Enter");
    await admin.getByRole("dialog").waitFor({ state: "hidden" });
    expect(await budgetsOfBen()).toMatchObject([{ limit: Number(ENOUGH) * 1_000_000 }]); // the keys would have set one
  });
});
