import { describe, expect, test } from "vitest";
import { codeOf } from "../support/aMemory.js";
import { aBudgetScene, asks, rowsIn, rule, usedTokens } from "../support/budgets.js";

describe("a run draws a slab", () => {
  test("of four calls when it begins, settles on its own row, and returns what is left at its end", async () => {
    const scene = await aBudgetScene();
    const { begin, save, finish, status } = scene;
    const { runId } = await begin(asks({ rules: [rule()] }));
    expect(await status()).toEqual([{ spent: 0, reserved: 400, inFlight: 0, remaining: 600 }]);
    await save(runId, 0, usedTokens(50));
    expect(await status()).toEqual([{ spent: 0, reserved: 400, inFlight: 50, remaining: 600 }]);
    await finish(runId, 1, usedTokens(70));
    expect(await status()).toEqual([{ spent: 120, reserved: 0, inFlight: 0, remaining: 880 }]);
    expect(await rowsIn(scene, "slabs")).toBe(0);
  });

  test("and more in the step that finds the rest too small for the next call", async () => {
    const { begin, save, status } = await aBudgetScene();
    const { runId } = await begin(asks({ rules: [rule()] }));
    await save(runId, 0, usedTokens(300));
    // 100 are left, and the next call is held to use 300 and its output of 40: it draws four of those, of 700.
    expect(await status()).toEqual([{ spent: 300, reserved: 700, inFlight: 0, remaining: 0 }]);
  });

  test("of what is left, where that is one call at least", async () => {
    const { begin, status, newThread } = await aBudgetScene();
    const ask = asks({ rules: [rule({ limit: 550 })] });
    await begin(ask);
    const second = await newThread();
    await begin(ask, { threadId: second });
    expect(await status()).toEqual([{ spent: 0, reserved: 550, inFlight: 0, remaining: 0 }]);
    expect(await codeOf(begin(ask, { threadId: await newThread() }))).toBe("BUDGET_EXCEEDED");
  });
});
