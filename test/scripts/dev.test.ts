// The page and its functions by one command.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { signIn } from "../../host/index.js";
import { DevError, parseArguments } from "../../scripts/dev/arguments.js";
import { deploymentUrl, readEnvironment } from "../../scripts/dev/deployment.js";
import { runDev, type DevCommand } from "./devCommand.js";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 90_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dev-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function started(args: string[]): DevCommand {
  const command = runDev(args);
  onTestFinished(() => command.signal("SIGKILL"));
  return command;
}

function catching(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

/** The page's address and the host's. */
async function addressesOf(command: DevCommand): Promise<{ page: string; host: string }> {
  const [, page = "", host = ""] = await command.says(/^page {4}(\S+)\nhost {4}(\S+),[^]*^ready/m);
  return { page, host };
}

describe("npm run dev", () => {
  test("serves the page and the functions at one address, keeps what is written, and ends with Ctrl-C", async () => {
    const databaseFile = join(folder, "kept", "database.sqlite");
    const args = ["--port", "0", "--database", databaseFile];
    const first = started(args);
    const { page, host } = await addressesOf(first);
    expect(first.said()).toContain("stored  nothing yet");
    expect(first.said()).toContain("npm run demo -- --keep");
    expect(first.said()).toContain("prices  those of example/convex/prices.ts are loaded");
    // Nothing is taken from under a host that has it open, also by who begins anew.
    for (const more of [[], ["--fresh"]]) {
      const beside = await started([...args, ...more]).ended;
      expect(beside.code).toBe(2);
      expect(beside.err).toMatch(/^dev: .* is in use: .*\n$/);
    }
    expect(await (await fetch(`${page}/chat`)).text()).toContain('<div id="root">');
    // As the page does: through its own origin.
    const authorization = `Bearer ${await signIn(page, "ada")}`;
    const answer = await fetch(`${page}/api/mutation`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ path: "chat:createThread", args: { title: "By hand" } }),
    });
    expect(await answer.json()).toMatchObject({ status: "success" });
    first.signal("SIGINT");
    expect(await first.ended).toMatchObject({ code: 0, err: "" });
    await expect(fetch(`${page}/`)).rejects.toThrow();
    await expect(fetch(`${host}/version`)).rejects.toThrow();

    const second = started(args);
    await addressesOf(second);
    expect(second.said()).toContain("stored  1 thread, in ");
    expect(second.said()).not.toContain("prices");
    second.signal("SIGTERM");
    expect((await second.ended).code).toBe(0);

    const third = started([...args, "--fresh"]);
    await addressesOf(third);
    expect(third.said()).toContain("stored  nothing yet");
    third.signal("SIGINT");
    expect((await third.ended).code).toBe(0);
  });

  test("says in one line that the port is in use, and leaves no host behind", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { code, err } = await started(["--port", String(port), "--database", join(folder, "p")]).ended;
    expect([code, err]).toEqual([2, `dev: Port ${port} is in use; choose another with --port.\n`]);
  });

  test("says in one line what is wrong with a database", async () => {
    const damaged = join(folder, "damaged.sqlite");
    writeFileSync(damaged, "no database at all, but long enough to be read as one. ".repeat(20));
    const { code, err } = await started(["--port", "0", "--database", damaged]).ended;
    expect(code).toBe(2);
    expect(err).toMatch(/^dev: Cannot use the database file [^\n]*\n$/);
  });

  test.each<[string[], string]>([
    [["--port", "x"], "--port must be a number from 0 to 65535"],
    [["--port", "70000"], "--port must be"],
    [["--port", "-1"], "--help"],
    [["--nonsense"], "Unknown option '--nonsense'"],
    [["page"], "Unexpected argument"],
    [["--database", " "], "--database needs a file"],
    [["--convex", "--fresh"], "a deployment keeps its own data"],
    [["--convex", "--database", "file"], "a deployment keeps its own data"],
  ])("refuses %j in one line", (args, line) => {
    const refused = catching(() => parseArguments(args));
    expect(refused).toBeInstanceOf(DevError);
    expect((refused as DevError).message).toContain(line);
    expect((refused as DevError).message).not.toContain("\n");
  });

  test("ends with code 2 and that line", async () => {
    const { code, out, err } = await started(["--port", "x"]).ended;
    expect([code, out, err]).toEqual([2, "", expect.stringMatching(/^dev: --port must be [^\n]*\n$/)]);
  });

  test("tells its options", async () => {
    const { code, out } = await started(["--help"]).ended;
    expect(code).toBe(0);
    for (const option of ["--port", "--database", "--fresh", "--convex"]) expect(out).toContain(option);
  });
});

describe("npm run dev -- --convex", () => {
  const url = "https://happy-otter-1.convex.cloud";
  const configured = { CONVEX_DEPLOYMENT: "dev:happy-otter-1", VITE_CONVEX_URL: url };
  const selfHosted = { CONVEX_SELF_HOSTED_URL: "http://127.0.0.1:3210" };

  test.each<[Record<string, string>, string]>([
    [{}, "npx convex dev once"],
    [{ CONVEX_DEPLOYMENT: "dev:happy-otter-1" }, "npx convex dev --once"],
    [selfHosted, "CONVEX_SELF_HOSTED_ADMIN_KEY"],
  ])("says in one line what %j lacks", (environment, line) => {
    expect(() => deploymentUrl(environment, () => true)).toThrow(line);
  });

  test("says in one line that nobody is logged in", () => {
    expect(() => deploymentUrl(configured, () => false)).toThrow("npx convex login");
  });

  test.each<[Record<string, string>, string]>([
    [configured, url],
    [{ CONVEX_DEPLOYMENT: "dev:happy-otter-1", CONVEX_URL: url }, url],
    [{ ...selfHosted, CONVEX_SELF_HOSTED_ADMIN_KEY: "key" }, selfHosted.CONVEX_SELF_HOSTED_URL],
  ])("finds the deployment of %j", (environment, found) => {
    expect(deploymentUrl(environment, () => true)).toBe(found);
  });

  test.each([
    { CONVEX_DEPLOY_KEY: "key", VITE_CONVEX_URL: url },
    { CONVEX_DEPLOYMENT: "local:otter", VITE_CONVEX_URL: url },
    { CONVEX_DEPLOYMENT: "anonymous:otter", VITE_CONVEX_URL: url },
  ])("needs nobody who is logged in with %j", (environment) => {
    expect(deploymentUrl(environment, () => false)).toBe(url);
  });

  test("reads .env.local, under what the shell says", () => {
    const project = join(folder, "project");
    mkdirSync(project);
    writeFileSync(join(project, ".env.local"), `VITE_CONVEX_URL="${url}"\nPATH=/nowhere # a comment\n`);
    expect(readEnvironment(project)).toMatchObject({ VITE_CONVEX_URL: url, PATH: process.env["PATH"] });
    expect(readEnvironment(join(folder, "nowhere"))["VITE_CONVEX_URL"]).toBe(process.env["VITE_CONVEX_URL"]);
  });
});
