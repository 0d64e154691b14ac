// Runs that draw, spend, die, wake up late and end in any order, through the doors, against a list of what they used.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { periodStart } from "../../src/shared/budgetPeriods.js";
import { SLAB_LEASE_MS } from "../../src/shared/ledgerLimits.js";
import type { BudgetPeriod } from "../../src/validators/budget.js";
import { isMemoryError } from "../../src/validators/errors.js";
import { aBudgetScene, asks, rowsIn, rule, usedTokens } from "../support/budgets.js";

const NOON = Date.UTC(2026, 0, 30, 12);
const LIMIT = 3_000;
const CAP = 40;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

type Act =
  | { kind: "begin" }
  | { kind: "save" | "finish"; which: number; share: number }
  | { kind: "cancel"; which: number }
  | { kind: "late"; which: number; share: number }
  | { kind: "pass"; ms: number };

const which = fc.nat({ max: 30 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Act>({ kind: "begin" }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("save" as const), which, share }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("finish" as const), which, share }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("late" as const), which, share }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.constantFrom(60_000, SLAB_LEASE_MS / 2, SLAB_LEASE_MS + 60_000, 14 * 60 * 60_000),
    }),
  },
);

/** A run as the twin knows it: what its next call may use, and in which day what it uses counts. */
type Run = { runId: string; step: number; next: number; day: number; isOpen: boolean };

/** What every run has used, call by call. */
type Used = { tokens: number; day: number };

async function aTwin(period: BudgetPeriod) {
  const scene = await aBudgetScene();
  const ask = asks({
    rules: [rule({ limit: LIMIT, period }), rule({ per: "tenant", period: "lifetime", mode: "soft" })],
  });
  const runs: Run[] = [];
  const used: Used[] = [];
  const today = () => periodStart(period, Date.now());
  const open = (given: number): Run | undefined => {
    const active = runs.filter(({ isOpen }) => isOpen);
    return active[given % Math.max(1, active.length)];
  };

  const begin = async () => {
    try {
      const { runId } = await scene.begin(ask, { threadId: await scene.newThread() });
      runs.push({ runId, step: 0, next: 100, day: today(), isOpen: true });
    } catch (error) {
      if (!isMemoryError(error, "BUDGET_EXCEEDED")) throw error;
    }
  };

  /** A call never uses more than it was held to; ten tokens of it are output. */
  const tokensOf = (run: Run, part: number) => Math.max(10, Math.floor(run.next * part));
  const spend = (run: Run, tokens: number) => {
    used.push({ tokens, day: run.day });
    run.next = tokens + CAP;
    run.step += 1;
  };

  const save = async (run: Run, { kind, part }: { kind: "save" | "finish"; part: number }) => {
    const tokens = tokensOf(run, part);
    const { state } = await scene[kind](run.runId, run.step, usedTokens(tokens));
    spend(run, tokens);
    run.isOpen = state.kind === "running";
    run.day = today(); // what it draws from now on
  };

  const play = async (one: Act): Promise<void> => {
    if (one.kind === "begin") return await begin();
    if (one.kind === "pass") return void vi.setSystemTime(Date.now() + one.ms);
    const run = one.kind === "late" ? runs[one.which % Math.max(1, runs.length)] : open(one.which);
    if (run === undefined) return;
    if (one.kind === "cancel") {
      await scene.owner.runs.cancel(scene.ctx, { runId: run.runId });
      run.isOpen = false;
    } else if (one.kind === "late" && !run.isOpen) {
      // A call that was under way when its run ended: the run holds nothing, so it may pass the limit.
      await scene.finish(run.runId, run.step, usedTokens(10));
      used.push({ tokens: 10, day: run.day });
      run.step += 1;
    } else if (one.kind === "save" || one.kind === "finish")
      await save(run, { kind: one.kind, part: one.share });
  };
  return { ...scene, runs, used, today, play, save };
}

describe("budgets of runs in any order", () => {
  test.each(["day", "lifetime"] as const)(
    "per %s: what is spent is the sum of the calls, and is within the limit",
    async (period) => {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
          vi.setSystemTime(NOON);
          const twin = await aTwin(period);
          const { used, runs, today, owner, ctx, play } = twin;
          let late = 0;
          for (const one of acts) {
            const before = used.length;
            await play(one);
            if (one.kind === "late" && used.length > before) late += 10;
            const all = await owner.budgets.status(ctx, {});
            const user = all.find(({ per }) => per === "user");
            const tenant = all.find(({ per }) => per === "tenant");
            const sum = (list: Used[]) => list.reduce((total, { tokens }) => total + tokens, 0);
            const spent = sum(used.filter(({ day }) => day === today()));
            expect((user?.spent ?? 0) + (user?.inFlight ?? 0)).toBe(spent);
            expect((tenant?.spent ?? 0) + (tenant?.inFlight ?? 0)).toBe(sum(used));
            expect(spent).toBeLessThanOrEqual(LIMIT + late);
            expect((user?.spent ?? 0) + (user?.reserved ?? 0)).toBeLessThanOrEqual(LIMIT + late);
          }
          for (const run of runs) if (run.isOpen) await owner.runs.cancel(ctx, { runId: run.runId });
          for (const { reserved, inFlight } of await owner.budgets.status(ctx, {}))
            expect([reserved, inFlight]).toEqual([0, 0]);
          expect(await rowsIn(twin, "slabs")).toBe(0);
        }),
        { numRuns: 25 },
      );
    },
    120_000,
  );
});
