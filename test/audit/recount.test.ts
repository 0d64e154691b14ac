// The recount finds every kind of mismatch that is planted, and nothing where all adds up.
import { describe, expect, test } from "vitest";
import { mismatchText } from "../../audit/mismatch.js";
import { recount } from "../../audit/recount.js";
import type { LedgerRows } from "../../audit/rows.js";
import { DAY_MS, NOW, soundLedger } from "./soundLedger.js";

const said = (rows: LedgerRows): string[] => recount(rows, NOW).map(mismatchText);

test("nothing where everything adds up", () => {
  expect(said(soundLedger())).toEqual([]);
});

test("nothing in a ledger without any row", () => {
  const { prices } = soundLedger();
  const none = { usageEvents: [], usageRollups: [], usageMarks: [], usageFolds: [], budgets: [], slabs: [] };
  expect(said({ ...none, prices, pastPrices: [], runs: [], threads: [] })).toEqual([]);
});

const leaveNothing = (rows: LedgerRows): void => {
  rows.slabs = [];
  rows.runs[2]!.budgets!.held = [];
};

type Plant = [what: string, spoil: (rows: LedgerRows) => unknown, finds: RegExp];
const drop = (rows: { _id: string }[], id: string) =>
  rows.splice(
    rows.findIndex(({ _id }) => _id === id),
    1,
  );
const byId = <Row extends { _id: string }>(rows: Row[], id: string): Row =>
  rows.find(({ _id }) => _id === id)!;

