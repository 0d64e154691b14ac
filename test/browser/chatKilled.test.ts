// The host is killed in the middle of an answer, and started again on its port and its database.
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HostProcess, type HostSettings } from "../../host/hostProcess.js";
import { signIn } from "../../host/signIn.js";
import { answers, ingest, prompts, say, untilAnswered, wordsOf } from "./support/chat.js";
import { describeInBrowser, launch } from "./support/chromium.js";
import { ensurePageBuilt } from "./support/builtPage.js";
import { watch } from "./support/scene.js";
import { servePage } from "./support/servedPage.js";

const OTTER = "What does an otter eat, and how do sea otters sleep?";
const OTTER_WORDS = ["An otter eats mostly fish", "Sea otters sleep on their backs"];
const SETUP_TIMEOUT_MS = 180_000;
/** The host's start, the client's pauses between tries, and the lease of the step that was cut off. */
const RESUME_TIMEOUT_MS = 150_000;
/** What a step that died is given before it is run again; the clock of the new host runs ahead instead of waiting. */
const LEASE_MS = 7 * 60_000;
const HOST: Omit<HostSettings, "databaseFile"> = {
  appDirectory: "example/convex",
  port: 0,
  environment: {
    OPENAI_API_KEY: "",
    ANTHROPIC_API_KEY: "",
    MODEL_BASE_URL: "",
    MODEL_NAME: "",
    EMBEDDING_MODEL: "",
  },
};

describeInBrowser("a host that is killed in the middle of an answer", () => {
  let folder: string;
  let host: HostProcess;
  let browser: Browser;
  let page: Page;
  let closePage: () => Promise<void>;
  const troubles: string[] = [];

  const start = async (settings: Partial<HostSettings> = {}) => {
    const { environment, ...rest } = settings;
    return await HostProcess.start({
      ...HOST,
      databaseFile: join(folder, "host.db"),
      ...rest,
      environment: { ...HOST.environment, ...environment },
    });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "chat-killed-"));
    await ensurePageBuilt("test");
    host = await start({ environment: { BUILT_IN_DELAY_MS: "400" } });
    const client = new ConvexHttpClient(host.url, { logger: false });
    client.setAuth(await signIn(host.url, "ada"));
    await ingest(async <Result>(call: string, args: Record<string, unknown> = {}) => {
      const [kind, name] = call.split(" ") as ["mutation" | "action", string];
      return (await (kind === "action"
        ? client.action(makeFunctionReference<"action">(name), args)
        : client.mutation(makeFunctionReference<"mutation">(name), args))) as Result;
    });
    const served = await servePage(host.url);
    closePage = served.close;
    browser = await launch();
    page = await (await browser.newContext()).newPage();
    watch(page, (trouble) => troubles.push(trouble));
    await page.goto(`${served.url}/chat`);
    await page.getByRole("button", { name: "Sign in as Ada" }).click();
  }, SETUP_TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
    await closePage();
    await host.kill();
    await rm(folder, { recursive: true });
  });

  test(
    "is told of; when it is back the answer goes on and is there once, whole",
    async () => {
      await say(page, OTTER);
      await page.waitForSelector('article[data-state="streaming"] p >> text=/\\w+ \\w+/');
      const seen = await wordsOf(answers(page).first());
      const { port } = host;
      await host.kill();
      await page.getByText("The connection is lost").waitFor();
      expect(await wordsOf(answers(page).first())).toContain(seen.slice(0, 5));
      host = await start({ port, clockShiftMs: LEASE_MS });
      await untilAnswered(page);
      const words = await wordsOf(answers(page).first());
      for (const part of OTTER_WORDS) expect(words.split(part)).toHaveLength(2);
      expect(await answers(page).count()).toBe(1);
      expect(await prompts(page).allInnerTexts()).toEqual([OTTER]);
      expect(troubles.filter((trouble) => !/WebSocket|ERR_|Bad Gateway|50\d/.test(trouble))).toEqual([]);
    },
    RESUME_TIMEOUT_MS,
  );
});
