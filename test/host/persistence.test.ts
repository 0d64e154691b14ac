import { createServer, type AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { eventually, fixtureApp, startFixture } from "./fixtureHost.js";
import { runHostProcess, startHostProcess, type HostProcess } from "./hostProcess.js";

let directory: string;
let database: string;
const processes: HostProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "embedded-host-"));
  database = join(directory, "host.sqlite");
});
afterEach(async () => {
  for (const started of processes.splice(0)) await started.kill();
  rmSync(directory, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<HostProcess> {
  const started = await startHostProcess(["--app", fixtureApp, "--database", database, ...args]);
  processes.push(started);
  return started;
}

describe("a host with a database file", () => {
  test("gives back rows, files, searches and vectors after a restart, and goes on counting ids", async () => {
    const first = await startFixture({ databaseFile: database, listen: false });
    await first.call("mutation", "notes:add", { channel: "kept", text: "a durable note" });
    await first.call("mutation", "later:addPoint", { group: "kept", embedding: [1, 0, 0, 0] });
    const storageId = await first.call("action", "later:keepFile", { text: "file text" });
    const limited = await first.call("mutation", "journeys:limited", { user: "one" });
    await first.close();
    const second = await startFixture({ databaseFile: database, listen: false });
    expect(limited).toBe(true);
    expect(await second.call("query", "notes:search", { text: "durable" })).toEqual(["a durable note"]);
    expect(
      await second.call("action", "later:nearest", { vector: [1, 0, 0, 0], groups: ["kept"] }),
    ).toHaveLength(1);
    expect(await second.call("action", "later:readFile", { storageId })).toBe("file text");
    const other = await second.call("mutation", "notes:add", { channel: "kept", text: "another" });
    const rows = await second.readTable("", "notes");
    expect(rows.map(({ _id }) => _id)).toContain(other);
    expect(new Set(rows.map(({ _id }) => _id)).size).toBe(2);
    expect(second.tables().find(({ componentPath }) => componentPath === "limits")?.rows).toBe(1);
    await second.close();
  });

  test("runs what was scheduled before the restart, exactly once, and nothing of what was rolled back", async () => {
    const first = await startFixture({ databaseFile: database, listen: false });
    await first.call("mutation", "later:bumpLater", { name: "restarted", delayMs: 60_000 });
    await first.call("mutation", "later:bumpLaterAndFail", { name: "restarted" }).catch(() => null);
    await first.idle();
    await first.close();
    const second = await startFixture({ databaseFile: database, listen: false });
    expect(await second.call("query", "later:counter", { name: "restarted" })).toBe(0);
    await second.shiftClock(60_001);
    await second.idle();
    expect(await second.call("query", "later:counter", { name: "restarted" })).toBe(1);
    await second.close();
    const third = await startFixture({ databaseFile: database, listen: false, clockShiftMs: 120_000 });
    await third.idle();
    expect(await third.call("query", "later:counter", { name: "restarted" })).toBe(1);
    await third.close();
  });

  test("does not share its file with a second host", async () => {
    const first = await startFixture({ databaseFile: database, listen: false });
    await expect(startFixture({ databaseFile: database, listen: false })).rejects.toThrow(
      "database is locked",
    );
    await first.close();
    await (await startFixture({ databaseFile: database, listen: false })).close();
  });

  test("a file of a rolled back mutation is not kept", async () => {
    const host = await startFixture({ databaseFile: database, listen: false });
    await expect(host.call("mutation", "later:storeFileAndFail", { text: "lost" })).rejects.toThrow(
      "rolled back",
    );
    expect(await host.readTable("", "_storage")).toEqual([]);
    await host.close();
  });
});

describe("a host killed with SIGKILL", () => {
  test("answers a resent mutation instead of applying it again", async () => {
    const port = await freePort();
    const first = await start("--port", String(port));
    const client = new ConvexClient(first.url, {
      webSocketConstructor: WebSocket as never,
      unsavedChangesWarning: false,
      logger: false,
    });
    const add = anyApi["notes"]!["add"]!;
    const results: unknown[] = [];
    // The kill falls among these: some are acknowledged, some committed without the client knowing, some unsent.
    const sent = Array.from({ length: 200 }, (_, place) =>
      client
        .mutation(add, { channel: "resent", text: String(place) })
        .then((id: unknown) => results.push(id)),
    );
    await eventually(
      () => results.length,
      (count) => count >= 20,
    );
    await first.kill();
    const second = await start("--port", String(port));
    await Promise.all(sent);
    await client.close();
    const texts: unknown = await new ConvexHttpClient(second.url).query(anyApi["notes"]!["list"]!, {
      channel: "resent",
    });
    expect(texts).toEqual(Array.from({ length: 200 }, (_, place) => String(place)));
    expect(new Set(results).size).toBe(200);
  }, 30_000);

  test("finishes the workflow that was under way, each step once", async () => {
    const first = await start();
    const http = new ConvexHttpClient(first.url);
    const { start: begin, steps, status } = anyApi["journeys"]!;
    const id = (await http.mutation(begin!, { name: "crossing", pauseMs: 1500 })) as string;
    await eventually(
      () => http.query(steps!, { name: "crossing" }),
      (done: number[]) => done.length === 1,
    );
    // Into the action, whose outcome the kill leaves unknown.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await first.kill();
    const second = await start("--clock-shift-ms", "420000");
    const again = new ConvexHttpClient(second.url);
    await eventually(
      () => again.query(status!, { id }),
      (state) => state === "completed",
      20_000,
    );
    expect(await again.query(steps!, { name: "crossing" })).toEqual([1, 2]);
  }, 30_000);
});

describe("the command", () => {
  test.each([
    ["a missing app", () => ["--app", join(directory, "nowhere")], "There is no app folder"],
    ["no app", () => [], "--app"],
    ["an unknown option", () => ["--colour", "red"], "--colour"],
    ["a port that is no number", () => ["--app", fixtureApp, "--port", "many"], "--port must be a number"],
  ])("says in one line what is wrong with %s and ends with 2", async (_name, args, words) => {
    const { code, stderr } = await runHostProcess(args());
    expect(stderr).toContain(words);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });

  test("refuses a corrupt database file and leaves it as it is", async () => {
    writeFileSync(database, "this is not a database, though it is long enough to look like one ".repeat(100));
    const { code, stderr } = await runHostProcess(["--app", fixtureApp, "--database", database]);
    expect(stderr.trim()).toMatch(/^Cannot use the database file .*: file is not a database$/);
    expect(code).toBe(2);
  });

  test("refuses a port in use", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const { port } = squatter.address() as AddressInfo;
    const { code, stderr } = await runHostProcess(["--app", fixtureApp, "--port", String(port)]);
    squatter.close();
    expect(stderr.trim()).toContain("port is in use");
    expect(code).toBe(2);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
