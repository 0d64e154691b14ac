import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nextRunAfter, nextRunAt } from "../../host/cronSchedule.js";
import { CronError, startHost, type Host, type HostOptions } from "../../host/index.js";

const require = createRequire(import.meta.url);
const APP = fileURLToPath(new URL("./cronFixture/convex", import.meta.url));
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const utc = (text: string): number => Date.parse(`${text}Z`);

let directory: string;
let host: Host | null = null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "host-crons-"));
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(async () => {
  await host?.close();
  host = null;
  Reflect.deleteProperty(globalThis, "cronGate");
  rmSync(directory, { recursive: true, force: true });
  vi.restoreAllMocks();
});

/** A host whose clock stands at a day: each test begins on a Wednesday at noon. */
async function startAt(time: number, options: Partial<HostOptions> = {}): Promise<Host> {
  host = await startHost({ appDirectory: APP, listen: false, clockShiftMs: time - Date.now(), ...options });
  await host.idle();
  return host;
}
const NOON = utc("2026-11-25T12:00:00");

async function ticksOf(running: Host, name: string, componentPath = ""): Promise<string[]> {
  const rows = (await running.readTable(componentPath, "ticks")) as { name: string; at: number }[];
  return rows.filter((row) => row.name === name).map(({ at }) => new Date(at).toISOString().slice(0, 13));
}

async function pass(running: Host, ms: number, stepMs = HOUR_MS): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await running.shiftClock(stepMs);
    await running.idle();
  }
}

describe("crons of an app and of its components", () => {
  test("run when their time comes, with their arguments, and not before", async () => {
    const running = await startAt(NOON);
    await pass(running, 3 * DAY_MS);
    expect(await ticksOf(running, "daily")).toEqual(["2026-11-26T09", "2026-11-27T09", "2026-11-28T09"]);
    expect(await ticksOf(running, "cron")).toEqual(["2026-11-27T12"]);
    expect(await ticksOf(running, "interval")).toHaveLength(13);
    expect(await ticksOf(running, "component", "ticker")).toHaveLength(72);
    expect(await ticksOf(running, "interval", "ticker")).toEqual([]);
  });

  test("tell when they run next", async () => {
    const running = await startAt(NOON);
    const next = Object.fromEntries(
      running.crons().map(({ name, nextAt }) => [name, new Date(nextAt).toISOString()]),
    );
    expect(next).toMatchObject({
      "each day": "2026-11-26T08:30:00.000Z",
      "on Mondays and Fridays": "2026-11-27T12:00:00.000Z",
      "each month": "2026-12-01T00:00:00.000Z",
      slow: "2026-11-29T03:00:00.000Z",
      "each hour": "2026-11-25T12:15:00.000Z",
    });
  });

  test("go on after one that failed: it leaves nothing behind, is told, and comes again", async () => {
    const running = await startAt(utc("2026-11-30T12:00:00"));
    await pass(running, DAY_MS);
    expect(await ticksOf(running, "fail")).toEqual([]);
    expect(vi.mocked(console.error).mock.calls.flat().map(String).join()).toContain("the cron's own mistake");
    expect(running.crons().find(({ name }) => name === "each month")?.nextAt).toBe(
      utc("2027-01-01T00:00:00"),
    );
    expect(await ticksOf(running, "daily")).toHaveLength(1);
  });

  test("of which several were missed run once, and then at their time", async () => {
    const running = await startAt(NOON);
    await running.shiftClock(10 * DAY_MS);
    await running.idle();
    expect(await ticksOf(running, "daily")).toEqual(["2026-12-05T12"]);
    expect(running.crons().find(({ name }) => name === "each day")?.nextAt).toBe(utc("2026-12-06T08:30:00"));
    expect(await ticksOf(running, "interval")).toHaveLength(2);
  });

  test("never run twice at once: what falls due meanwhile is left out", async () => {
    let entered = 0;
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    Object.assign(globalThis, { cronGate: { entered: () => entered++, opened } });
    const running = await startAt(utc("2026-11-29T02:00:00"));
    await running.shiftClock(2 * HOUR_MS);
    await vi.waitFor(() => expect(entered).toBe(1));
    await running.shiftClock(15 * DAY_MS);
    expect(running.crons().find(({ name }) => name === "slow")).toMatchObject({ isRunning: true });
    open();
    await running.idle();
    expect(entered).toBe(1);
    expect(running.crons().find(({ name }) => name === "slow")).toMatchObject({
      isRunning: false,
      nextAt: utc("2026-12-20T03:00:00"),
    });
  });
});

