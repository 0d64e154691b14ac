// Faults on purpose: what a conflict or a kill does to a mutation, and what it must not.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseKillPoint, type FaultRecord, type Host } from "../../host/index.js";
import { HostProcess, HostStartError } from "../../host/hostProcess.js";
import { eventually, fixtureApp, startFixture } from "./fixtureHost.js";
import { runHostProcess } from "./hostProcess.js";

let directory: string;
let databaseFile: string;
let logFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "host-faults-"));
  databaseFile = join(directory, "host.sqlite");
  logFile = join(directory, "faults.jsonl");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const faultsOf = (file: string): FaultRecord[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as FaultRecord) // written by the host
    : [];

const runs = globalThis as unknown as { hostTestRuns?: number };

describe("a mutation that conflicts", () => {
  let host: Host;
  beforeEach(async () => {
    runs.hostTestRuns = 0;
    host = await startFixture({ listen: false, faults: { conflictProbability: 1, logFile } });
  });
  afterEach(() => host.close());

  test("runs again from the start, and what it did before is gone: its rows, a component's, what it scheduled", async () => {
    expect(await host.call("mutation", "faulty:doMuch", { name: "one" })).toBe(0);
    await host.idle();
    expect(runs.hostTestRuns).toBe(5);
    expect((await host.readTable("", "notes")).map(({ text }) => text)).toEqual(["after 0"]);
    expect(await host.call("query", "later:counter", { name: "one" })).toBe(1);
    const [limit] = await host.readTable("limits", "rateLimits");
    expect(limit).toMatchObject({ value: 1 });
    const conflicts = faultsOf(logFile);
    expect(
      conflicts.filter((fault) => fault.kind === "conflict" && fault.path === "faulty:doMuch"),
    ).toHaveLength(4);
    expect(
      conflicts.filter((fault) => fault.kind === "conflict" && fault.path === "later:bump"),
    ).toHaveLength(4);
  });

  test("commits once when an action calls it", async () => {
    expect(await host.call("action", "faulty:doMuchInAction", { name: "two" })).toBe(0);
    await host.idle();
    expect(await host.readTable("", "notes")).toHaveLength(1);
    expect(await host.call("query", "later:counter", { name: "two" })).toBe(1);
  });

  test("lets others commit in between, and sees what they wrote", async () => {
    const calls = ["a", "b", "c"].map((name) => host.call("mutation", "faulty:doMuch", { name }));
    expect((await Promise.all(calls)).sort()).toEqual([0, 1, 2]);
    await host.idle();
    expect((await host.readTable("", "notes")).map(({ text }) => text).sort()).toEqual([
      "after 0",
      "after 1",
      "after 2",
    ]);
  });

  test("finishes a workflow, each step once", async () => {
    const id = await host.call("mutation", "journeys:start", { name: "rough", pauseMs: 1 });
    await eventually(
      () => host.call("query", "journeys:status", { id }),
      (status) => status === "completed",
    );
    expect(await host.call("query", "journeys:steps", { name: "rough" })).toEqual([1, 2]);
  });

  test("fails once when it throws", async () => {
    await expect(host.call("mutation", "later:bumpLaterAndFail", { name: "no" })).rejects.toThrow(
      "rolled back",
    );
    await host.idle();
    expect(await host.call("query", "later:counter", { name: "no" })).toBe(0);
  });
});

test("a probability aborts some mutations, the same for one seed", async () => {
  const conflictsOf = async (conflictSeed: number): Promise<number[]> => {
    const file = join(directory, `${conflictSeed}-${Math.random()}.jsonl`);
    const faults = { conflictProbability: 0.3, conflictSeed, logFile: file };
    const host = await startFixture({ listen: false, faults });
    const counts: number[] = [];
    for (let call = 0; call < 20; call++) {
      await host.call("mutation", "notes:add", { channel: "some", text: String(call) });
      counts.push(faultsOf(file).length);
    }
    await host.close();
    return counts;
  };
  const first = await conflictsOf(7);
  expect(await conflictsOf(7)).toEqual(first);
  expect(await conflictsOf(8)).not.toEqual(first);
  expect(first.at(-1)).toBeGreaterThan(1);
  expect(first.at(-1)).toBeLessThan(20);
});

describe("a host that kills itself", () => {
  const start = (killAt?: string) =>
    HostProcess.start({
      appDirectory: fixtureApp,
      databaseFile,
      port: 0,
      faults: killAt === undefined ? undefined : { killAt: parseKillPoint(killAt), logFile },
    });
  const add = (url: string, text: string): Promise<unknown> =>
    new ConvexHttpClient(url, { logger: false }).mutation(anyApi["notes"]!["add"]!, {
      channel: "kill",
      text,
    });
  /** The notes that a host finds when it starts again. */
  const kept = async (): Promise<unknown> => {
    const host = await start();
    const notes: unknown = await new ConvexHttpClient(host.url).query(anyApi["notes"]!["list"]!, {
      channel: "kill",
    });
    await host.stop();
    return notes;
  };

  test.each([
    ["before-commit:notes:add:2", ["first"]],
    ["after-commit:notes:add:2", ["first", "second"]],
  ])("at %s", async (point, texts) => {
    const host = await start(point);
    await add(host.url, "first");
    await expect(add(host.url, "second")).rejects.toThrow();
    expect(await host.ended()).toBe(true);
    expect(faultsOf(logFile)).toEqual([{ kind: "kill", point: point.slice(0, -":2".length) }]);
    expect(await kept()).toEqual(texts);
  });

  test("at the commit of a transaction in which a mutation was called by another", async () => {
    const host = await start("before-commit:journeys:limited");
    const client = new ConvexHttpClient(host.url, { logger: false });
    await expect(client.mutation(anyApi["faulty"]!["doMuch"]!, { name: "kill" })).rejects.toThrow();
    expect(await host.ended()).toBe(true);
    expect(await kept()).toEqual([]);
  });

  test("at a point that the app names", async () => {
    const host = await start("before-much");
    await add(host.url, "before");
    const client = new ConvexHttpClient(host.url, { logger: false });
    await expect(client.action(anyApi["faulty"]!["doMuchInAction"]!, { name: "kill" })).rejects.toThrow();
    expect(await host.ended()).toBe(true);
    expect(await kept()).toEqual(["before"]);
  });
});

describe("the options", () => {
  test.each([
    ["turns:open", { name: "turns:open", occurrence: 1 }],
    ["before-commit:turns:open:12", { name: "before-commit:turns:open", occurrence: 12 }],
    ["inside-tool:0", { name: "inside-tool:0", occurrence: 1 }],
  ])("%s is a point and its occurrence", (text, point) => {
    expect(parseKillPoint(text)).toEqual(point);
  });

  test.each(["2", "-0.1", "often"])("a probability of %s is told in one line", async (probability) => {
    const { code, stderr } = await runHostProcess([
      "--app",
      fixtureApp,
      `--conflict-probability=${probability}`,
    ]);
    expect(stderr.trim()).toMatch(/^--conflict-probability must be/);
    expect(code).toBe(2);
  });

  test("a host that cannot start says why", async () => {
    const missing = { appDirectory: join(directory, "nowhere"), databaseFile, port: 0 };
    await expect(HostProcess.start(missing)).rejects.toThrow(HostStartError);
  });
});
