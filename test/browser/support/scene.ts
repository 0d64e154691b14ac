// The example's page in a real browser, on the embedded host: what a test file has for itself.
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { startHost, type Host, type Identity } from "../../../host/index.js";
import { ensurePageBuilt, type PageBuild } from "./builtPage.js";
import { launch } from "./chromium.js";
import { servePage } from "./servedPage.js";

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

/** Who the memory knows somebody as. */
export const userIdOf = (subject: string): string => `${ISSUER}|${subject}`;

/** Somebody whom the local issuer need not know, with what it would say of them. */
export const identityOf = (subject: string, claims: Record<string, string>): Identity => ({
  subject,
  issuer: ISSUER,
  tokenIdentifier: userIdOf(subject),
  ...claims,
});

/** Calls a function of the app for somebody, named by its kind and path: `query chat:getRun`. */
export type Call = <Result>(call: string, args?: Record<string, unknown>) => Promise<Result>;

export const LAPTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

export type Opening = { as: Person; path?: string } & Pick<
  BrowserContextOptions,
  "colorScheme" | "viewport" | "reducedMotion"
>;

/** One host, one browser and the built page for a file; each test has browsing contexts of its own. */
export function browserScene({
  environment = {},
  built = "test",
}: { environment?: Record<string, string>; built?: PageBuild } = {}) {
  vi.setConfig({ testTimeout: TEST_TIMEOUT_MS });
  const scene = { url: "", host: null as unknown as Host, browser: null as unknown as Browser };
  const closing: (() => Promise<void>)[] = [];
  const troubles: string[] = [];
  const expected: RegExp[] = [];

  beforeAll(async () => {
    await ensurePageBuilt(built);
    scene.host = await startHost({ appDirectory: APP, environment: { ...NO_MODELS, ...environment } });
    closing.unshift(() => scene.host.close());
    const served = await servePage(scene.host.url!, built);
    closing.unshift(served.close);
    scene.url = served.url;
    scene.browser = await launch();
    closing.unshift(() => scene.browser.close());
  }, START_TIMEOUT_MS);
  afterEach(async () => {
    for (const context of scene.browser.contexts()) await context.close();
    const allowed = expected.splice(0);
    const seen = troubles.splice(0).filter((trouble) => !allowed.some((pattern) => pattern.test(trouble)));
    expect(seen, "errors and warnings in the browser's console").toEqual([]);
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  /**
   * Opens the page in a context of its own and signs in by its buttons. What moves is at its end at once, unless asked, and
   * the clock on the wall is that of UTC.
   */
  async function open({ as, path = "/chat", ...options }: Opening): Promise<Page> {
    const context = await scene.browser.newContext({
      reducedMotion: "reduce",
      timezoneId: "UTC",
      ...options,
    });
    context.setDefaultTimeout(STEP_TIMEOUT_MS);
    context.on("page", (page) => watch(page, (trouble) => troubles.push(trouble)));
    const page = await context.newPage();
    await signIn(page, { as, url: scene.url + path });
    return page;
  }

  /** Calls the app for somebody, to set a scene. */
  const callWith =
    (identity: Identity): Call =>
    <Result>(call: string, args: Record<string, unknown> = {}) => {
      const [kind, name] = call.split(" ") as ["query" | "mutation" | "action", string];
      return scene.host.call(kind, name, args, identity) as Promise<Result>;
    };
  const callAs = (person: Person): Call => callWith(identityOf(person, PEOPLE[person]));

  /** Says that the console may show what matches until this test ends: what the browser itself says of a lost connection. */
  const expectTrouble = (pattern: RegExp) => void expected.push(pattern);
  return { scene, open, callAs, callWith, expectTrouble };
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
