// The arithmetic of budgets against a twin that keeps every draw and every return in a list and adds them up anew.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterCall, amountIn, estimatedCost, hasUnpriced } from "../../src/shared/budgetEstimate.js";
import { ownerOf, subjectOf } from "../../src/shared/budgetOwner.js";
import { periodEnd, periodStart } from "../../src/shared/budgetPeriods.js";
import {
  drawnFrom,
  isToTell,
  renewed,
  roomIn,
  settled,
  slabFor,
  type BudgetState,
} from "../../src/shared/budgetState.js";
import { addTotals, totalsOfCall } from "../../src/shared/runTotals.js";
import { costOf } from "../../src/shared/usageCost.js";
import type { BudgetMode, BudgetOwner, BudgetPeriod } from "../../src/validators/budget.js";

const HOUR_MS = 60 * 60_000;
const period = fc.constantFrom<BudgetPeriod>("day", "month", "lifetime");
const moment = fc.integer({ min: Date.UTC(1999, 0, 1), max: Date.UTC(2101, 0, 1) });

describe("periods", () => {
  test("hold what is between their start and the next one's, without a gap", () => {
    fc.assert(
      fc.property(period, moment, (kind, at) => {
        const start = periodStart(kind, at);
        const end = periodEnd(kind, start) ?? Infinity;
        expect(start <= at && at < end).toBe(true);
        expect(periodStart(kind, start)).toBe(start);
        if (end === Infinity) return;
        expect([periodStart(kind, end - 1), periodStart(kind, end)]).toEqual([start, end]);
        const name = kind === "day" ? 10 : 7;
        expect(new Date(start).toISOString()).toBe(
          `${new Date(at).toISOString().slice(0, name).padEnd(10, "-01")}T00:00:00.000Z`,
        );
      }),
    );
  });
});

describe("estimates", () => {
  const count = fc.integer({ min: 0, max: 200_000 });
  const price = fc.integer({ min: 0, max: 100_000_000 });
  const optionalPrice = fc.option(price, { nil: undefined });

  test("cost at least what a call costs that uses no more, however it is made up", () => {
    const prices = fc.record(
      {
        input: price,
        output: price,
        cachedInput: price,
        cacheWrite: optionalPrice,
        reasoning: optionalPrice,
        call: price,
      },
      { requiredKeys: ["input", "output"] },
    );
    const shares = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(
        prices,
        count,
        count,
        shares,
        ({ cachedInput, ...given }, input, output, [cached, thought]) => {
          const all = {
            ...given,
            ...(cachedInput === undefined ? {} : { cachedInput: Math.min(cachedInput, given.input) }),
          };
          const known = JSON.parse(JSON.stringify(all)) as typeof all & { input: number; output: number };
          const cacheWriteTokens = Math.floor(input * cached);
          const cachedInputTokens = Math.floor((input - cacheWriteTokens) * thought);
          const reasoningTokens = Math.floor(output * thought);
          const used = {
            inputTokens: input,
            outputTokens: output,
            cacheWriteTokens,
            cachedInputTokens,
            reasoningTokens,
          };
          const priced = known as Parameters<typeof costOf>[1];
          expect(estimatedCost(used, priced)).toBeGreaterThanOrEqual(costOf(used, priced));
        },
      ),
    );
  });

  test("the next call is shown all of the last one; amounts of totals are the sums of those of their calls", () => {
    const cost = fc.option(count, { nil: undefined });
    const call = fc.record({ inputTokens: count, outputTokens: count, costMicros: cost });
    fc.assert(
      fc.property(fc.array(call, { minLength: 1 }), count, (calls, cap) => {
        const [first = { inputTokens: 0, outputTokens: 0 }] = calls;
        expect(afterCall(first, cap)).toEqual({
          inputTokens: first.inputTokens + first.outputTokens,
          outputTokens: cap,
        });
        const known = calls.map(({ costMicros, ...tokens }) => totalsOfCall({ ...tokens, costMicros }));
        const totals = known.reduce(addTotals);
        const sum = (unit: "tokens" | "cost") => known.reduce((all, one) => all + amountIn(unit, one), 0);
        expect([amountIn("tokens", totals), amountIn("cost", totals)]).toEqual([sum("tokens"), sum("cost")]);
        expect(hasUnpriced(totals)).toBe(calls.some(({ costMicros }) => costMicros === undefined));
      }),
    );
  });
});