const planted: Record<string, Plant[]> = {
  "in the sums": [
    [
      "an event was not folded",
      (l) => (l.usageMarks[0]!.commitTs = 12n),
      /usageRollups all: calls should be 2 and is 1/,
    ],
    [
      "an event was folded twice",
      (l) => (byId(l.usageRollups, "all").calls = 2),
      /all: calls should be 1 and is 2/,
    ],
    [
      "an event behind the mark was folded",
      (l) => (l.usageMarks[0]!.commitTs = 10n),
      /embedded \*: calls should be 0/,
    ],
    [
      "an event is gone",
      (l) => drop(l.usageEvents, "first"),
      /usageRollups tenant: calls should be 0 and is 1/,
    ],
    [
      "a row is gone",
      (l) => drop(l.usageRollups, "user"),
      /usageRollups \["t:a%20b\|u:ada".*: row should be there/,
    ],
    ["a thread's row is gone", (l) => drop(l.usageRollups, "thread"), /"thread:thread",0,.*should be there/],
    [
      "a group has two rows",
      (l) => l.usageRollups.push({ ...l.usageRollups[0]!, _id: "b" }),
      /b: a second row of/,
    ],
    [
      "tokens",
      (l) => (byId(l.usageRollups, "thread").inputTokens -= 1),
      /thread: inputTokens should be 130 and is 129/,
    ],
    [
      "a cost",
      (l) => (byId(l.usageRollups, "tenant").costMicros = 0),
      /tenant: costMicros should be 387 and is 0/,
    ],
    [
      "an unknown cost is none",
      (l) => (l.usageRollups[4]!.unpricedCalls = 0),
      /unpricedCalls should be 1 and is 0/,
    ],
    ["estimates", (l) => (l.usageRollups[5]!.estimatedCalls = 0), /estimatedCalls should be 1/],
    ["another day", (l) => (byId(l.usageRollups, "all").day = 2 * DAY_MS), /should be there and is absent/],
    ["another user", (l) => (byId(l.usageRollups, "user").subject = "t:|u:ada"), /should be there/],
    ["two marks", (l) => l.usageMarks.push({ ...l.usageMarks[0]!, _id: "b" }), /usageMarks b: a second row/],
    ["two folds", (l) => l.usageFolds.push({ ...l.usageFolds[0]!, _id: "b" }), /usageFolds b: a second row/],
  ],
  "in the costs": [
    [
      "a cost by another price",
      (l) => (l.usageEvents[0]!.costMicros = 386),
      /first: costMicros should be 387 and is 386/,
    ],
    [
      "a priced event without a cost",
      (l) => delete l.usageEvents[2]!.costMicros,
      /second: costMicros .* is absent/,
    ],
    [
      "a price that did not hold",
      (l) => (l.usageEvents[0]!.priceVersion = 1),
      /first: priceVersion should be one of its model/,
    ],
    [
      "a price that was changed",
      (l) => (l.prices[0]!.periods[1]!.prices.call = 8),
      /should be 388 and is 387/,
    ],
    [
      "tokens below zero",
      (l) => (l.usageEvents[1]!.inputTokens = -1),
      /embedded: inputTokens should be a number/,
    ],
    [
      "tokens that are no number",
      (l) => (l.usageEvents[0]!.outputTokens = NaN),
      /first: outputTokens .* is NaN/,
    ],
    [
      "a failed call at a price that did not hold",
      (l) => Object.assign(l.usageEvents[0]!, { isFailed: true, costMicros: 1 }),
      /first: costMicros should be 387 and is 1/,
    ],
  ],
  "in the runs": [
    [
      "tokens",
      (l) => (l.runs[0]!.totals!.inputTokens = 130),
      /runs run: inputTokens should be 390 and is 130/,
    ],
    [
      "what was asked is missing",
      (l) => (l.runs[0]!.totals!.calls = 2),
      /runs run: calls should be 3 and is 2/,
    ],
    ["a cost", (l) => (l.runs[0]!.totals!.costMicros = 387), /runs run: costMicros should be 774 and is 387/],
    [
      "a cost that is not known",
      (l) => delete l.runs[0]!.totals!.unpricedCalls,
      /run: unpricedCalls should be 1/,
    ],
    ["no totals at all", (l) => delete l.runs[1]!.totals, /runs child: inputTokens should be 130 and is 0/],
    [
      "totals without events",
      (l) => (l.runs[2]!.totals = { calls: 1, inputTokens: 5, outputTokens: 0 }),
      /runs active/,
    ],
  ],
  "in the budgets": [
    [
      "less than was spent",
      (l) => (l.budgets[0]!.spent = 277),
      /budget: spent, with what is in flight should be 317 and is 316/,
    ],
    ["more than was spent", (l) => (l.budgets[0]!.spent = 418), /in flight should be 456 and is 457/],
    [
      "what is in flight",
      (l) => (l.runs[2]!.budgets!.held[0]!.spent = 0),
      /in flight should be 317 and is 278/,
    ],
    [
      "drawn without a slab",
      (l) => (l.runs[2]!.budgets!.held[0]!.drawn = 60),
      /drawn of budget should be 50 and is 60/,
    ],
    [
      "reserved without a slab",
      (l) => (l.budgets[0]!.reserved = 80),
      /budget: reserved should be 50 and is 80/,
    ],
    [
      "a slab that is not reserved",
      (l) => (l.budgets[0]!.reserved = 0),
      /budget: reserved should be 50 and is 0/,
    ],
    ["spent below zero", (l) => (l.budgets[0]!.spent = -1), /budget: spent should be a whole number/],
    ["a slab below zero", (l) => (l.slabs[1]!.amount = -30), /slabs earlier: amount should be/],
    [
      "a slab of a run that is over",
      (l) => (l.runs[2]!.state = { kind: "failed" }),
      /slabs held: runId .* failed/,
    ],
    [
      "a slab of a run that is over, also when it has expired",
      (l) => {
        byId(l.runs, "active").state = { kind: "canceled" };
        byId(l.slabs, "held").expiresAt = NOW;
      },
      /slabs held: runId .* canceled/,
    ],
    [
      "a slab that its run does not know of",
      (l) => (l.runs[2]!.budgets!.held = []),
      /slabs held: amount that its run knows of should be 0 and is 50/,
    ],
    ["a slab of a run that is gone", (l) => drop(l.runs, "active"), /slabs held: runId .* is absent/],
  ],
};

describe.each(Object.entries(planted))("%s", (_where, plants) => {
  test.each(plants)("%s", (_what, spoil, finds) => {
    const rows = soundLedger();
    spoil(rows);
    expect(said(rows).join("\n")).toMatch(finds);
  });
});

describe("what is no mismatch", () => {
  const fine: [what: string, change: (rows: LedgerRows) => unknown][] = [
    ["runs that were removed, whose events stay", (l) => drop(l.runs, "child")],
    [
      "a slab of a run that is gone, once it has expired",
      (l) => {
        byId(l.slabs, "held").expiresAt = NOW;
        drop(l.runs, "active");
        // What its calls used is in the ledger, though the run is not: nobody can tell what of it counted.
        l.budgets[0]!.spent = 278;
      },
    ],
    ["a cost that the caller told", (l) => l.usageEvents.forEach((event) => delete event.priceVersion)],
    [
      "a price that was taken away since",
      (l) => {
        const [{ provider, model, periods }] = l.prices as [LedgerRows["prices"][number]];
        l.pastPrices = periods.map((period, _id) => ({
          _id: String(_id),
          _creationTime: 0,
          provider,
          model,
          ...period,
        }));
        l.prices = [];
      },
    ],
    [
      "sums that went with their thread",
      (l) => {
        drop(l.threads, "thread");
        drop(l.usageRollups, "thread");
      },
    ],
    [
      "what was spent before a budget was set",
      (l) => {
        Object.assign(l.budgets[0]!, { _creationTime: NOW, spent: 0, reserved: 0 });
        leaveNothing(l);
      },
    ],
    [
      "less than was spent in a budget that the app took over from a rule",
      (l) => Object.assign(l.budgets[0]!, { isByRule: false, spent: 0, reserved: 0 }) && leaveNothing(l),
    ],
    [
      "a rule's budget, on which runs of other agents do not draw",
      (l) => Object.assign(l.budgets[0]!, { isByRule: true, spent: 0, reserved: 0 }) && leaveNothing(l),
    ],
    [
      "a run under way that has not counted what it asked",
      (l) => {
        const [run] = l.runs;
        delete run!.state;
        run!.totals = { inputTokens: 260, outputTokens: 18, costMicros: 774 };
      },
    ],
  ];
  test.each(fine)("%s", (_what, change) => {
    const rows = soundLedger();
    change(rows);
    expect(said(rows)).toEqual([]);
  });
});
