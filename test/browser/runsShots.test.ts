import { test } from "vitest";
import { browserScene } from "./support/scene.js";
import { describeInBrowser } from "./support/chromium.js";
import { ask, knowSomething, shot } from "./runsScene.js";

describeInBrowser("shots", () => {
  const { open, callAs, scene } = browserScene();
  test("shots", async () => {
    const ada = callAs("ada");
    await scene.host.call("mutation", "prices:load", {}, null).catch((e) => console.log("prices", e));
    await knowSomething(ada);
    await ask(ada, "Where do sea otters sleep, and what do otters eat?");
    await ask(ada, "What is my dog called?");
    const { threadId } = await ask(ada, "How far do ships see a lighthouse?");
    const { run } = await ask(ada, "And what did the keepers do?", threadId);
    await ask(ada, "Forget that my dog is called Rex.");
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await open({ as: "ada", path: "/runs", colorScheme, viewport: { width: 1280, height: 800 } });
      await page.getByRole("heading", { name: "Ended" }).waitFor();
      await page.screenshot(shot(`runs-overview-${colorScheme}`));
      await page.goto(`${scene.url}/runs/${threadId}/${run.runId}`);
      await page.getByRole("button", { name: "Why did it know this?" }).last().click();
      await page.getByRole("heading", { name: "Step 2" }).waitFor();
      await page.getByText("Recalled").first().waitFor().catch(() => {});
      await page.getByRole("button", { name: "search" }).first().click();
      await page.getByRole("button", { name: "Show the exact request" }).click();
      await page.getByText("Same bytes").waitFor();
      await page.screenshot(shot(`runs-run-${colorScheme}`));
      await page.getByRole("button", { name: "Run it again, changed" }).last().click();
      await page.getByLabel("Instructions", { exact: true }).fill("Answer in one sentence.");
      await page.getByRole("button", { name: "Run again" }).click();
      await page.getByRole("heading", { name: "Re-run 1" }).waitFor();
      await page.screenshot(shot(`runs-rerun-${colorScheme}`));
      await page.setViewportSize({ width: 360, height: 740 });
      await page.screenshot(shot(`runs-phone-${colorScheme}`));
    }
  }, 120_000);
});
