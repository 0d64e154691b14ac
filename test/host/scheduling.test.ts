import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Host } from "../../host/index.js";
import { startFixture } from "./fixtureHost.js";

let host: Host;
beforeEach(async () => {
  host = await startFixture({ listen: false });
});
afterEach(() => host.close());

const counter = (name: string) => host.call("query", "later:counter", { name });

describe("scheduled functions", () => {
  test("run when they are due, once each, and not for a mutation that failed", async () => {
    await Promise.all(
      Array.from({ length: 20 }, () =>
        host.call("mutation", "later:bumpLater", { name: "many", delayMs: 0 }),
      ),
    );
    await host.call("mutation", "later:bumpLaterAndFail", { name: "many" }).catch(() => null);
    await host.idle();
    expect(await counter("many")).toBe(20);
    expect(new Set(host.scheduledJobs().map(({ state }) => state))).toEqual(new Set(["success"]));
  });

  test("wait for the clock, which can be moved", async () => {
    await host.call("mutation", "later:bumpLater", { name: "hour", delayMs: 3_600_000 });
    await host.idle();
    expect(await counter("hour")).toBe(0);
    expect(host.scheduledJobs()).toMatchObject([{ name: "later:bump", state: "pending" }]);
    await host.shiftClock(3_600_000);
    await host.idle();
    expect(await counter("hour")).toBe(1);
  });

  test("do not run once cancelled", async () => {
    const id = await host.call("mutation", "later:bumpLater", { name: "cancelled", delayMs: 60_000 });
    await host.call("mutation", "later:cancel", { id });
    await host.shiftClock(120_000);
    await host.idle();
    expect(await counter("cancelled")).toBe(0);
    expect(host.scheduledJobs()).toMatchObject([{ state: "canceled" }]);
  });

  test("are marked failed when they throw", async () => {
    const complaints = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await host.call("mutation", "later:failLater", {});
    await host.idle();
    expect(host.scheduledJobs()).toMatchObject([{ state: "failed" }]);
    expect(complaints).toHaveBeenCalledOnce();
    complaints.mockRestore();
  });

  test("of a component run in that component", async () => {
    const id = await host.call("mutation", "journeys:start", { name: "quick", pauseMs: 1 });
    await vi.waitFor(
      async () => expect(await host.call("query", "journeys:status", { id })).toBe("completed"),
      5000,
    );
    expect(await host.call("query", "journeys:steps", { name: "quick" })).toEqual([1, 2]);
  });
});

describe("the host's clock", () => {
  test("moves for its functions only, and only its own", async () => {
    const other = await startFixture({ listen: false });
    await host.shiftClock(1_000_000);
    const shifted = (await host.call("query", "later:now")) as number[];
    const unshifted = (await other.call("query", "later:now")) as number[];
    expect(shifted[0]! - Date.now()).toBeGreaterThan(990_000);
    expect(shifted[1]! - Date.now()).toBeGreaterThan(990_000);
    expect(Math.abs(unshifted[0]! - Date.now())).toBeLessThan(5000);
    await host.call("mutation", "notes:add", { channel: "x", text: "later" });
    expect((await host.readTable("", "notes"))[0]!["_creationTime"]).toBeGreaterThan(Date.now() + 990_000);
    await other.close();
  });
});

describe("an action beside an open transaction", () => {
  test("sees no vector, file row or file that is not committed", async () => {
    let entered: (fileId: string) => void = () => undefined;
    let open: () => void = () => undefined;
    const inside = new Promise<string>((resolve) => (entered = resolve));
    const opened = new Promise<void>((resolve) => (open = resolve));
    Object.assign(globalThis, { hostTestGate: { entered, opened } });
    const writing = host.call("mutation", "gated:writeAndWait");
    const fileId = await inside;
    expect(await host.call("action", "gated:look", { fileId })).toEqual({
      points: 0,
      file: false,
      url: false,
    });
    open();
    await writing;
    expect(await host.call("action", "gated:look", { fileId })).toEqual({ points: 1, file: true, url: true });
  });

  test("keeps the files it stores, whatever else is running", async () => {
    const calls = Array.from({ length: 10 }, async (_, place) => {
      const stored = host.call("action", "later:keepFile", { text: `file ${place}` });
      await host.call("mutation", "notes:add", { channel: "busy", text: String(place) });
      return stored;
    });
    const ids = await Promise.all(calls);
    const texts = await Promise.all(
      ids.map((storageId) => host.call("action", "later:readFile", { storageId })),
    );
    expect(texts).toEqual(ids.map((_, place) => `file ${place}`));
  });
});
