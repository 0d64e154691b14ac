import type { BudgetStatus, UsageEvent, UsageSeries, UsageSummary, UsageTop } from "convex-agent-memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import {
  askAndWait,
  createThread,
  refusalOf,
  startExample,
  userIdOf,
  userOf,
  type User,
} from "./exampleApp.js";

type Page<Item> = { page: Item[]; cursor: string | null };

let host: Host;
let [ann, bob, zoe, boss]: User[] = [];
let annsThread: string;
let annsRun: string;
const DAY_MS = 24 * 60 * 60 * 1000;
const thisMonth = { period: "month" };

/** Ann and Bob are of one tenant, with a boss; Zoe, a boss herself, is of another. */
beforeAll(async () => {
  host = await startExample();
  ann = userOf(host, "ann", { tenant: "acme" });
  bob = userOf(host, "bob", { tenant: "acme" });
  boss = userOf(host, "boss", { tenant: "acme", role: "admin" });
  zoe = userOf(host, "zoe", { tenant: "zen", role: "admin" });
  await host.call("mutation", "prices:load");
  const { threadId, run } = await askAndWait(ann, "What does an otter eat?");
  [annsThread, annsRun] = [threadId, run.runId];
  await askAndWait(bob, "How is bread baked?");
});
afterAll(async () => await host.close());

describe("what a user spends", () => {
  test("is theirs to see, with what it cost, by day too", async () => {
    const own = await ann!.query<UsageSummary>("spending:usageSummary", thisMonth);
    expect(own).toMatchObject({ currency: "USD", isComplete: true, unpricedCalls: 0 });
    expect(own.costMicros).toBeGreaterThan(0);
    const from = Date.now() - DAY_MS;
    const { points } = await ann!.query<UsageSeries>("spending:usageTimeseries", { from, every: "day" });
    expect(points.reduce((sum, { calls }) => sum + calls, 0)).toBe(own.calls);
    const days = await ann!.query<UsageSeries>("costs:daysOf", { userId: userIdOf("ann"), from });
    expect(days.points.at(-1)).toMatchObject({ calls: own.calls, costMicros: own.costMicros });
  });

  test("is nobody else's to see: not by an edited id of a thread, a run or a user, nor by a tenant's name", async () => {
    const from = Date.now() - DAY_MS;
    const attempts: [string, Record<string, unknown>, RegExp][] = [
      ["spending:usageSummary", { threadId: annsThread }, /^THREAD_NOT_FOUND$/],
      ["spending:usageSummary", { runId: annsRun }, /^RUN_NOT_FOUND$/],
      ["spending:usageTimeseries", { threadId: annsThread, from, every: "day" }, /^THREAD_NOT_FOUND$/],
      ["spending:usageTimeseries", { runId: annsRun, from, every: "day" }, /^RUN_NOT_FOUND$/],
      ["spending:budgetStatus", { threadId: annsThread }, /^THREAD_NOT_FOUND$/],
    ];
    for (const stranger of [bob!, zoe!, boss!])
      for (const [path, args, code] of attempts)
        expect((await refusalOf(stranger.query(path, args))).code, path).toMatch(code);
    for (const named of [{ userId: userIdOf("ann") }, { tenantId: "acme" }])
      await expect(bob!.query("spending:usageSummary", named)).rejects.toThrow(/Unexpected field/);
  });
});

