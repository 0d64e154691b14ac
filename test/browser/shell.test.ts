// The frame around every page: signing in, finding the way, and leaving.
import { expect, test } from "vitest";
import { browserScene } from "./support/scene.js";
import { describeInBrowser } from "./support/chromium.js";

describeInBrowser("the shell", () => {
  const { open } = browserScene();

  test("leads to each page by its name", async () => {
    const page = await open({ as: "ada" });
    for (const name of ["Memory", "Runs", "Usage", "Documents", "Chat"]) {
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
      await page.waitForFunction((title) => document.title.startsWith(title), name);
      expect(new URL(page.url()).pathname).toBe(`/${name.toLowerCase()}`);
    }
  });

  test("lets a person leave", async () => {
    const page = await open({ as: "ben" });
    await page.getByRole("button", { name: "Ben" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in as Ben" }).waitFor();
  });
});
