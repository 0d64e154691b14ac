// Files with a question: attached, sent, shown; and those that are refused before anything is sent.
import { expect, test } from "vitest";
import {
  answers,
  beginThread,
  messageBox,
  prompts,
  saidIn,
  say,
  untilAnswered,
  goOffline,
} from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene } from "./support/scene.js";

const NOTES = {
  name: "notes.md",
  mimeType: "text/markdown",
  buffer: Buffer.from("# Notes\n\nOtters eat fish."),
};
/** One red pixel. */
const PICTURE = {
  name: "red.png",
  mimeType: "image/png",
  buffer: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",
    "base64",
  ),
};
const PROGRAM = { name: "tool.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") };
const LARGE = { name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(11 * 1024 * 1024, "a") };

describeInBrowser("a file", () => {
  const { open, callAs, expectTrouble } = browserScene();
  const openThread = async (as: "ada" | "ben" = "ada") => {
    const page = await open({ as, path: `/chat/${await beginThread(callAs(as))}` });
    await messageBox(page).waitFor();
    const posted: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/storage/upload")) posted.push(request.url());
    });
    const attach = (files: (typeof NOTES)[]) => page.locator("input[type=file]").setInputFiles(files);
    const attached = page.getByRole("list", { name: "Attached files" });
    return { page, posted, attach, attached };
  };

  test("is sent with a question, and shown with it: a picture as it is, a text by its name", async () => {
    const { page, posted, attach, attached } = await openThread();
    await attach([NOTES, PICTURE]);
    await attached.locator("[data-upload=ready]").nth(1).waitFor();
    expect(posted).toHaveLength(2);
    await say(page, "What is in these?");
    await untilAnswered(page);
    expect(await attached.count()).toBe(0);
    for (const reloaded of [false, true]) {
      if (reloaded) await page.reload();
      await prompts(page).getByRole("link", { name: "notes.md" }).waitFor();
      const picture = prompts(page).getByRole("img", { name: "red.png" });
      await picture.waitFor();
      await page.waitForFunction(
        () => document.querySelector<HTMLImageElement>("article img")?.naturalWidth === 1,
      );
    }
    const address = await prompts(page).getByRole("link", { name: "notes.md" }).getAttribute("href");
    expect(await (await fetch(address!)).text()).toContain("Otters eat fish.");
    expect(await answers(page).count()).toBe(1);
  });

  test("of a type or size that is not taken is refused with the reason, and nothing of it is sent", async () => {
    const { page, posted, attach, attached } = await openThread();
    await attach([PROGRAM, LARGE]);
    await attached.getByText("Only pictures, PDFs and text can be attached.").waitFor();
    await attached.getByText("It has 11 MB; 10 MB is the most.").waitFor();
    expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await attached.getByRole("button", { name: "Take away tool.exe" }).click();
    await attached.getByRole("button", { name: "Take away large.txt" }).click();
    expect(await attached.count()).toBe(0);
    expect(posted).toEqual([]);
  });

  test("can be taken away again before it is sent", async () => {
    const { page, attach, attached } = await openThread();
    await attach([NOTES]);
    await attached.locator("[data-upload=ready]").waitFor();
    await attached.getByRole("button", { name: "Take away notes.md" }).click();
    await say(page, "Hello?");
    await untilAnswered(page);
    expect(await prompts(page).getByText("notes.md").count()).toBe(0);
  });

  test("that is taken away while it is on its way is not uploaded", async () => {
    const { page, posted, attach, attached } = await openThread();
    await goOffline(page);
    await page.getByText("You are offline: what you send goes out when you are back.").waitFor();
    await attach([NOTES]);
    await attached.getByRole("button", { name: "Take away notes.md" }).click();
    await page.context().setOffline(false);
    await say(page, "Hello?");
    await untilAnswered(page);
    expect(posted).toEqual([]);
    expectTrouble(/WebSocket|ERR_INTERNET_DISCONNECTED/);
  });

  test("can be dropped on the form; text goes into the field where it is dropped, as ever", async () => {
    const { page, attached } = await openThread();
    /** True when the page took what was dropped. */
    const drop = (what: "file" | "text") =>
      messageBox(page).evaluate((field, kind) => {
        const dataTransfer = new DataTransfer();
        if (kind === "file")
          dataTransfer.items.add(new File(["Words."], "dropped.txt", { type: "text/plain" }));
        else dataTransfer.setData("text/plain", "Words.");
        return !field.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      }, what);
    expect(await drop("text")).toBe(false);
    expect(await drop("file")).toBe(true);
    await attached.locator("[data-upload=ready]").getByText("dropped.txt").waitFor();
    expect(await attached.getByRole("listitem").count()).toBe(1);
  });

  test("of somebody else cannot be attached by its id", async () => {
    const { attach, attached } = await openThread("ada");
    await attach([PICTURE]);
    await attached.locator("[data-upload=ready]").waitFor();
    const { page: files } = await callAs("ada")<{ page: { fileId: string }[] }>("query chat:listFiles", {
      cursor: null,
    });
    const ben = callAs("ben");
    const threadId = await beginThread(ben);
    const fileIds = files.map(({ fileId }) => fileId);
    expect(fileIds.length).toBeGreaterThan(0);
    const asked = ben("mutation ask:send", { threadId, prompt: "Show me.", fileIds, operationId: "one" });
    await expect(asked).rejects.toMatchObject({ data: { code: "FILE_NOT_FOUND" } });
    expect(await saidIn(ben, threadId)).toEqual([]);
  });
});
