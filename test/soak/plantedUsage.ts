// Faults of the ledger, as a soak may leave them.
import { again, row, type Plant } from "./plant.js";

export const usagePlants: Plant[] = [
  ["a step was paid twice", (e) => again(e.usage), /2 events of step 0/],
  ["a step is not in the ledger", (e) => e.usage.pop(), /no event of step 1/],
  ["an event of no step", (e) => again(e.usage, { step: 5 }), /an event of step 5/],
  ["other tokens", (e) => (e.usage[0]!.inputTokens += 1), /step 0 did not use that/],
  ["totals that differ", (e) => (e.runs[0]!.totals!.outputTokens += 1), /runs run: outputTokens should be/],
  ["more calls than events", (e) => (e.runs[0]!.totals!.calls = 3), /calls should be 2 and is 3/],
  ["a sum that differs", (e) => (e.ledger.usageRollups[0]!.calls = 3), /usageRollups \*: calls should be 2/],
  ["an event that was not folded", (e) => (e.ledger.usageMarks[0]!.commitTs = 1n), /usage0 was never folded/],
  [
    "a slab that was not returned, however long ago it expired",
    (e) =>
      e.ledger.slabs.push({
        ...row,
        ...{ budgetId: "budget", runId: "gone", amount: 0, startedAt: 0, expiresAt: 0 },
      }),
    /slab row of run gone was never returned/,
  ],
  [
    "an event that was recorded twice beside a step",
    (e) => again(e.usage, { isFailed: true, step: 0 }),
    /runs run: calls should be 3 and is 2/,
  ],
  [
    "a failed call that is in no sum",
    (e) => (e.usage[1]!.isFailed = true),
    /usageRollups \*: failedCalls should be 1/,
  ],
  ["another purpose", (e) => (e.usage[0]!.purpose = "tool"), /usageRollups .*"tool".*should be there/],
  ["an event without its step", (e) => delete e.usage[0]!.step, /runs run: calls should be 1 and is 2/],
  [
    "a call whose price was lost",
    (e) =>
      e.ledger.prices.push({
        ...row,
        ...{ provider: "soak", model: "script-player" },
        periods: [{ version: 1, from: 0, prices: { input: 1, output: 1 } }],
      }),
    /event usage0 has no cost/,
  ],
  [
    "a tool's cost that is not there",
    (e) => (e.toolCalls[0]!.toolName = "note"),
    /tool run:2 ended and is not in/,
  ],
  [
    "a tool's cost twice",
    (e) => [1, 2].forEach(() => again(e.usage, { purpose: "tool", raw: "run:2" })),
    /tool run:2 is 2 times in the ledger/,
  ],
  ["a call that nobody made", (e) => (e.calls = e.calls.slice(0, -1)), /never asked to the end/],
];
