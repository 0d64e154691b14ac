import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { touchRecalled } from "../../src/component/model/facts.js";
import { aThread, codeOf, OWNER, said, STRANGER } from "../support/aMemory.js";
import { inUser, learn, someFacts } from "../support/facts.js";

const NOW = Date.UTC(2026, 0, 10, 12);
const DAY_MS = 24 * 3_600_000;
const none = { count: 0, isAtLeast: false };

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("health of a scope", () => {
  test("of nothing is nothing", async () => {
    const { owner, ctx } = someFacts();
    expect(await owner.health(ctx, inUser)).toMatchObject({
      ...{ duplicateShare: 0, supersededShare: 0, pendingEmbeddings: none, neverRecalled: none },
      ...{ stale: none, expired: none, overLimitBlocks: [] },
    });
  });

  test("tells duplicates, superseded facts and what waits for a vector", async () => {
    const test = someFacts();
    const { owner, ctx } = test;
    for (const text of ["A", "a", "A.", "B"]) await learn(test, text);
    const { factId } = await learn(test, "C");
    await owner.facts.supersede(ctx, { factId, facts: [{ text: "D" }] });
    const { threadId } = await owner.threads.create(ctx);
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Hello"), said("user", "World")] });
    expect(await owner.health(ctx, inUser)).toMatchObject({
      facts: { active: 3, superseded: 1, appends: 6, duplicates: 2 },
      duplicateShare: 2 / 6,
      supersededShare: 1 / 4,
      pendingEmbeddings: { count: 5, isAtLeast: false },
    });
    expect((await owner.health(ctx, { scope: "thread", threadId })).pendingEmbeddings.count).toBe(2);
  });

  test("tells what was never shown and what was not shown for long, pinned facts aside", async () => {
    const test = someFacts();
    const { owner, ctx, inside } = test;
    const shown = await learn(test, "Shown once.");
    await learn(test, "Never shown.");
    await learn(test, { text: "Pinned.", pinned: true });
    await inside((db) => touchRecalled(db, [shown.factId], new Set(["t:acme|u:olga"])));
    const stale = async (staleAfterMs?: number) =>
      (await owner.health(ctx, { ...inUser, staleAfterMs })).stale.count;
    expect((await owner.health(ctx, inUser)).neverRecalled).toEqual({ count: 2, isAtLeast: false });
    expect(await stale()).toBe(0);
    vi.setSystemTime(NOW + 91 * DAY_MS);
    expect(await stale()).toBe(2);
    expect(await stale(92 * DAY_MS)).toBe(0);
    await inside((db) => touchRecalled(db, [shown.factId], new Set(["t:acme|u:olga"])));
    expect(await stale()).toBe(1);
  });

  test("tells what has expired and waits for the sweep", async () => {
    const test = someFacts();
    await learn(test, { text: "Short-lived.", expiresAt: NOW + DAY_MS });
    vi.setSystemTime(NOW + DAY_MS);
    expect(await test.owner.health(test.ctx, inUser)).toMatchObject({
      expired: { count: 1, isAtLeast: false },
      neverRecalled: none,
    });
    await test.finishSweeps();
    expect((await test.owner.health(test.ctx, inUser)).expired).toEqual(none);
  });

  test("names the blocks over a limit that was lowered, and by what", async () => {
    const { owner, ctx } = someFacts();
    await owner.blocks.create(ctx, { ...inUser, label: "long", value: "x".repeat(80) });
    await owner.blocks.create(ctx, { ...inUser, label: "short", value: "x" });
    await owner.blocks.update(ctx, { ...inUser, label: "long", maxTokens: 15 });
    expect((await owner.health(ctx, inUser)).overLimitBlocks).toEqual([
      { label: "long", tokens: 20, maxTokens: 15 },
    ]);
  });

  test("counts up to 200 of each and says when there are more, whatever the scope holds", async () => {
    const { owner, ctx } = someFacts();
    for (let page = 0; page < 5; page++)
      await owner.facts.append(ctx, {
        ...inUser,
        facts: Array.from({ length: 50 }, (_, index) => ({ text: `Fact ${page}.${index}` })),
      });
    expect(await owner.health(ctx, inUser)).toMatchObject({
      facts: { active: 250 },
      neverRecalled: { count: 200, isAtLeast: true },
      pendingEmbeddings: { count: 200, isAtLeast: true },
    });
  });

  test("is told to those who may read the scope; the system names whose it means", async () => {
    const { memory, ctx, threadId, reader, stranger } = await aThread();
    const thread = { scope: "thread" as const, threadId };
    expect(await codeOf(reader.health(ctx, thread))).toBe("ok");
    expect(await codeOf(stranger.health(ctx, thread))).toBe("THREAD_NOT_FOUND");
    expect(await codeOf(memory.asSystem().health(ctx, inUser))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(memory.asSystem().health(ctx, { ...inUser, owner: OWNER }))).toBe("ok");
    expect(await codeOf(memory.as(STRANGER).health(ctx, { ...inUser, owner: OWNER }))).toBe("FORBIDDEN");
  });

  test.each([0, -1, NaN])("takes no time of %d ms", async (staleAfterMs) => {
    const { owner, ctx } = someFacts();
    expect(await codeOf(owner.health(ctx, { ...inUser, staleAfterMs }))).toBe("INVALID_ARGUMENT");
  });
});