describe("crons and a restart", () => {
  const file = () => ({ databaseFile: join(directory, "host.sqlite") });
  const restart = async (time: number): Promise<Host> => {
    await host?.close();
    return await startAt(time, file());
  };

  test("keep their next run: none is run twice, and one that was missed is run once", async () => {
    const first = await startAt(NOON, file());
    expect(await ticksOf(first, "interval")).toHaveLength(1);
    const again = await restart(NOON + 1_000);
    expect(await ticksOf(again, "interval")).toHaveLength(1);
    expect(await ticksOf(again, "daily")).toEqual([]);
    const late = await restart(NOON + 3 * DAY_MS - HOUR_MS);
    expect(await ticksOf(late, "daily")).toEqual(["2026-11-28T11"]);
    expect(await ticksOf(late, "interval")).toHaveLength(2);
    const soon = await restart(NOON + 3 * DAY_MS - HOUR_MS + 1_000);
    expect(await ticksOf(soon, "daily")).toHaveLength(1);
  });

  test("an action that was under way fails and waits for its next time", async () => {
    Object.assign(globalThis, {
      cronGate: { entered: () => undefined, opened: new Promise(() => undefined) },
    });
    const first = await startAt(utc("2026-11-29T02:00:00"), file());
    await first.shiftClock(2 * HOUR_MS);
    await vi.waitFor(() => expect(first.crons().find(({ name }) => name === "slow")?.isRunning).toBe(true));
    const entered = vi.fn();
    Object.assign(globalThis, { cronGate: { entered, opened: Promise.resolve() } });
    const second = await restart(utc("2026-11-29T05:00:00"));
    expect(entered).not.toHaveBeenCalled();
    expect(vi.mocked(console.error).mock.calls.flat().map(String).join()).toContain("when the host ended");
    expect(second.crons().find(({ name }) => name === "slow")?.nextAt).toBe(utc("2026-12-06T03:00:00"));
  });
});

describe("a crons.ts that cannot work", () => {
  test.each([
    [
      "an expression that is none",
      `crons.cron("x", "61 * * * *", { toString: () => "" }, {})`,
      "cron expression",
    ],
    ["seconds", `crons.cron("x", "* * * * * *", {}, {})`, "five fields"],
    ["a function that is not there", `crons.hourly("x", { minuteUTC: 1 }, {}, {})`, "no mutation or action"],
  ])("with %s is refused at the start", async (what, line, words) => {
    mkdirSync(join(directory, "convex"));
    const target = what === "a function that is not there" ? "gone:gone" : "work:run";
    const source = line.replace(/\{ toString[^}]*\}|\{\}(?=, \{\}\))/, `makeFunctionReference("${target}")`);
    const convex = pathToFileURL(require.resolve("convex/server")).href;
    writeFileSync(
      join(directory, "convex", "crons.js"),
      `import { cronJobs, makeFunctionReference } from ${JSON.stringify(convex)};\nconst crons = cronJobs();\n${source};\nexport default crons;`,
    );
    writeFileSync(
      join(directory, "convex", "work.js"),
      `import { internalMutationGeneric } from ${JSON.stringify(convex)};\nexport const run = internalMutationGeneric({ args: {}, handler: async () => {} });`,
    );
    const starting = startHost({ appDirectory: join(directory, "convex"), listen: false });
    await expect(starting).rejects.toThrow(CronError);
    await expect(startHost({ appDirectory: join(directory, "convex"), listen: false })).rejects.toThrow(
      words,
    );
  });
});

describe("the next run", () => {
  const next = (
    schedule: Parameters<typeof nextRunAt>[0]["schedule"],
    previous: string | null,
    now: string,
  ) =>
    new Date(
      nextRunAt({ name: "c", schedule }, previous === null ? null : utc(previous), utc(now)),
    ).toISOString();

  test.each([
    [{ type: "interval", seconds: 60 }, null, "2023-03-01T08:35:00", "2023-03-01T08:35:00"],
    [{ type: "interval", minutes: 1 }, "2023-03-01T08:35:00", "2023-03-01T08:35:00", "2023-03-01T08:36:00"],
    [{ type: "hourly", minuteUTC: 5 }, null, "2023-03-01T08:35:00", "2023-03-01T09:05:00"],
    [{ type: "daily", hourUTC: 8, minuteUTC: 30 }, null, "2023-02-28T08:35:00", "2023-03-01T08:30:00"],
    [
      { type: "weekly", dayOfWeek: "tuesday", hourUTC: 12, minuteUTC: 30 },
      "2023-02-28T12:30:00",
      "2023-02-28T12:30:00",
      "2023-03-07T12:30:00",
    ],
    [
      { type: "monthly", day: 31, hourUTC: 12, minuteUTC: 30 },
      null,
      "2023-02-28T08:35:00",
      "2023-03-31T12:30:00",
    ],
    [
      { type: "cron", cron: "0 12 * * 1,5" },
      "2023-03-03T12:00:00",
      "2023-03-03T12:00:00",
      "2023-03-06T12:00:00",
    ],
    [{ type: "cron", cron: "30 2 29 2 *" }, null, "2026-11-25T00:00:00", "2028-02-29T02:30:00"],
    [{ type: "cron", cron: "0 2 * * *" }, null, "2026-03-29T01:30:00", "2026-03-29T02:00:00"],
  ] as const)(
    "of %j after %s is in UTC, on days when clocks change too",
    (...[schedule, previous, now, expected]) => {
      expect(next(schedule, previous, now)).toBe(`${expected}.000Z`);
    },
  );

  test("takes a minute of its own where the app names none, always the same", () => {
    const minute = next({ type: "hourly" }, null, "2026-11-25T00:00:00");
    expect(next({ type: "hourly" }, null, "2026-11-25T00:00:00")).toBe(minute);
  });

  test("leaves out what lies in the past, however much that is", () => {
    const interval = { name: "c", schedule: { type: "interval" as const, seconds: 1 } };
    expect(nextRunAfter(interval, 0, 1e12 + 500)).toEqual({ nextAt: 1e12 + 1_000, skipped: 1e9 });
    const daily = { name: "c", schedule: { type: "daily" as const, hourUTC: 0, minuteUTC: 0 } };
    expect(nextRunAfter(daily, 0, 3 * DAY_MS)).toEqual({ nextAt: 3 * DAY_MS, skipped: 2 });
  });
});
