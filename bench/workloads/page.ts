// The example's page, built for production, in a real browser: how soon a thread can be read, and what it costs to scroll
// through all of it. Times depend on the machine and on what else it does; rows and bytes do not.
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { startHost, type Host } from "../../host/index.js";
import { LOCAL_ISSUER, localUserId } from "../../host/localIssuer.js";
import { chromiumPath, launch } from "../../test/browser/support/browser.js";
import { ensurePageBuilt } from "../../test/browser/support/builtPage.js";
import { servePage } from "../../test/browser/support/servedPage.js";
import { makeText, wordMaker } from "../material/words.js";

export type PageCounts = {
  /** From navigation, with nothing cached, until a message of the thread is painted: the median of so many rounds. */
  firstMessageMs: number;
  /** The same with what a browser keeps of an earlier visit. */
  firstMessageCachedMs: number;
  /** Scripts and styles until then, compressed. */
  kilobytes: number;
  requests: number;
  /** Messages that were scrolled past, and the most that were in the document at once. */
  messages: number;
  mostRows: number;
  /** Of the scroll: the middle frame, and how many of a hundred took longer than 50 ms. */
  frameMs: number;
  slowFramesPercent: number;
};

const APP = fileURLToPath(new URL("../../example/convex", import.meta.url));
const ROUNDS = 5;
const APPEND_MESSAGES = 200;
const SLOW_FRAME_MS = 50;
const TIMEOUT_MS = 120_000;

/** Measures a thread of so many messages; null, and said so, where there is no browser. */
export async function measurePage(messages: number): Promise<PageCounts | null> {
  if (chromiumPath === undefined) {
    console.error("*** `page` IS SKIPPED: there is no Chromium. Install one, or name it with CHROMIUM. ***");
    return null;
  }
  await ensurePageBuilt("production");
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const host = await startHost({ appDirectory: APP });
    closing.unshift(() => host.close());
    const threadId = await seedThread(host, messages);
    const served = await servePage(host.url!, "production");
    closing.unshift(served.close);
    const browser = await launch();
    closing.unshift(() => browser.close());
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.addInitScript(noteFirstMessage);
    await page.goto(served.url);
    await page.getByRole("button", { name: "Sign in as Ada" }).click();
    const address = `${served.url}/chat/${threadId}`;
    const cold = await openings(page, address, { isCached: false });
    const cached = await openings(page, address, { isCached: true });
    return {
      firstMessageMs: median(cold.times),
      firstMessageCachedMs: median(cached.times),
      kilobytes: cold.kilobytes,
      requests: cold.requests,
      ...(await scrollToStart(page, messages)),
    };
  } finally {
    for (const close of closing) await close();
  }
}

async function seedThread(host: Host, count: number): Promise<string> {
  const identity = {
    subject: "ada",
    issuer: LOCAL_ISSUER,
    tokenIdentifier: localUserId("ada"),
    tenant: "demo",
  };
  const nextWord = wordMaker(1, [3, 9]);
  const title = { title: "A long conversation" };
  const { threadId } = (await host.call("mutation", "chat:createThread", title, identity)) as {
    threadId: string;
  };
  for (let from = 0; from < count; from += APPEND_MESSAGES) {
    const messages = Array.from({ length: Math.min(APPEND_MESSAGES, count - from) }, (_, index) => ({
      role: index % 2 === 0 ? "user" : "assistant",
      parts: [
        { type: "text", text: `Message ${from + index}. ${makeText(20 + 12 * (index % 10), nextWord)}` },
      ],
    }));
    const args = { caller: "system", threadId, messages };
    await host.callComponent("agentMemory", "mutation", "messages:append", args);
  }
  return threadId;
}

/** Runs in the page before its own scripts: notes when a message is painted, in ms since navigation. */
function noteFirstMessage(): void {
  const watcher = new MutationObserver(() => {
    if (document.querySelector("article") === null) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => performance.mark("first-message")));
  });
  watcher.observe(document, { childList: true, subtree: true });
}

/** Opens a thread so many times. */
async function openings(page: Page, address: string, { isCached }: { isCached: boolean }) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.setCacheDisabled", { cacheDisabled: !isCached });
  const times: number[] = [];
  const bodies = new Map<string, Buffer>();
  page.on("response", (response) => {
    if (!/\.(js|css)$/.test(new URL(response.url()).pathname)) return;
    void response.body().then(
      (body) => bodies.set(response.url(), body),
      () => undefined,
    );
  });
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto(address);
    await page.waitForFunction(() => performance.getEntriesByName("first-message").length > 0);
    times.push(await page.evaluate(() => performance.getEntriesByName("first-message")[0]!.startTime));
  }
  page.removeAllListeners("response");
  const bytes = [...bodies.values()].reduce((sum, body) => sum + gzipSync(body).length, 0);
  return { times, kilobytes: Math.round(bytes / 1_000), requests: bodies.size };
}

/** Scrolls a screen's half with each frame until the first message is in sight. */
async function scrollToStart(page: Page, messages: number) {
  const { frames, mostRows, seen } = await page.evaluate(async () => {
    const log = document.querySelector('[role="log"]')!;
    const [frames, seen]: [number[], Set<number>] = [[], new Set()];
    let mostRows = 0;
    for (let before = performance.now(); !seen.has(0) && frames.length < 20_000;) {
      log.scrollBy(0, -log.clientHeight / 2);
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      frames.push(now - before);
      before = now;
      const rows = [...document.querySelectorAll("article")];
      mostRows = Math.max(mostRows, rows.length);
      for (const row of rows) seen.add(Number(/Message (\d+)\./.exec(row.textContent)?.[1]));
    }
    return { frames, mostRows, seen: seen.size };
  });
  if (seen < messages / 2) throw new Error(`Only ${seen} of ${messages} messages came into sight.`);
  const slow = frames.filter((ms) => ms > SLOW_FRAME_MS).length;
  return {
    messages: seen,
    mostRows,
    frameMs: median(frames),
    slowFramesPercent: Math.round((1_000 * slow) / frames.length) / 10,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? NaN) * 10) / 10;
}
