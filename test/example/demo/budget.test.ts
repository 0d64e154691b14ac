// What the demo holds against its costs and its budget.
import { describe, expect, test } from "vitest";
import { budgetProblems, type BudgetReport } from "../../../example/demo/budget.js";
import { amountText, costProblems, type CostReport } from "../../../example/demo/costs.js";

const stopped = (): BudgetReport => ({
  currency: "USD",
  answered: 3,
  stop: {
    ...{ per: "user", unit: "cost", period: "day", limit: 20_000, spent: 9_000, reserved: 0, resetsAt: 1 },
    ...{ question: "Why?", when: "underWay", code: "BUDGET_EXCEEDED", message: "No room." },
    ...{ calls: 2, savedSteps: 2, ledgerEvents: 2 },
  },
  seen: { moments: 9, mostSpent: 9_000, mostReserved: 11_000, passed: 0 },
});

describe("the budget of the demo", () => {
  test("holds where a run was stopped before its next call", () => {
    expect(budgetProblems(stopped())).toEqual([]);
  });

  const spoiled: [what: string, spoil: (report: BudgetReport) => unknown, problem: RegExp][] = [
    ["nobody was stopped", (report) => (report.stop = null), /nobody was stopped by 3 questions: give less/],
    ["the model was called again", (report) => (report.stop!.calls = 3), /the model was called again/],
    ["a call was not recorded", (report) => (report.stop!.ledgerEvents = 1), /not in the ledger/],
    ["it was passed meanwhile", (report) => (report.seen.passed = 1), /more was spent than the limit/],
    ["it was passed in the end", (report) => (report.stop!.spent = 31_001), /more was spent in the end/],
  ];
  test.each(spoiled)("does not hold where %s", (_what, spoil, problem) => {
    const report = stopped();
    spoil(report);
    expect(budgetProblems(report).join()).toMatch(problem);
  });
});

describe("the costs of the demo", () => {
  const row = (name: string, calls: number, costMicros: number | null) => ({
    ...{ name, calls, inputTokens: 10 * calls, outputTokens: calls, costMicros },
    unpricedCalls: costMicros === null ? calls : 0,
  });
  const report = (): CostReport => ({
    currency: "USD",
    all: { ...row("in all", 3, 50), unpricedCalls: 1 },
    by: {
      provider: [{ ...row("built-in", 3, 50), unpricedCalls: 1 }],
      model: [row("large", 2, 50), row("small", 1, null)],
      purpose: [row("answer", 2, 50), row("embedding", 1, null)],
    },
  });

  test("add up each way", () => {
    expect(costProblems(report())).toEqual([]);
    const spoiled = report();
    spoiled.by.model[0]!.costMicros = 51;
    spoiled.by.purpose.pop();
    expect(costProblems(spoiled)).toEqual([
      "the costs by model are not those of all calls",
      "the costs by purpose are not those of all calls",
    ]);
  });

  test("are told to the millionth", () => {
    expect([0, 1, 50_000, 1_234_567].map(amountText)).toEqual(["0.0000", "0.000001", "0.0500", "1.234567"]);
  });
});
