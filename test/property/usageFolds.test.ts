// Promise 8: whatever writers, folds and readers do in between, a sum is the sum of the events, at every moment.
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { Doc } from "../../src/component/_generated/dataModel.js";
import { startOf } from "../../src/shared/usageTimes.js";
import { aThread, type TestThread } from "../support/aMemory.js";
import { DAY_MS, eventsOf, foldNow, naiveSum, writeEvents, type Written } from "../support/usage.js";

const START = Date.UTC(2026, 0, 30, 22);
const PEOPLE = [
  { tenantId: "acme", userId: "olga" },
  { tenantId: "acme", userId: "wendy" },
  { tenantId: "other", userId: "olga" },
  { tenantId: undefined, userId: "solo" },
];

type Act =
  | { kind: "write"; events: number[] }
  | { kind: "fold"; maxEvents: number }
  | { kind: "pass"; ms: number }
  | { kind: "erase"; who: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      events: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("fold" as const), maxEvents: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.integer({ min: -DAY_MS, max: 4 * DAY_MS }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("erase" as const), who: fc.nat(3) }) },
);

/** An event of any kind, by a number. */
const eventOf = (seed: number, thread: Doc<"threads">["_id"]): Written => ({
  ...PEOPLE[seed % 4],
  ...aModel(seed),
  inputTokens: seed,
  ...(seed % 3 === 0 ? { threadId: thread } : {}),
  ...(seed % 5 === 0 ? {} : { costMicros: seed }),
  ...(seed % 7 === 0 ? { isFailed: true } : {}),
  ...(seed % 2 === 0 ? { agentName: "helper" } : {}),
  ...(seed % 11 === 0 ? { purpose: "embedding" as const } : {}),
});
const aModel = (seed: number) => ({ provider: `p${seed % 2}`, model: `m${seed % 3}` });

async function play(scene: TestThread, thread: Doc<"threads">["_id"], played: Act): Promise<void> {
  switch (played.kind) {
    case "write":
      return await writeEvents(
        scene,
        played.events.map((seed) => eventOf(seed, thread)),
      );
    case "fold":
      return await foldNow(scene, played.maxEvents);
    case "pass":
      vi.setSystemTime(Math.max(START, Date.now() + played.ms));
      return;
    case "erase": {
      const { tenantId, userId } = PEOPLE[played.who]!;
      const user = tenantId === undefined ? { userId } : { tenantId, userId };
      await scene.memory.asSystem().usage.eraseUser(scene.ctx, user);
    }
  }
}

const keyed = (events: Doc<"usageEvents">[], keyOf: (event: Doc<"usageEvents">) => unknown) => {
  const groups = new Map<string, Doc<"usageEvents">[]>();
  for (const event of events) {
    const key = JSON.stringify(keyOf(event));
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return new Map([...groups].map(([key, some]) => [key, naiveSum(some)]));
};

const told = (groups: object[], keyOf: (group: never) => unknown) =>
  new Map(
    groups.map((group) => {
      const {
        userId: _u,
        tenantId: _t,
        provider: _p,
        model: _m,
        agentName: _a,
        purpose: _o,
        ...sums
      } = group as Record<string, unknown>;
      return [JSON.stringify(keyOf(group as never)), sums];
    }),
  );

/** Asks everything that can be asked, and adds up the events beside it. */
async function compare({ memory, ctx, threadId, ...scene }: TestThread): Promise<void> {
  const events = await eventsOf(scene);
  const system = memory.asSystem().usage;
  expect(await system.summary(ctx, {})).toEqual({ ...naiveSum(events), currency: "USD", isComplete: true });
  for (const { tenantId, userId } of PEOPLE) {
    const own = events.filter((event) => event.tenantId === tenantId && event.userId === userId);
    const principal = tenantId === undefined ? { userId } : { tenantId, userId };
    expect(await memory.as(principal).usage.summary(ctx, {})).toMatchObject(naiveSum(own));
  }
  const ofThread = events.filter((event) => event.threadId === threadId);
  expect(await system.summary(ctx, { threadId })).toMatchObject(naiveSum(ofThread));
  const ofAcme = events.filter(({ tenantId }) => tenantId === "acme");
  type Of = { userId?: string; model?: string; provider?: string };
  const users = await system.top(ctx, { tenantId: "acme", by: "user", measure: "calls" });
  expect(told(users.items, ({ userId }: Of) => userId ?? "")).toEqual(keyed(ofAcme, ({ userId }) => userId));
  const everyone = await system.top(ctx, { by: "user", measure: "tokens" });
  expect(
    told(everyone.items, ({ userId, tenantId }: Of & { tenantId?: string }) => [userId ?? "", tenantId]),
  ).toEqual(keyed(events, ({ userId, tenantId }) => [userId, tenantId]));
  const models = await system.summary(ctx, { by: "model" });
  expect(told(models.groups ?? [], ({ provider, model }: Of) => [provider, model])).toEqual(
    keyed(events, ({ provider, model }) => [provider, model]),
  );
  const span = { from: START + DAY_MS / 3, to: Date.now() + 1_000 };
  const inSpan = events.filter(({ _creationTime: at }) => at >= span.from && at < span.to);
  expect(await system.summary(ctx, { ...span, tenantId: "acme" })).toMatchObject(
    naiveSum(inSpan.filter(({ tenantId }) => tenantId === "acme")),
  );
  const to = Math.min(span.to, span.from + 200 * DAY_MS);
  const { points } = await system.timeseries(ctx, { from: span.from, to, every: "day" });
  const byDay = keyed(
    inSpan.filter(({ _creationTime: at }) => at < to),
    (event) => startOf(event._creationTime, "day"),
  );
  const shown = points
    .filter(({ calls }) => calls > 0)
    .map(({ at, ...sums }) => [JSON.stringify(at), sums] as const);
  expect(new Map(shown)).toEqual(byDay);
}

/** Each event stands in one sum of each of its subjects: what is folded, and no more. */
async function checkFolded(scene: TestThread): Promise<void> {
  const [mark, rows] = await scene.inside(async ({ db }) => [
    await db.query("usageMarks").first(),
    await db.query("usageRollups").collect(),
  ]);
  const folded = (await eventsOf(scene)).filter(
    ({ commitTs }) => (commitTs as bigint) <= (mark?.commitTs ?? 0n),
  );
  const all = rows.filter(({ subject }) => subject === "*");
  expect(all.reduce((sum, { calls }) => sum + calls, 0)).toBe(folded.length);
  expect(rows.every(({ calls, inputTokens }) => calls >= 0 && inputTokens >= 0)).toBe(true);
}

describe("promise 8: the ledger adds up", () => {
  test("at every moment between writers, folds, folds of a part, erasures and days that pass", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 14 }), async (acts) => {
        vi.useFakeTimers({ now: START, toFake: ["Date"] });
        try {
          const scene = await aThread({ shared: false });
          const thread = await scene.inside(async ({ db }) => db.normalizeId("threads", scene.threadId)!);
          for (const played of acts) {
            await play(scene, thread, played);
            await compare(scene);
            await checkFolded(scene);
          }
        } finally {
          vi.useRealTimers();
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
