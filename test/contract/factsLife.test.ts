import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { touchRecalled } from "../../src/component/model/facts.js";
import type { FactStatus } from "../../src/validators/fact.js";
import { codeOf } from "../support/aMemory.js";
import { indexed, inUser, known, learn, someFacts, textsOf, type TestFacts } from "../support/facts.js";

const NOW = Date.UTC(2026, 0, 10, 12);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A fact in each state that is closed, or none. */
async function aFactThatIs(test: TestFacts, state: "declined" | "superseded" | "retracted" | "forgotten") {
  const { facts, ctx } = test;
  const status = state === "declined" ? ("candidate" as const) : undefined;
  const { factId } = await learn(test, { text: `A ${state} fact.`, status });
  if (state === "declined") await facts.decline(ctx, { factId, reason: "No." });
  if (state === "superseded") await facts.supersede(ctx, { factId, facts: [{ text: "Its successor." }] });
  if (state === "retracted") await facts.retract(ctx, { factId });
  if (state === "forgotten") await facts.forget(ctx, { factId, reason: "Asked to." });
  return factId;
}

describe("retracting", () => {
  test("takes the fact out of what is known and out of recall, and keeps what was known before", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, { text: "Oslo", key: "city" });
    vi.setSystemTime(NOW + HOUR_MS);
    await facts.retract(ctx, { factId, reason: "A mistake." });
    await facts.retract(ctx, { factId, reason: "Again." });
    expect(await facts.get(ctx, { factId })).toMatchObject({
      text: "Oslo",
      state: { kind: "retracted", closedAt: NOW + HOUR_MS, reason: "A mistake." },
    });
    expect(await indexed(test)).toEqual([]);
    const asOf = async (knownAt?: number) =>
      textsOf((await facts.asOf(ctx, { ...inUser, knownAt, cursor: null })).page);
    expect(await asOf()).toEqual([]);
    expect(await asOf(NOW + HOUR_MS - 1)).toEqual(["Oslo"]);
  });
});

describe("forgetting", () => {
  test("erases the words wherever they stand, and keeps the row with its reason", async () => {
    const test = someFacts();
    const { facts, ctx, inside } = test;
    const { factId } = await learn(test, {
      text: "Zanzibar secret",
      key: "trip",
      metadata: '{"a":"Zanzibar"}',
    });
    await facts.forget(ctx, { factId, reason: "The user asked." });
    await facts.forget(ctx, { factId, reason: "Twice." });
    expect(await facts.get(ctx, { factId })).toMatchObject({
      text: "",
      key: "trip",
      state: { kind: "forgotten", reason: "The user asked." },
    });
    const rows = await inside(async (db) =>
      JSON.stringify([
        await db.db.query("facts").collect(),
        await db.db.query("recallEntries").collect(),
        await db.db.query("operations").collect(),
      ]),
    );
    expect(rows.toLowerCase()).not.toContain("zanzibar");
    const past = await facts.asOf(ctx, { ...inUser, knownAt: NOW, cursor: null });
    expect(past.page).toEqual([]);
  });

  test.each(["declined", "superseded", "retracted"] as const)("is possible for a %s fact", async (state) => {
    const test = someFacts();
    const factId = await aFactThatIs(test, state);
    await test.facts.forget(test.ctx, { factId, reason: "Asked to." });
    expect(await test.facts.get(test.ctx, { factId })).toMatchObject({
      text: "",
      state: { kind: "forgotten" },
    });
    expect(await test.facts.count(test.ctx, inUser)).toMatchObject({ [state]: 0, forgotten: 1 });
  });
});

describe("a closed fact", () => {
  test.each(["declined", "superseded", "retracted", "forgotten"] as const)(
    "that is %s takes no other state, and no change",
    async (state) => {
      const test = someFacts();
      const { facts, ctx } = test;
      const factId = await aFactThatIs(test, state);
      const before = await facts.get(ctx, { factId });
      const tries = {
        declined: facts.decline(ctx, { factId }),
        retracted: facts.retract(ctx, { factId }),
        active: facts.confirm(ctx, { factId }),
        other: facts.update(ctx, { factId, importance: 1 }),
      };
      for (const [to, call] of Object.entries(tries))
        expect(await codeOf(call), to).toBe(to === state ? "ok" : "FACT_CLOSED");
      expect(await facts.get(ctx, { factId })).toEqual(before);
    },
  );
});

