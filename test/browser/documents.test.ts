// Documents: adding files, watching them become findable, reading and removing them, and asking about them.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser } from "./support/chromium.js";
import { exampleDocument, putDocument, textFile, UNHURRIED } from "./support/memoryScene.js";
import { browserScene } from "./support/scene.js";

type File = ReturnType<typeof textFile>;

const add = (page: Page, files: File[]) => page.getByLabel("Files to add").setInputFiles(files);
const upload = (page: Page, key: string) =>
  page.getByRole("region", { name: "Uploads" }).getByRole("listitem").filter({ hasText: key });
const listed = (page: Page) => page.getByRole("table", { name: "Documents" });

/** Markdown of so many chunks or more. */
const longText = (chunks: number): string =>
  Array.from(
    { length: chunks },
    (_, index) => `## Part ${index}\n\n${`Heron ${index} stands still. `.repeat(30)}`,
  ).join("\n\n");

describeInBrowser("documents", UNHURRIED, () => {
  const { open, callAs, expectTrouble } = browserScene();
  const ada = callAs("ada");

  test("a file is added, asked about in a chat, and cited there", async () => {
    const page = await open({ as: "ada", path: "/documents" });
    await page.getByText("No documents yet").waitFor();
    await add(page, [textFile("otters.md", await exampleDocument("otters.md"))]);
    await upload(page, "otters.md").getByText("Ready: 3 chunks").waitFor();
    await listed(page).getByRole("link", { name: "Otters" }).waitFor();
    await page.getByText("1 document, 3 chunks").waitFor();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Chat" }).click();
    await page.getByRole("textbox", { name: /question|message/i }).fill("Where do sea otters sleep?");
    await page.keyboard.press("Enter");
    await page
      .getByText(/They wrap themselves in kelp|sleep on their backs/)
      .first()
      .waitFor();
    await page
      .getByRole("button", { name: /otters\.md/ })
      .first()
      .waitFor();
  });

  test("files are dropped where it says so: one that is taken, one that is refused", async () => {
    const page = await open({ as: "ada", path: "/documents" });
    const isTaken = await page.getByLabel("Drop files here").evaluate((zone) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["# Dropped\n\nPuffins nest in burrows."], "dropped.md"));
      dataTransfer.items.add(new File(["PNG"], "dropped.png", { type: "image/png" }));
      const fire = (type: string) =>
        zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      // What the page does not prevent, the browser does: it opens the file in the page's place.
      return [fire("dragenter"), fire("dragover"), fire("drop")].every((isLeft) => !isLeft);
    });
    expect(isTaken).toBe(true);
    await upload(page, "dropped.md").getByText("Ready: 1 chunk").waitFor();
    await upload(page, "dropped.png")
      .getByText(/not a Markdown or text file/)
      .waitFor();
    await page.getByRole("heading", { name: "1 file ready, 1 file not taken" }).waitFor();
    await listed(page).getByRole("link", { name: "Dropped" }).waitFor();
    expect(await ada("query documents:getDocument", { scope: "tenant", key: "dropped.png" })).toBeNull();
  });

  test("the progress of a long file is live, and the same file again is unchanged", async () => {
    const page = await open({ as: "ada", path: "/documents" });
    const herons = textFile("herons.md", longText(1_500));
    await add(page, [herons]);
    await upload(page, "herons.md")
      .getByText(/^Writing: [\d,]+ of 1,\d+ chunks$/)
      .waitFor();
    await page.getByText(/Keep this tab open/).waitFor();
    await upload(page, "herons.md")
      .getByText(/^Ready: 1,\d+ chunks$/)
      .waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Clear finished" }).click();
    await add(page, [herons]);
    await upload(page, "herons.md")
      .getByText(/^Unchanged: it was stored already/)
      .waitFor();
  }, 120_000);

  test("a passage far down in a long document is shown with what stands around it", async () => {
    await putDocument(ada, "herons.md", longText(1_500));
    const { hits } = await ada<{ hits: { sourceId: string; text: string }[] }>("action search:recall", {
      query: "Heron 1400",
      kinds: ["chunk"],
      scopes: ["tenant"],
    });
    const hit = hits.find(({ text }) => text.includes("Heron 1400 "));
    const page = await open({ as: "ada", path: `/documents/herons.md?chunk=${hit?.sourceId}` });
    await page
      .getByRole("region", { name: "Cited passage" })
      .getByText(/Heron 1400 stands/)
      .first()
      .waitFor();
    await page
      .getByRole("region", { name: "Cited passage" })
      .getByText(/Heron 1401 stands/)
      .first()
      .waitFor();
  }, 120_000);

  test("refused types, sizes and bytes are told in words, and the others are taken", async () => {
    const page = await open({ as: "ada", path: "/documents" });
    await add(page, [
      textFile("photo.png", "PNG"),
      textFile("huge.md", Buffer.alloc(5 * 1024 * 1024 + 1, "a")),
      textFile("latin.txt", Buffer.from([0x66, 0xe9, 0x65])),
      textFile("zeros.txt", "a\0b"),
      textFile("good.md", "# Good\n\nTerns dive for fish."),
    ]);
    await upload(page, "photo.png")
      .getByText(/not a Markdown or text file/)
      .waitFor();
    await upload(page, "huge.md")
      .getByText(/at most 5 MB are taken/)
      .waitFor();
    await upload(page, "latin.txt")
      .getByText(/holds no text in UTF-8/)
      .waitFor();
    await upload(page, "zeros.txt")
      .getByText(/holds no text in UTF-8/)
      .waitFor();
    await upload(page, "good.md").getByText("Ready: 1 chunk").waitFor();
    await page.getByRole("heading", { name: "1 file ready, 4 files not taken" }).waitFor();
    expect(await ada("query documents:getDocument", { scope: "tenant", key: "huge.md" })).toBeNull();
  });

  test("a file that the app refuses says why, and can be tried again", async () => {
    const page = await open({ as: "ada", path: "/documents" });
    await add(page, [textFile(`${"long".repeat(200)}.md`, "Words.")]);
    const failed = upload(page, "longlong");
    await failed.getByText(/was not understood/).waitFor();
    await failed.getByText(/1 to 512 characters/).waitFor();
    expectTrouble(/INVALID_ARGUMENT/);
    const refusedAgain = page.waitForEvent("console", (message) =>
      message.text().includes("INVALID_ARGUMENT"),
    );
    await failed.getByRole("button", { name: "Try again" }).click();
    await refusedAgain;
    await failed.getByText(/1 to 512 characters/).waitFor();
    await failed.getByRole("button", { name: "Try again" }).waitFor();
  });

  test("a search leads to its passage, which is marked; a removed document is gone", async () => {
    await putDocument(
      ada,
      "guides/bread.md",
      "# Bread\n\nBakers rise early.\n\n## Crust\n\nSteam makes the crust crackle.",
    );
    const page = await open({ as: "ben", path: "/documents" });
    await page.getByRole("textbox", { name: "Search in documents" }).fill("crackle");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "1 passage for “crackle”" }).waitFor();
    await page.getByRole("link", { name: "guides/bread.md › Bread › Crust" }).click();
    await page
      .getByRole("region", { name: "Chunk 2, Bread › Crust, cited" })
      .getByText(/Steam makes/)
      .waitFor();
    await page.getByRole("navigation", { name: "Outline" }).getByRole("link", { name: "Crust" }).waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("heading", { name: "Bread", level: 1 }).waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("button", { name: "Remove the document" }).click();
    await page.getByText("“guides/bread.md” was removed.").waitFor();
    expect(await ada("query documents:getDocument", { scope: "tenant", key: "guides/bread.md" })).toBeNull();
  });
});
