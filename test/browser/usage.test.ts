// The usage page: what a question cost, live, and adding up to the ledger.
import type { UsageEvent, UsageSummary } from "convex-agent-memory";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { expectAccessible } from "./support/axe.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene, userIdOf } from "./support/scene.js";
import { ask, userFrom } from "./support/seed.js";
import { settle } from "./support/settle.js";

const MICROS = 1_000_000;
const DAY_MS = 86_400_000;
const exact = (micros: number) =>
  new Intl.NumberFormat("en", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  }).format(micros / MICROS);

const total = (page: Page, name: string) => page.getByRole("group", { name, exact: true });
/** The texts of a table's rows, cell by cell. */
const rowsOf = async (page: Page, label: string): Promise<string[][]> => {
  const rows = await page.getByRole("group", { name: label }).locator("tbody tr").all();
  return await Promise.all(rows.map(async (row) => await row.locator("th, td").allInnerTexts()));
};

const TIMEOUT_MS = 120_000;

describeInBrowser("the usage page", { timeout: TIMEOUT_MS }, () => {
  const { open, callAs, scene } = browserScene();
  const ada = () => userFrom(callAs("ada"));
  const sumsOf = (user: typeof ada) =>
    user().query<UsageSummary>("spending:usageSummary", { from: Date.now() - DAY_MS, by: "model" });
  beforeAll(async () => {
    await ada().mutation("prices:load");
    await ask(ada(), "What does an otter eat?");
  });

  test("says that there is nothing, and leads to where there is", async () => {
    const page = await open({ as: "ben", path: "/usage" });
    await page.getByRole("heading", { name: "Nothing was used in this span" }).waitFor();
    expect(await total(page, "Cost").innerText()).toContain("Nothing yet");
    await page.getByText("Nothing limits what you spend").waitFor();
    await page.getByRole("link", { name: "Ask something" }).click();
    await page.waitForURL("**/chat");
  });

  test("shows what a question cost while it is answered, and adds up to the ledger", async () => {
    const page = await open({ as: "ada", path: "/usage?range=day" });
    const before = await sumsOf(ada);
    await total(page, "Calls").getByText(String(before.calls), { exact: true }).waitFor();
    await ask(ada(), "How is bread baked?");
    const after = await sumsOf(ada);
    expect(after.calls).toBeGreaterThan(before.calls);
    await total(page, "Calls").getByText(String(after.calls), { exact: true }).waitFor();
    expect(await rowsOf(page, "By model")).toEqual(
      after.groups!.map(({ model, calls, inputTokens, outputTokens, costMicros }) => [
        `${model} (built-in)`,
        ...[calls, inputTokens, outputTokens].map((count) => count.toLocaleString("en")),
        exact(costMicros!),
        `${Math.round((100 * costMicros!) / after.costMicros!)}%`,
      ]),
    );
    const cell = page
      .getByRole("group", { name: /^Cost:/ })
      .locator("tbody td")
      .last();
    await page.getByRole("button", { name: "Show as a table" }).click();
    await cell.waitFor();
    expect(await cell.innerText()).toBe(exact(after.costMicros!));
  });

  test("lists the newest calls, which lead to their run", async () => {
    const { page: events } = await ada().query<{ page: UsageEvent[] }>("spending:listUsage", {
      cursor: null,
    });
    const page = await open({ as: "ada", path: "/usage?range=day" });
    await page.getByRole("group", { name: "Newest calls" }).waitFor();
    const rows = await rowsOf(page, "Newest calls");
    expect(rows.map((cells) => cells.at(-2))).toEqual(events.map(({ costMicros }) => exact(costMicros!)));
    const { threadId, runId } = events[0]!;
    await page.getByRole("link", { name: "Open run" }).first().click();
    await page.waitForURL(`**/runs/${threadId}/${runId}`);
  });

  test("splits by what is chosen, and keeps the choice in its address", async () => {
    const page = await open({ as: "ada", path: "/usage" });
    await page.getByText("Tokens", { exact: true }).first().click();
    await page.getByRole("combobox", { name: "Split by" }).click();
    await page.getByRole("option", { name: "Agent" }).click();
    await page.getByRole("heading", { name: "Tokens by day and agent" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Tokens by day and agent" }).waitFor();
    expect((await rowsOf(page, "By agent"))[0]?.[0]).toBe("researcher");
    await page.getByText("Custom", { exact: true }).click();
    await page.getByLabel("From", { exact: true }).fill("2020-01-01");
    await page.getByLabel("To", { exact: true }).fill("2020-01-03");
    await page.getByRole("heading", { name: "Nothing was used in this span" }).waitFor();
  });

  test("counts calls without a price as unknown, never as nothing", async () => {
    const usage = {
      provider: "elsewhere",
      model: "mystery-1",
      purpose: "answer",
      inputTokens: 10,
      outputTokens: 5,
    };
    const owner = { caller: { tenantId: "demo", userId: userIdOf("ben") } };
    await scene.host.callComponent("agentMemory", "mutation", "usage:record", {
      ...owner,
      usage: { ...usage, ms: 5 },
    });
    const page = await open({ as: "ben", path: "/usage?range=day" });
    await page.getByText("The cost of 1 call is not known").waitFor();
    await page.getByText("mystery-1 (elsewhere): 1 call").waitFor();
    expect(await total(page, "Cost").innerText()).toMatch(/unknown\s+1 call of unknown cost/);
    expect((await rowsOf(page, "By model"))[0]?.slice(-2)).toEqual(["unknown", "unknown"]);
    await settle(page);
    await expectAccessible(page, "usage with unknown costs");
  });

  test("shows an admin everyone, by person, and nobody else", async () => {
    const page = await open({ as: "ada", path: "/usage?range=day&whose=tenant&by=user" });
    await page.getByRole("group", { name: "People" }).waitFor();
    const people = (await rowsOf(page, "People")).map(([name]) => name);
    expect(people.toSorted()).toEqual(["ada", "ben"]);
    const mine = await open({ as: "ben", path: "/usage?range=day&whose=tenant&by=user" });
    await mine.getByRole("heading", { name: "Your budgets" }).waitFor();
    expect(await mine.getByText("Everyone's").count()).toBe(0);
    expect(await mine.getByText("ada", { exact: true }).count()).toBe(0);
  });
});
