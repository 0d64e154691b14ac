// Signing in by an OpenID Connect provider, with a page that is built for it: what a deployment's users do.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startHost } from "../../host/index.js";
import { WEB } from "./support/builtPage.js";
import { describeInBrowser, launch } from "./support/chromium.js";
import { OidcProvider } from "./support/oidcProvider.js";
import { watch } from "./support/scene.js";
import { servePage } from "./support/servedPage.js";

const APP = fileURLToPath(new URL("../../example/convex", import.meta.url));
const CLIENT_ID = "the-page";
/** With a build of its own, for a provider whose address is known only now. */
const START_TIMEOUT_MS = 180_000;
const STEP_TIMEOUT_MS = 30_000;

describeInBrowser("a page whose users come from a provider", () => {
  let browser: Browser;
  let provider: OidcProvider;
  let outDir: string;
  const troubles: string[] = [];
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    provider = await OidcProvider.start({ sub: "grace", name: "Grace", role: "admin" }, CLIENT_ID);
    closing.unshift(() => provider.stop());
    outDir = await mkdtemp(join(tmpdir(), "page-of-a-provider-"));
    closing.unshift(() => rm(outDir, { recursive: true, force: true }));
    Object.assign(process.env, { VITE_OIDC_AUTHORITY: provider.url, VITE_OIDC_CLIENT_ID: CLIENT_ID });
    await build({ configFile: `${WEB}/vite.config.ts`, logLevel: "silent", build: { outDir } });
    browser = await launch();
    closing.unshift(() => browser.close());
  }, START_TIMEOUT_MS);
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(troubles.splice(0), "errors and warnings in the browser's console").toEqual([]);
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  /** The page's address, on a host that takes the provider's users of this app. */
  async function serve(clientId: string): Promise<string> {
    const environment = { AUTH_ISSUER: provider.url, AUTH_CLIENT_ID: clientId };
    const host = await startHost({ appDirectory: APP, environment });
    closing.unshift(() => host.close());
    const served = await servePage(host.url!, { outDir });
    closing.unshift(served.close);
    return served.url;
  }

  /** Opens the page and signs in by its button. `isIn` resolves when the functions have taken the token. */
  async function signIn(address: string): Promise<{ page: Page; isIn: Promise<unknown> }> {
    const context = await browser.newContext();
    context.setDefaultTimeout(STEP_TIMEOUT_MS);
    const page = await context.newPage();
    watch(page, (trouble) => troubles.push(trouble));
    const isIn = new Promise((resolve) => {
      page.on("websocket", (socket) =>
        socket.on("framereceived", ({ payload }) => {
          if (/"endVersion":\{[^}]*"identity":[1-9]/.test(String(payload))) resolve(null);
        }),
      );
    });
    await page.goto(address);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    return { page, isIn };
  }

  test(
    "signs them in, stays signed in, comes back where they wanted to be, and lets them leave",
    async () => {
      const address = await serve(CLIENT_ID);
      const { page, isIn } = await signIn(`${address}/usage`);
      await page.getByRole("button", { name: "Grace" }).waitFor();
      await isIn;
      const { pathname, search } = new URL(page.url());
      expect(pathname + search).toBe("/usage");
      expect(provider.grants.slice(0, 2)).toEqual(["authorization_code", "refresh_token"]);
      await page.reload();
      await page.getByRole("button", { name: "Grace" }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
      await page.reload();
      await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    },
    START_TIMEOUT_MS,
  );

  test(
    "says so where the functions expect users of another app",
    async () => {
      const { page } = await signIn(await serve("another-app"));
      await page.getByText("You are not signed in any more").waitFor();
      // The Convex client's own words.
      await expect.poll(() => troubles.join()).toContain("Failed to authenticate");
      troubles.length = 0;
    },
    START_TIMEOUT_MS,
  );
});
