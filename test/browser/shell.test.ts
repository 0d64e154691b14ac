// The frame around every page: signing in, finding the way, colours, the connection, and leaving.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible } from "./support/axe.js";
import { describeInBrowser } from "./support/chromium.js";
import { overflowOf } from "./support/overflow.js";
import { browserScene, PHONE } from "./support/scene.js";

const PAGES = ["Memory", "Runs", "Usage", "Documents", "Chat"];

const linkTo = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name });
const schemeOf = async (page: Page) => await page.locator("html").getAttribute("data-mantine-color-scheme");
const focusIsIn = (page: Page, selector: string) =>
  page.waitForFunction((wanted) => document.activeElement?.closest(wanted) !== null, selector);

describeInBrowser("the shell", () => {
  const { open, scene, expectTrouble } = browserScene();

  test("leads to each page by its name, and says where one is", async () => {
    const page = await open({ as: "ada" });
    for (const name of PAGES) {
      await linkTo(page, name).click();
      await page.waitForFunction((title) => document.title.startsWith(title), name);
      expect(new URL(page.url()).pathname).toMatch(new RegExp(`^/${name.toLowerCase()}(/|$)`));
      expect(await linkTo(page, name).getAttribute("aria-current")).toBe("page");
      await focusIsIn(page, "main");
    }
  });

  test("leads past the menu by the first Tab", async () => {
    const page = await open({ as: "ada", path: "/usage" });
    await page.locator("body").focus();
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Skip to the page" }).press("Enter");
    await focusIsIn(page, "main");
    expect(new URL(page.url()).hash).toBe("");
  });

  test("keeps the colours that were chosen, and follows the system until then", async () => {
    const page = await open({ as: "ada", colorScheme: "dark" });
    expect(await schemeOf(page)).toBe("dark");
    await page.getByRole("button", { name: "Colours" }).click();
    await page.getByRole("menuitemradio", { name: "Light" }).click();
    await page.waitForFunction(() => document.documentElement.dataset["mantineColorScheme"] === "light");
    await page.reload();
    await linkTo(page, "Chat").waitFor();
    expect(await schemeOf(page)).toBe("light");
  });

  test("on a phone the menu opens, closes and is not in the way of the keyboard", async () => {
    const page = await open({ as: "ben", viewport: PHONE });
    await linkTo(page, "Usage").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Open the menu" }).click();
    await linkTo(page, "Usage").waitFor();
    await linkTo(page, "Usage").focus();
    await page.keyboard.press("Escape");
    await linkTo(page, "Usage").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Open the menu" }).click();
    await linkTo(page, "Usage").click();
    await page.waitForURL("**/usage");
    await linkTo(page, "Usage").waitFor({ state: "hidden" });
    expect(await overflowOf(page)).toBe(0);
  });

  test("says that it is offline, and that it is back", async () => {
    const page = await open({ as: "ada" });
    await page.getByText("Live from the database").waitFor();
    await page.context().setOffline(true);
    await page.getByText("You are offline", { exact: true }).waitFor();
    await page.getByText("Not connected").waitFor();
    await page.context().setOffline(false);
    await page.getByText("You are back online").waitFor();
    await page.getByText("You are offline", { exact: true }).waitFor({ state: "hidden" });
    await page.getByText("You are back online").waitFor({ state: "hidden" });
    expectTrouble(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  });

  test("runs no script but its own, and asks no other server for pictures", async () => {
    const page = await open({ as: "ada" });
    const blocked = await page.evaluate(async () => {
      const violations: string[] = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) =>
        violations.push(effectiveDirective),
      );
      const script = document.createElement("script");
      script.textContent = "window.hacked = true";
      document.body.append(script);
      const box = document.createElement("div");
      box.innerHTML = `<img src="https://example.invalid/a.png" onerror="window.hacked = true">`;
      document.body.append(box);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { violations, hacked: "hacked" in window };
    });
    expect(blocked.hacked).toBe(false);
    expect(blocked.violations).toEqual(expect.arrayContaining(["script-src-elem", "img-src"]));
    expectTrouble(/Content Security Policy/);
  });

  test("signing in has no serious finding in either theme", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await scene.browser.newContext({ colorScheme });
      const page = await context.newPage();
      await page.goto(scene.url);
      await page.getByRole("button", { name: "Sign in as Ada" }).waitFor();
      await expectAccessible(page, `sign-in, ${colorScheme}`);
    }
  });

  test("lets a person leave", async () => {
    const page = await open({ as: "ben" });
    await page.getByRole("button", { name: "Ben" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in as Ben" }).waitFor();
  });
});
