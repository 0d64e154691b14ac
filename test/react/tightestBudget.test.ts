import fc from "fast-check";
import { expect, test } from "vitest";
import { shareUsed, tightestOf, type BudgetFigures } from "../../src/react/tightestBudget.js";

const budget = (limit: number, remaining: number, mode: BudgetFigures["mode"] = "hard") => ({
  ...{ limit, remaining, mode },
});

test.each([
  ["nothing is used", budget(100, 100), 0],
  ["a quarter is", budget(100, 75), 0.25],
  ["all is", budget(100, 0), 1],
  ["nothing is allowed", budget(0, 0), 1],
  ["more is left than is allowed, as after a limit was lowered", budget(50, 80), 0],
])("where %s, the share says so", (_name, figures, share) => {
  expect(shareUsed(figures)).toBe(share);
});

test("the tightest is the one of which most is taken; of equals one that stops calls, and the first", () => {
  const [soft, hard, other] = [budget(10, 5, "soft"), budget(100, 50), budget(4, 2)];
  expect(tightestOf([])).toBeNull();
  expect(tightestOf([soft, hard, other])).toBe(hard);
  expect(tightestOf([hard, budget(10, 4, "soft")])).toEqual(budget(10, 4, "soft"));
  const figures = fc.record({
    limit: fc.nat(20),
    remaining: fc.nat(20),
    mode: fc.constantFrom("soft" as const, "hard" as const),
  });
  fc.assert(
    fc.property(fc.array(figures, { minLength: 1 }), (budgets) => {
      expect(shareUsed(tightestOf(budgets)!)).toBe(Math.max(...budgets.map(shareUsed)));
    }),
  );
});
