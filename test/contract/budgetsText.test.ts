// What a refusal says to a person.
import { expect, test } from "vitest";
import { refusalError, refusalText } from "../../src/shared/budgetRefusal.js";
import type { BudgetExceeded } from "../../src/validators/budget.js";

const MIDNIGHT = Date.UTC(2026, 10, 27);
const day: BudgetExceeded = {
  ...{ per: "user", unit: "cost", period: "day" },
  ...{ limit: 1_000_000, spent: 9_915, reserved: 20_500, resetsAt: MIDNIGHT },
};
const said = (exceeded: BudgetExceeded, waitUntil: number | null) =>
  refusalText({ code: "BUDGET_EXCEEDED", exceeded, waitUntil });

test("costs are told in whole units of the currency, and when the budget begins anew", () => {
  expect(said(day, MIDNIGHT)).toBe(
    "The day budget of the user, 1 of the ledger's currency, has no room for the next call " +
      "(0.009915 spent, 0.0205 reserved): wait until 2026-11-27T00:00:00.000Z, or raise it.",
  );
});

test("tokens are told as they are counted; one that never begins anew is to be raised", () => {
  const ofRun: BudgetExceeded = { ...day, per: "run", unit: "tokens", period: "lifetime", resetsAt: null };
  expect(said({ ...ofRun, limit: 12_000, spent: 9_000, reserved: 0 }, null)).toBe(
    "The lifetime budget of the run, 12000 tokens, has no room for the next call " +
      "(9000 spent, 0 reserved): raise it.",
  );
});

test("a call that the whole of a budget would not hold is not told to wait", () => {
  expect(said({ ...day, spent: 0, reserved: 0 }, null)).toMatch(
    /\(0 spent, 0 reserved\): the whole of it would not hold that call, so raise it, or lower maxOutputTokens\.$/,
  );
});

test("a missing price is told by the model that lacks it", () => {
  const refusal = { code: "PRICE_UNKNOWN", provider: "acme", model: "chat-1" } as const;
  expect(refusalText(refusal)).toContain("set one for acme/chat-1, or limit tokens");
  expect(refusalError(refusal).data).toMatchObject({ details: { provider: "acme", model: "chat-1" } });
});
