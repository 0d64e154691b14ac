// The arithmetic of budgets against a twin that keeps every draw and every return in a list and adds them up anew.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterCall,
  amountIn,
  estimatedCost,
  estimateIn,
  inputWithin,
  hasUnpriced,
} from "../../src/shared/budgetEstimate.js";
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

  test("cost at least what a call costs that uses no more, however it is made up", () => {
    const required = { input: price, output: price };
    const optional = { cachedInput: price, cacheWrite: price, reasoning: price, call: price };
    const prices = fc.record({ ...required, ...optional }, { requiredKeys: ["input", "output"] });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const used = fc.record({ input: count, output: count, written: share, read: share, thought: share });
    fc.assert(
      fc.property(prices, used, (given, { input, output, written, read, thought }) => {
        const cacheWriteTokens = Math.floor(input * written);
        const cachedInputTokens = Math.floor((input - cacheWriteTokens) * read);
        const cached = { cacheWriteTokens, cachedInputTokens };
        const tokens = { inputTokens: input, outputTokens: output };
        const call = { ...tokens, ...cached, reasoningTokens: Math.floor(output * thought) };
        expect(estimatedCost(tokens, given)).toBeGreaterThanOrEqual(costOf(call, given));
      }),
    );
  });

  test("what a call may be shown within a rest is held to use no more than that, and hardly less", () => {
    const prices = fc.record({ input: price, output: price, cacheWrite: price, call: price });
    const unit = fc.constantFrom("tokens" as const, "cost" as const);
    const rest = fc.record({ unit, rest: fc.integer({ min: 0, max: 10_000_000 }), outputTokens: count });
    fc.assert(
      fc.property(prices, rest, (given, asked) => {
        const { unit: kind, rest: left, outputTokens } = asked;
        const inputTokens = inputWithin(asked, given);
        const used = (input: number) => estimateIn(kind, { inputTokens: input, outputTokens }, given) ?? NaN;
        if (inputTokens > 0) expect(used(inputTokens)).toBeLessThanOrEqual(left);
        // One token more than two millionths buy would not fit.
        const dearest = Math.max(given.input, given.cacheWrite, 1);
        const more = inputTokens + 1 + Math.ceil(2_000_000 / dearest);
        if (more < Number.MAX_SAFE_INTEGER) expect(used(more)).toBeGreaterThanOrEqual(left);
      }),
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
type Given = { period: BudgetPeriod; limit: number; mode: BudgetMode };

/** A budget, and the twin that adds it up. */
function aBudget(given: Given) {
  let now = Date.UTC(2026, 0, 30, 12);
  let state: BudgetState = { ...given, startedAt: periodStart(given.period, now), spent: 0, reserved: 0 };
  const slabs = new Map<number, Slab>();
  const returned: Slab[] = [];
  /** The newest period that anybody has seen. */
  let newest = state.startedAt;
  const giveBack = (of: number): void => {
    const slab = slabs.get(of);
    if (slab === undefined) return;
    state = settled(state, slab);
    returned.push(slab);
    slabs.delete(of);
  };
  const draw = ({ run: of, need, calls }: { run: number; need: number; calls: number }): void => {
    state = renewed(state, now);
    newest = Math.max(newest, periodStart(given.period, now));
    giveBack(of);
    const left = given.limit - state.spent - state.reserved;
    const enough = left < need ? null : Math.min(left, need * calls);
    const amount = slabFor(state, { need, calls });
    expect(amount).toBe(given.mode === "soft" ? need * calls : enough);
    expect(isToTell(state, need)).toBe(given.mode === "soft" && given.limit - state.spent < need);
    if (amount === null) return;
    state = drawnFrom(state, amount);
    slabs.set(of, { startedAt: state.startedAt, drawn: amount, spent: 0 });
    if (given.mode === "hard") expect(roomIn(state)).toBeGreaterThanOrEqual(0);
  };
  const spend = ({ run: of, amount }: { run: number; amount: number }): void => {
    const slab = slabs.get(of);
    if (slab !== undefined) slab.spent += amount;
  };
  const play = (one: Act): void => {
    if (one.kind === "pass") now += one.hours * HOUR_MS;
    if (one.kind === "return") giveBack(one.run);
    if (one.kind === "spend") spend(one);
    if (one.kind === "draw") draw(one);
  };
  const sum = (list: Iterable<Slab>, of: "spent" | "drawn") =>
    [...list].filter(({ startedAt }) => startedAt === newest).reduce((all, slab) => all + slab[of], 0);
  const compare = (): void => {
    const added = { spent: sum(returned, "spent"), reserved: sum(slabs.values(), "drawn") };
    expect(state).toMatchObject({ startedAt: newest, ...added });
  };
  return { play, compare };
}

describe("a budget", () => {
  test("is at every moment what its draws and returns of the period add up to, and a hard one is never overdrawn", () => {
    const mode = fc.constantFrom<BudgetMode>("hard", "soft");
    const limits = fc.record({ period, limit: fc.nat({ max: 400 }), mode });
    fc.assert(
      fc.property(limits, fc.array(act, { maxLength: 60 }), (given, acts) => {
        const budget = aBudget(given);
        for (const one of acts) {
          budget.play(one);
          budget.compare();
        }
      }),
    );
  });
});
