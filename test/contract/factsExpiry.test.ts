import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeOf } from "../support/aMemory.js";
import { inUser, known, learn, someFacts, textsOf } from "../support/facts.js";

const NOW = Date.UTC(2026, 0, 10, 12);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("expiry", () => {
  test("readers ignore a fact from that moment on, and a sweep removes it with all that hangs on it", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, { text: "On holiday", key: "away", expiresAt: NOW + 2 * HOUR_MS });
    await learn(test, "Stays");
    expect((await known(test)).sort()).toEqual(["On holiday", "Stays"]);
    vi.setSystemTime(NOW + 2 * HOUR_MS);
    expect(await known(test)).toEqual(["Stays"]);
    expect(await codeOf(facts.get(ctx, { factId }))).toBe("FACT_NOT_FOUND");
    expect((await facts.asOf(ctx, { ...inUser, key: "away", validAt: NOW, cursor: null })).page).toEqual([]);
    await test.finishSweeps();
    expect(await test.countRows()).toEqual({ facts: 1, recallEntries: 1, scopeCounts: 1 });
    expect(await facts.count(ctx, inUser)).toMatchObject({ active: 1 });
    expect(vi.getTimerCount(), "idle costs nothing").toBe(0);
  });

  test("the history of another fact leaves it out", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const old = await learn(test, { text: "Lives in Oslo", expiresAt: NOW + HOUR_MS });
    const chain = await facts.supersede(ctx, { factId: old.factId, facts: [{ text: "Lives in Bergen" }] });
    const factId = chain.facts[0]?.factId ?? "";
    expect(textsOf((await facts.history(ctx, { factId })).facts)).toEqual([
      "Lives in Oslo",
      "Lives in Bergen",
    ]);
    vi.setSystemTime(NOW + HOUR_MS);
    expect(textsOf((await facts.history(ctx, { factId })).facts)).toEqual(["Lives in Bergen"]);
  });

  test("a fact that is to go soon does not wait for one that stays for long", async () => {
    const test = someFacts();
    const left = () =>
      test.inside(async ({ db }) => (await db.query("facts").collect()).map(({ text }) => text));
    await learn(test, { text: "Stays for a year", expiresAt: NOW + 365 * DAY_MS });
    await learn(test, { text: "Goes tomorrow", expiresAt: NOW + DAY_MS });
    await vi.advanceTimersByTimeAsync(2 * DAY_MS);
    expect(await left()).toEqual(["Stays for a year"]);
    expect(vi.getTimerCount(), "the call for later and the due one").toBeLessThanOrEqual(2);
    await test.finishSweeps();
    expect(await test.countRows()).toEqual({ scopeCounts: 1 });
  });

  test("said again, it lives as long as it was last said to", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, { text: "On holiday", expiresAt: NOW + 2 * HOUR_MS });
    const expiryAfter = async (again: { expiresAt?: number; pinned?: boolean }) => {
      expect((await learn(test, { text: "On holiday", ...again })).kind).toBe("duplicate");
      const { expiresAt, pinned } = await facts.get(ctx, { factId });
      return { expiresAt, pinned };
    };
    expect(await expiryAfter({ expiresAt: NOW + HOUR_MS })).toEqual({
      expiresAt: NOW + 2 * HOUR_MS,
      pinned: false,
    });
    expect(await expiryAfter({ expiresAt: NOW + DAY_MS })).toEqual({
      expiresAt: NOW + DAY_MS,
      pinned: false,
    });
    expect(await expiryAfter({})).toEqual({ expiresAt: undefined, pinned: false });
    expect(await expiryAfter({ pinned: true })).toEqual({ expiresAt: undefined, pinned: true });
    expect(await expiryAfter({ expiresAt: NOW + DAY_MS })).toEqual({ expiresAt: undefined, pinned: true });
  });

  test("however many facts expire, one sweep is armed", async () => {
    const test = someFacts();
    for (let index = 1; index <= 20; index++)
      await learn(test, { text: `Fact ${index}`, expiresAt: NOW + index * HOUR_MS });
    expect(vi.getTimerCount()).toBe(1);
    await test.finishSweeps();
    expect(await test.countRows()).toEqual({ scopeCounts: 1 });
  });

  test("the same words can be written again once they have expired", async () => {
    const test = someFacts();
    const first = await learn(test, { text: "On holiday", expiresAt: NOW + HOUR_MS });
    vi.setSystemTime(NOW + HOUR_MS);
    const again = await learn(test, "On holiday");
    expect(again.kind).toBe("written");
    expect(again.factId).not.toBe(first.factId);
    expect(await test.countRows()).toMatchObject({ facts: 1, recallEntries: 1 });
  });

  test("a pin takes the expiry away; what is pinned takes none", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, { text: "Allergic to nuts", expiresAt: NOW + HOUR_MS });
    await facts.update(ctx, { factId, pinned: true });
    expect(await codeOf(facts.update(ctx, { factId, expiresAt: NOW + DAY_MS }))).toBe("INVALID_ARGUMENT");
    vi.setSystemTime(NOW + DAY_MS);
    expect(await facts.get(ctx, { factId })).toMatchObject({ pinned: true });
    await facts.update(ctx, { factId, pinned: false, expiresAt: NOW + 2 * DAY_MS });
    await facts.update(ctx, { factId, expiresAt: null });
    const fact = await facts.get(ctx, { factId });
    expect([fact.pinned, fact.expiresAt]).toEqual([false, undefined]);
  });
});
