// The ledger without contention, on the embedded host: who meets whom while usage is recorded and folded.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { footprintOf, type Host, type Span } from "../../host/index.js";
import { startApp } from "../support/appHost.js";
import { used } from "../support/turns.js";
import {
  aBusyThread,
  callDoor,
  meetings,
  OLGA,
  OTHER,
  playsOfBusyThread,
  rehearseAll,
  show,
  WENDY,
  type Caller,
  type Footprints,
} from "./contentionScene.js";

const MINUTE_MS = 60_000;
let host: Host;
beforeAll(async () => {
  host = await startApp({ listen: false });
});
afterAll(() => host.close());

/** Everything that records usage, in a run under way. */
async function recordersOf(caller: Caller): Promise<Footprints> {
  const {
    "save a step": step,
    "save the last step": last,
    "record usage": record,
    "cancel the run": cancel,
  } = playsOfBusyThread(caller, await aBusyThread(host, caller));
  return await rehearseAll(host, { step: step!, last: last!, record: record!, cancel: cancel! });
}

/** The folds that a minute brings, as they run. */
async function foldsOfAMinute(): Promise<Span[]> {
  host.spans.start();
  await host.shiftClock(MINUTE_MS);
  await host.idle();
  return host.spans.stop().filter(({ functionPath }) => functionPath === "usage:fold");
}

const tablesOf = (span: Span): string[] =>
  [...new Set(span.writes.map(({ table }) => table))].filter((table) => !table.startsWith("_")).sort();

/** Lets all be folded, until none is armed. */
async function drain(): Promise<void> {
  while ((await foldsOfAMinute()).length > 0);
}

describe("steps of threads of one user, of one tenant and of two", () => {
  test.each([
    ["of one user", OLGA, OLGA],
    ["of one tenant", OLGA, WENDY],
    ["of two tenants", OLGA, OTHER],
  ])("%s do not meet in the ledger while a fold is armed", async (_, first, second) => {
    await callDoor(host, { door: "usage.record", args: { caller: OLGA, usage: used } });
    expect(meetings(await recordersOf(first), await recordersOf(second))).toEqual({});
  });

  test("meet where they arm one, and nowhere else", async () => {
    await drain();
    const met = meetings(await recordersOf(OLGA), await recordersOf(OTHER));
    expect(new Set(Object.values(met))).toEqual(new Set(["usageFolds"]));
    expect(Object.keys(met).filter((pair) => pair.includes("step"))).toEqual([]);
  });
});

describe("a fold", () => {
  test("meets no step and no end of a run; a call outside of runs looks at its row where it stands", async () => {
    await callDoor(host, { door: "usage.record", args: { caller: OLGA, usage: used } });
    const [olga, other] = [await recordersOf(OLGA), await recordersOf(OTHER)];
    const [fold] = await foldsOfAMinute();
    expect(tablesOf(fold!)).toEqual(["usageFolds", "usageMarks", "usageRollups"]);
    const folds = { fold: footprintOf(fold!) };
    for (const recorders of [olga, other]) {
      show("a fold, and what records usage", folds, recorders);
      const { record, ...steps } = recorders;
      expect(meetings(folds, steps)).toEqual({});
      expect(meetings(folds, { record: record! })).toEqual({ "fold × record": "usageFolds" });
    }
  });

  test("that finds nothing stops, and is met only by what would arm it", async () => {
    await drain();
    await callDoor(host, { door: "usage.record", args: { caller: OLGA, usage: used } });
    await foldsOfAMinute();
    const { step, last } = await recordersOf(OLGA);
    await foldsOfAMinute();
    const [stopping, look, ...more] = await foldsOfAMinute();
    expect(more).toEqual([]);
    expect(tablesOf(stopping!)).toEqual(["usageFolds"]);
    expect(look!.writes).toEqual([]); // for what came while it stopped
    const folds = { fold: footprintOf(stopping!) };
    expect(meetings(folds, { step: step! })).toEqual({});
    expect(meetings(folds, { last: last! })).toEqual({ "fold × last": "usageFolds" });
    expect(await foldsOfAMinute()).toEqual([]);
  });
});

test("a sum in the transaction that has just recorded counts that, folded or not", async () => {
  const newcomer = { tenantId: "fresh", userId: "nora" };
  const add = (inputTokens: number) =>
    host.call("mutation", "rehearsal:recordAndSum", { ...newcomer, inputTokens });
  expect(await add(5)).toEqual([5, 5, 5]);
  expect(await add(7)).toEqual([12, 12, 12]);
  await drain();
  expect(await add(9)).toEqual([21, 21, 21]);
});
