// The page as people load it: the other files load it with the React that warns.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ensurePageBuilt, folderOf, type PageBuild } from "./support/builtPage.js";
import { answers, ingest, say, untilAnswered, wordsOf } from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene } from "./support/scene.js";

/** A sentence that only the React that warns can say. */
const WARNING = "Each child in a list should have a unique";

const scriptsOf = (kind: PageBuild): string[] => {
  const assets = join(folderOf(kind), "assets");
  const names = readdirSync(assets).filter((name) => name.endsWith(".js"));
  return names.map((name) => readFileSync(join(assets, name), "utf8"));
};

describeInBrowser("the page as people load it", () => {
  const { open, callAs } = browserScene({ built: "production" });
  beforeAll(async () => await ingest(callAs("ada")));

  test("signs in, sends a question and shows its answer, with nothing in the console", async () => {
    const page = await open({ as: "ada" });
    await say(page, "What does an otter eat?");
    await untilAnswered(page);
    expect(await wordsOf(answers(page).first())).toContain("An otter eats mostly fish");
  });

  test("has no React that warns, which the page of the other files has", async () => {
    await ensurePageBuilt("test");
    const warns = (kind: PageBuild) => scriptsOf(kind).some((script) => script.includes(WARNING));
    expect(warns("test")).toBe(true);
    expect(warns("production")).toBe(false);
  });
});