describe("what a tenant spends", () => {
  test("is for its admins, and adds up to what its users spend", async () => {
    const whole = await boss!.query<UsageSummary>("costs:ofTenant", thisMonth);
    const { items } = await boss!.query<UsageTop>("costs:topUsers", thisMonth);
    expect(new Set(items.map(({ userId }) => userId))).toEqual(new Set(["ann", "bob"].map(userIdOf)));
    expect(items.reduce((sum, { costMicros = 0 }) => sum + costMicros, 0)).toBe(whole.costMicros);
    const own = await ann!.query<UsageSummary>("spending:usageSummary", thisMonth);
    expect(items.find(({ userId }) => userId === userIdOf("ann"))?.costMicros).toBe(own.costMicros);
  });

  test("is told apart by user, by span and call by call, and the three ways agree", async () => {
    const span = { from: Date.now() - DAY_MS };
    const whole = await boss!.query<UsageSummary>("costs:summaryOf", { ...span, by: "user" });
    expect(new Set(whole.groups?.map(({ userId }) => userId))).toEqual(new Set(["ann", "bob"].map(userIdOf)));
    const { points } = await boss!.query<UsageSeries>("costs:seriesOf", {
      ...span,
      every: "hour",
      by: "user",
    });
    expect(points.reduce((sum, { costMicros = 0 }) => sum + costMicros, 0)).toBe(whole.costMicros);
    const ofAnn = { ...span, userId: userIdOf("ann") };
    const { calls, costMicros } = await boss!.query<UsageSummary>("costs:summaryOf", ofAnn);
    const own = await ann!.query<UsageSummary>("spending:usageSummary", span);
    expect({ calls, costMicros }).toEqual({ calls: own.calls, costMicros: own.costMicros });
    const { page } = await boss!.query<Page<UsageEvent>>("costs:eventsOf", {
      ...ofAnn,
      cursor: null,
      limit: 200,
    });
    expect(page.length).toBe(calls);
    expect(new Set(page.map(({ userId }) => userId))).toEqual(new Set([userIdOf("ann")]));
  });

  test("is refused to its other users, and empty for an admin of another tenant", async () => {
    const from = Date.now() - DAY_MS;
    const userId = userIdOf("ann");
    const calls: (() => Promise<unknown>)[] = [
      () => bob!.query("costs:ofTenant", thisMonth),
      () => bob!.query("costs:topUsers", thisMonth),
      () => bob!.query("costs:daysOf", { userId, from }),
      () => bob!.query("costs:statusOf", { userId }),
      () => bob!.query("costs:summaryOf", { userId, from }),
      () => bob!.query("costs:seriesOf", { userId, from, every: "day" }),
      () => bob!.query("costs:eventsOf", { userId, from, cursor: null }),
      () => bob!.mutation("costs:setDailyLimit", { userId, limitMicros: 0 }),
      () => bob!.mutation("costs:removeDailyLimit", { userId }),
    ];
    for (const call of calls) expect(await refusalOf(call())).toMatchObject({ code: "FORBIDDEN" });
    expect(await zoe!.query("costs:ofTenant", thisMonth)).toMatchObject({ calls: 0 });
    expect(await zoe!.query("costs:topUsers", thisMonth)).toMatchObject({ items: [] });
    const days = await zoe!.query<UsageSeries>("costs:daysOf", { userId, from });
    expect(days.points.every((point) => point.calls === 0)).toBe(true);
    expect(await zoe!.query("costs:summaryOf", { userId, from })).toMatchObject({ calls: 0 });
    expect(await zoe!.query("costs:eventsOf", { from, cursor: null })).toEqual({ page: [], cursor: null });
  });
});

describe("a limit", () => {
  test("stops the user whose it is before a model is called, and nobody else; no other tenant's admin moves it", async () => {
    const userId = userIdOf("bob");
    await zoe!.mutation("costs:setDailyLimit", { userId, limitMicros: 0 }); // of Zen's Bob, whom nobody knows
    await askAndWait(bob!, "What does an otter eat?");
    await boss!.mutation("costs:setDailyLimit", { userId, limitMicros: 1 });
    const threadId = await createThread(bob!);
    const ask = { threadId, prompt: "And now?", operationId: "now" };
    const { code, details } = await refusalOf(bob!.mutation("ask:send", ask));
    expect([code, details]).toMatchObject(["BUDGET_EXCEEDED", { per: "user", unit: "cost", limit: 1 }]);
    expect(await refusalOf(bob!.action("ask:answer", ask))).toMatchObject({ code: "BUDGET_EXCEEDED" });
    const [meter] = await bob!.query<BudgetStatus[]>("spending:budgetStatus");
    expect(meter).toMatchObject({ per: "user", period: "day", limit: 1, reserved: 0 });
    expect(await boss!.query("costs:statusOf", { userId })).toEqual([meter]);
    await askAndWait(ann!, "How is bread baked?");
  });

  test("of nothing stops what asks a model outside of runs as well", async () => {
    await boss!.mutation("costs:setDailyLimit", { userId: userIdOf("bob"), limitMicros: 0 });
    const threadId = await createThread(bob!);
    const recall = { query: "otters", scopes: ["tenant"] };
    const document = { scope: "user", key: "own.md", text: "# Own\n\nWords." };
    const ingestId = await bob!.mutation("documents:begin", { files: 1 });
    const files = [{ key: "own.md", text: document.text }];
    for (const [path, args] of [
      ["search:recall", recall],
      ["search:putDocument", document],
      ["worker:learn", { threadId }],
      ["ingest:putBatch", { ingestId, batch: 0, files }],
    ] as [string, object][])
      expect(await refusalOf(bob!.action(path, { ...args })), path).toMatchObject({
        code: "BUDGET_EXCEEDED",
      });
    await ann!.action("search:recall", recall);
  });

  test("that is taken away stops nobody, and no other tenant's admin takes it away", async () => {
    const userId = userIdOf("bob");
    await zoe!.mutation("costs:removeDailyLimit", { userId });
    expect(await boss!.query<BudgetStatus[]>("costs:statusOf", { userId })).toHaveLength(1);
    await boss!.mutation("costs:removeDailyLimit", { userId });
    await boss!.mutation("costs:removeDailyLimit", { userId }); // again: nothing to do
    expect(await boss!.query("costs:statusOf", { userId })).toEqual([]);
    await askAndWait(bob!, "What does an otter eat?");
  });
});
