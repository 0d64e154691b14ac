// The example's page in a real browser, on the embedded host: what a test file has for itself.
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { startHost, type Host } from "../../../host/index.js";
import { ensurePageBuilt } from "./builtPage.js";
import { launch } from "./chromium.js";
import { servePage } from "./servedPage.js";

export { servePage };

const APP = fileURLToPath(new URL("../../../example/convex", import.meta.url));
const ISSUER = "https://host.invalid";
/** The built-in models, whatever the machine's environment says. */
const NO_MODELS = {
  OPENAI_API_KEY: "",
  ANTHROPIC_API_KEY: "",
  MODEL_BASE_URL: "",
  MODEL_NAME: "",
  EMBEDDING_MODEL: "",
};
/** With a cold build, and a browser that shares two cores with other tests. */
const START_TIMEOUT_MS = 180_000;
const STEP_TIMEOUT_MS = 60_000;
const TEST_TIMEOUT_MS = 150_000;

/** The two users of the local issuer. */
export const PEOPLE = {
  ada: { name: "Ada", role: "admin", tenant: "demo" },
  ben: { name: "Ben", role: "member", tenant: "demo" },
} as const;
export type Person = keyof typeof PEOPLE;

/** Who the memory knows a person as. */
export const userIdOf = (person: Person): string => `${ISSUER}|${person}`;

export type Opening = { as: Person; path?: string } & Pick<
  BrowserContextOptions,
  "colorScheme" | "viewport" | "reducedMotion"
>;

/** One host, one browser and the built page for a file; each test has browsing contexts of its own. */
export function browserScene({ environment = {} }: { environment?: Record<string, string> } = {}) {
  vi.setConfig({ testTimeout: TEST_TIMEOUT_MS });
  const scene = { url: "", host: null as unknown as Host, browser: null as unknown as Browser };
  const closing: (() => Promise<void>)[] = [];
  let troubles: string[] = [];

  beforeAll(async () => {
    await ensurePageBuilt("test");
    scene.host = await startHost({ appDirectory: APP, environment: { ...NO_MODELS, ...environment } });
    closing.unshift(() => scene.host.close());
    const served = await servePage(scene.host.url!);
    closing.unshift(served.close);
    scene.url = served.url;
    scene.browser = await launch();
    closing.unshift(() => scene.browser.close());
  }, START_TIMEOUT_MS);
  afterEach(async () => {
    for (const context of scene.browser.contexts()) await context.close();
    const seen = troubles;
    troubles = [];
    expect(seen, "errors and warnings in the browser's console").toEqual([]);
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  /** Opens the page in a context of its own and signs in by its buttons. What moves is at its end at once, unless asked. */
  async function open({ as, path = "/chat", ...options }: Opening): Promise<Page> {
    const context = await scene.browser.newContext({ reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(STEP_TIMEOUT_MS);
    const page = await context.newPage();
    watch(page, (trouble) => troubles.push(trouble));
    await signIn(page, { as, url: scene.url + path });
    return page;
  }

  /** Calls a function of the app for a person, to set a scene. */
  const callAs = (person: Person) => {
    const { role, tenant, name } = PEOPLE[person];
    const tokenIdentifier = userIdOf(person);
    const identity = { subject: person, issuer: ISSUER, tokenIdentifier, role, tenant, name };
    return <Result>(call: string, args: Record<string, unknown> = {}): Promise<Result> => {
      const [kind, name] = call.split(" ") as ["query" | "mutation" | "action", string];
      return scene.host.call(kind, name, args, identity) as Promise<Result>;
    };
  };

  /** Says that the console may show what matches in this test: what the browser itself says of a lost connection. */
  const expectTrouble = (pattern: RegExp) => {
    troubles = troubles.filter((trouble) => !pattern.test(trouble));
  };
  return { scene, open, callAs, expectTrouble };
}

async function signIn(page: Page, { as, url }: { as: Person; url: string }): Promise<void> {
  await page.goto(url);
  await page.getByRole("button", { name: `Sign in as ${PEOPLE[as].name}` }).click();
  await page.getByRole("banner").waitFor();
}

/** Collects what a page's console tells as an error or a warning, and what it throws. */
export function watch(page: Page, tell: (trouble: string) => void): void {
  page.on("pageerror", (error) => tell(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") tell(message.text());
  });
}
