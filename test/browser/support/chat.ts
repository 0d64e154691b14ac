// What tests of the chat page do and look at.
import type { Locator, Page } from "playwright-core";
import type { Message } from "convex-agent-memory";
import type { Host } from "../../../host/index.js";
import { testDocuments } from "../../example/exampleApp.js";
import type { Call } from "./scene.js";

/** Of a conversation that a test looks at: more than it has. */
const MOST_ROWS = 100;

export const messageBox = (page: Page): Locator => page.getByRole("textbox", { name: "Message" });
export const answers = (page: Page): Locator => page.getByRole("article", { name: "Answer" });
export const prompts = (page: Page): Locator => page.getByRole("article", { name: "You" });

/** Says something by the keyboard. */
export async function say(page: Page, text: string): Promise<void> {
  await messageBox(page).fill(text);
  await messageBox(page).press("Enter");
}

/** Takes the connection away, and waits until the page tells it for a while: by then its WebSocket is closed as well. */
export async function goOffline(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await page.getByText("You are offline", { exact: true }).waitFor();
}

/** Waits until so many answers are whole. */
export const untilAnswered = (page: Page, count = 1): Promise<unknown> =>
  page.waitForFunction((least) => {
    const whole = document.querySelectorAll('article[aria-label="Answer"][data-state="complete"] time');
    const isBusy = document.querySelector('[aria-label="Stop the answer"]') !== null;
    return !isBusy && whole.length >= least;
  }, count);

/** The words of an answer, without its steps and sources. */
export const wordsOf = async (answer: Locator): Promise<string> =>
  (await answer.locator("p").allInnerTexts()).join("\n").replace(/\s+/g, " ");

/** Puts the three documents of the example's tests where everyone of the tenant can search them. */
export async function ingest(call: Call): Promise<void> {
  const files = (await testDocuments()).map(({ key, text }) => ({ key, text }));
  const ingestId = await call<string>("mutation documents:begin", { files: files.length });
  await call("action ingest:putBatch", { ingestId, batch: 0, files });
}

/** A conversation of a person. */
export async function beginThread(call: Call, title?: string): Promise<string> {
  const { threadId } = await call<{ threadId: string }>("mutation chat:createThread", { title });
  return threadId;
}

/** What its person said in a conversation, as it is stored, newest first. */
export async function saidIn(call: Call, threadId: string): Promise<Message[]> {
  const args = { threadId, cursor: null, limit: MOST_ROWS };
  const { page } = await call<{ page: Message[] }>("query chat:listMessages", args);
  return page.filter(({ role }) => role === "user");
}

export type Said = { role: "user" | "assistant"; text: string };

/** Writes into a conversation what nobody asked for, as an import would. */
export async function writeMessages(host: Host, threadId: string, said: Said[]): Promise<void> {
  const messages = said.map(({ role, text }) => ({ role, parts: [{ type: "text", text }] }));
  await host.callComponent("agentMemory", "mutation", "messages:append", {
    caller: "system",
    threadId,
    messages,
  });
}