describe("subjects", () => {
  const name = fc
    .string({ minLength: 1, maxLength: 12, unit: "grapheme" })
    .filter((text) => text.isWellFormed());
  const tenant = fc.option(name, { nil: undefined });
  const owner: fc.Arbitrary<BudgetOwner> = fc
    .oneof(
      fc.record({ per: fc.constant("tenant" as const), tenantId: tenant }),
      fc.record({ per: fc.constant("user" as const), userId: name, tenantId: tenant }),
      fc.record({ per: fc.constant("agent" as const), agentName: name, tenantId: tenant }),
      fc.record({ per: fc.constant("thread" as const), threadId: name }),
    )
    .map((given) => JSON.parse(JSON.stringify(given)) as BudgetOwner);

  test("are told from their names and back, whatever characters those have; no two share one", () => {
    fc.assert(
      fc.property(owner, owner, (one, other) => {
        expect(ownerOf(one.per, subjectOf(one))).toEqual(one);
        const isSame = subjectOf(one) === subjectOf(other);
        expect(isSame).toBe(
          JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort()),
        );
      }),
    );
  });
});

type Act =
  | { kind: "draw"; run: number; need: number; calls: number }
  | { kind: "spend"; run: number; amount: number }
  | { kind: "return"; run: number }
  | { kind: "pass"; hours: number };

const run = fc.nat({ max: 4 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant("draw" as const),
    run,
    need: fc.nat({ max: 50 }),
    calls: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ kind: fc.constant("spend" as const), run, amount: fc.nat({ max: 80 }) }),
  fc.record({ kind: fc.constant("return" as const), run }),
  fc.record({ kind: fc.constant("pass" as const), hours: fc.integer({ min: -2, max: 20 }) }), // clocks may go back
);

type Slab = { startedAt: number; drawn: number; spent: number };

describe("a budget", () => {
  test("is at every moment what its draws and returns of the period add up to, and a hard one is never overdrawn", () => {
    const limits = fc.record({
      period,
      limit: fc.nat({ max: 400 }),
      mode: fc.constantFrom<BudgetMode>("hard", "soft"),
    });
    fc.assert(
      fc.property(limits, fc.array(act, { maxLength: 60 }), (given, acts) => {
        let now = Date.UTC(2026, 0, 30, 12);
        let state: BudgetState = {
          ...given,
          startedAt: periodStart(given.period, now),
          spent: 0,
          reserved: 0,
        };
        const slabs = new Map<number, Slab>();
        const returned: Slab[] = [];
        /** The newest period that anybody has seen. */
        let newest = state.startedAt;
        const giveBack = (of: number) => {
          const slab = slabs.get(of);
          if (slab === undefined) return;
          state = settled(state, slab);
          returned.push(slab);
          slabs.delete(of);
        };
        for (const one of acts) {
          if (one.kind === "pass") now += one.hours * HOUR_MS;
          if (one.kind === "return") giveBack(one.run);
          if (one.kind === "spend") {
            const slab = slabs.get(one.run);
            if (slab !== undefined) slab.spent += one.amount;
          }
          if (one.kind === "draw") {
            state = renewed(state, now);
            newest = Math.max(newest, periodStart(given.period, now));
            giveBack(one.run);
            const amount = slabFor(state, one);
            const left = roomIn(state);
            if (given.mode === "soft") expect(amount).toBe(one.need * one.calls);
            else expect(amount).toBe(left < one.need ? null : Math.min(left, one.need * one.calls));
            expect(isToTell(state, one.need)).toBe(
              given.mode === "soft" && given.limit - state.spent < one.need,
            );
            if (amount !== null) {
              state = drawnFrom(state, amount);
              slabs.set(one.run, { startedAt: state.startedAt, drawn: amount, spent: 0 });
              if (given.mode === "hard") expect(roomIn(state)).toBeGreaterThanOrEqual(0);
            }
          }
          const inPeriod = ({ startedAt }: Slab) => startedAt === newest;
          const sum = (list: Iterable<Slab>, of: "spent" | "drawn") =>
            [...list].filter(inPeriod).reduce((all, slab) => all + slab[of], 0);
          expect(state).toMatchObject({
            startedAt: newest,
            spent: sum(returned, "spent"),
            reserved: sum(slabs.values(), "drawn"),
          });
        }
      }),
    );
  });
});
