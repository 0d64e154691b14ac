// Who is signed in, tab by tab, and what happens to their token.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene } from "./support/scene.js";

const HOUR_MS = 3_600_000;
/** The client waits longer and longer between two tries. */
const PATIENCE_MS = 20_000;

const account = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const signInAs = (page: Page, name: string) => page.getByRole("button", { name: `Sign in as ${name}` });

/** The tokens that a page asks for, from now on. */
function tokensAskedBy(page: Page): { count: number } {
  const asked = { count: 0 };
  page.on("request", (request) => {
    if (request.url().endsWith("/local-auth/token")) asked.count++;
  });
  return asked;
}

describeInBrowser("a session", () => {
  const { scene, open, expectTrouble } = browserScene();

  test("is its tab's own: two tabs are two people, also after they are loaded again", async () => {
    const first = await open({ as: "ada" });
    const second = await first.context().newPage();
    await second.goto(`${scene.url}/usage`);
    await signInAs(second, "Ben").click();
    await Promise.all([first.reload(), second.reload()]);
    await account(first, "Ada").waitFor();
    await account(second, "Ben").waitFor();
    expect(new URL(second.url()).pathname).toBe("/usage");
  });

  test("ends when its person leaves, and what was open with it", async () => {
    const page = await open({ as: "ada", path: "/usage" });
    await account(page, "Ada").click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await signInAs(page, "Ben").click();
    await account(page, "Ben").waitFor();
    await page.waitForURL((url) => url.pathname.startsWith("/chat"));
    await page.reload();
    await account(page, "Ben").waitFor();
  });

  test.each(["{", "null", '{"subject":1}'])("that cannot be read (%s) begins anew", async (stored) => {
    const page = await open({ as: "ada" });
    await page.evaluate((text) => sessionStorage.setItem("session.user", text), stored);
    await page.reload();
    await signInAs(page, "Ada").waitFor();
  });

  test("outlives its token: another is fetched, and nobody is signed out", async () => {
    const page = await open({ as: "ada" });
    await page.waitForLoadState("networkidle");
    const asked = tokensAskedBy(page);
    await scene.host.shiftClock(2 * HOUR_MS);
    scene.host.dropConnections();
    await expect.poll(() => asked.count, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    await account(page, "Ada").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("waits for a host that is down", async () => {
    const page = await open({ as: "ada" });
    let failures = 0;
    await page.route("**/local-auth/token", (route) =>
      ++failures <= 2 ? route.fulfill({ status: 502 }) : route.continue(),
    );
    await page.reload();
    await expect.poll(() => failures, { timeout: PATIENCE_MS }).toBeGreaterThan(2);
    await account(page, "Ada").waitFor();
    expectTrouble(/502/);
  });

  test("that the host does not take is told once, with a way to begin anew", async () => {
    const page = await open({ as: "ada" });
    await page.route("**/local-auth/token", (route) => route.fulfill({ status: 403, json: {} }));
    await page.reload();
    await page.getByText("You are not signed in any more").waitFor();
    await page.getByRole("button", { name: "Sign in again" }).click();
    await signInAs(page, "Ada").waitFor();
    expectTrouble(/403/);
  });

  test("cannot begin while the host is down, and can be tried again", async () => {
    const page = await open({ as: "ada" });
    await page.route("**/local-auth/users", (route) => route.fulfill({ status: 502 }));
    await account(page, "Ada").click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByText("The host cannot be reached").waitFor();
    await page.unroute("**/local-auth/users");
    await page.getByRole("button", { name: "Try again" }).click();
    await signInAs(page, "Ada").waitFor();
    expectTrouble(/502/);
  });
});