describe("the review of candidates", () => {
  test("a candidate is neither known nor found until it is confirmed", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, { text: "Skis", status: "candidate" });
    expect([await known(test), await indexed(test)]).toEqual([[], []]);
    expect(await known(test, "candidate")).toEqual(["Skis"]);
    vi.setSystemTime(NOW + HOUR_MS);
    await facts.confirm(ctx, { factId });
    await facts.confirm(ctx, { factId });
    expect([await known(test), await indexed(test)]).toEqual([["Skis"], [factId]]);
    const before = await facts.asOf(ctx, { ...inUser, knownAt: NOW + HOUR_MS - 1, cursor: null });
    expect(before.page, "it was not believed before").toEqual([]);
    expect(await facts.count(ctx, inUser)).toMatchObject({ candidate: 0, active: 1 });
  });

  test("an active fact is not declined but retracted, a candidate not retracted but declined", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, "Skis");
    const candidate = await learn(test, { text: "Sails", status: "candidate" });
    expect(await codeOf(facts.decline(ctx, { factId }))).toBe("FACT_CLOSED");
    expect(await codeOf(facts.retract(ctx, { factId: candidate.factId }))).toBe("FACT_CLOSED");
    await facts.decline(ctx, { factId: candidate.factId });
    expect(await known(test, "candidate")).toEqual([]);
  });
});

describe("a reason", () => {
  test("has half an emoji replaced, and is refused when it is long", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, "Skis");
    expect(await codeOf(facts.retract(ctx, { factId, reason: "x".repeat(2_049) }))).toBe("INVALID_ARGUMENT");
    await facts.retract(ctx, { factId, reason: "cut \ud83d" });
    expect((await facts.get(ctx, { factId })).state).toMatchObject({ reason: "cut \uFFFD" });
  });
});

describe("importance and metadata", () => {
  test("an importance goes to the entry of recall, which keeps what it has", async () => {
    const test = someFacts();
    const { facts, ctx, inside } = test;
    const { factId } = await learn(test, { text: "Skis", importance: 0.2, metadata: '{"by":"me"}' });
    const entry = () => inside(async (db) => (await db.db.query("recallEntries").collect())[0]);
    const before = await entry();
    await facts.update(ctx, { factId, importance: 0.9, metadata: "null" });
    expect(await entry()).toEqual({ ...before, importance: 0.9 });
    const fact = await facts.get(ctx, { factId });
    expect([fact.importance, fact.metadata]).toEqual([0.9, undefined]);
    expect(await codeOf(facts.update(ctx, { factId, importance: -1 }))).toBe("INVALID_ARGUMENT");
  });
});

describe("what contexts showed", () => {
  test("is noted to the day, once a day, whatever the ids", async () => {
    const test = someFacts();
    const { facts, ctx, inside } = test;
    const { factId } = await learn(test, "Skis");
    const touch = (scope = "t:acme|u:olga") =>
      inside(async (db) => {
        await touchRecalled(db, [factId, factId, "nonsense", ""], new Set([scope]));
        return (await db.meta.getTransactionMetrics()).documentsWritten.used;
      });
    expect(await touch("t:acme|u:another")).toBe(0);
    expect(await touch()).toBe(1);
    vi.setSystemTime(NOW + HOUR_MS);
    expect(await touch()).toBe(0);
    expect(await facts.get(ctx, { factId })).toMatchObject({ recalledAt: Date.UTC(2026, 0, 10) });
    vi.setSystemTime(NOW + DAY_MS);
    expect(await touch()).toBe(1);
  });
});

describe("lists", () => {
  test("page through a scope, of one status or of any, of one key or of all", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    for (let index = 0; index < 7; index++)
      await learn(test, { text: `Fact ${index}`, key: index % 2 === 0 ? "even" : "odd", validFrom: index });
    const { page } = await facts.list(ctx, { ...inUser, cursor: null });
    await facts.retract(ctx, { factId: page[0]?.factId ?? "" });
    const all = async (filter: { key?: string; status?: FactStatus | "any" }) => {
      const texts: string[] = [];
      let cursor: string | null = null;
      do {
        const next: Awaited<ReturnType<typeof facts.list>> = await facts.list(ctx, {
          ...inUser,
          ...filter,
          cursor,
          limit: 2,
        });
        texts.push(...textsOf(next.page));
        cursor = next.cursor;
      } while (cursor !== null);
      return texts;
    };
    expect(await all({})).toEqual(["Fact 5", "Fact 4", "Fact 3", "Fact 2", "Fact 1", "Fact 0"]);
    expect(await all({ status: "retracted" })).toEqual(["Fact 6"]);
    expect(await all({ status: "any" })).toHaveLength(7);
    expect(await all({ key: "even" })).toEqual(["Fact 4", "Fact 2", "Fact 0"]);
    expect(await all({ key: "even", status: "any" })).toEqual(["Fact 6", "Fact 4", "Fact 2", "Fact 0"]);
  });
});
