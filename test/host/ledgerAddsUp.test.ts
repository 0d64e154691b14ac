// Promise 8, from outside: the example app on the embedded host, with many turns of two users in both engines.
import type { BudgetStatus } from "convex-agent-memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import {
  createThread,
  ingestDocuments,
  refusalOf,
  startExample,
  untilRunEnded,
  userIdOf,
  userOf,
  type User,
} from "../example/exampleApp.js";

const QUESTIONS = ["What does an otter eat?", "How is bread baked?", "How does a lighthouse keeper work?"];
const tenantId = "acme";
const names = ["ann", "bob"] as const;
type Sum = { calls: number; tokens: number; costMicros: number };
type Recount = { summary: Sum; events: Sum };

let host: Host;
let boss: User;
const user = (name: string) => userOf(host, name, { tenant: tenantId });

beforeAll(async () => {
  host = await startExample();
  boss = userOf(host, "boss", { tenant: tenantId, role: "admin" });
  await host.call("mutation", "prices:load");
  await ingestDocuments(user("ann"));
});
afterAll(async () => await host.close());

/** The summary of a user and the sum of their events, as one transaction sees both. */
const recount = (name: string) =>
  host.call("query", "costs:recount", { tenantId, userId: userIdOf(name) }) as Promise<Recount>;

async function askDurably(name: string): Promise<void> {
  const ask = async (prompt: string) => {
    const threadId = await createThread(user(name));
    await user(name).mutation("ask:send", { threadId, prompt, operationId: "one" });
    await untilRunEnded(user(name), threadId);
  };
  await Promise.all(QUESTIONS.map(ask));
}

async function askInActions(name: string): Promise<void> {
  const threadId = await createThread(user(name));
  for (const prompt of QUESTIONS)
    await user(name).action("ask:answer", { threadId, prompt, operationId: prompt });
}

describe("the ledger adds up", () => {
  test("at every moment of many turns of two users: what is told is the sum of the events", async () => {
    let isOver = false;
    const seen: Recount[] = [];
    const watch = async (name: string) => {
      while (!isOver) {
        seen.push(await recount(name));
        await new Promise((resolve) => setTimeout(resolve, 5)); // timers drive the runs
      }
    };
    const watchers = names.map(watch);
    const turns = names.flatMap((name) => [askDurably(name), askInActions(name)]);
    await Promise.all(turns).finally(() => (isOver = true));
    await Promise.all(watchers);
    const last = await Promise.all(names.map(recount));
    for (const { summary, events } of [...seen, ...last]) expect(summary).toEqual(events);
    expect(new Set(seen.map(({ summary }) => summary.calls)).size).toBeGreaterThan(10); // it was seen to grow
    for (const { summary } of last) expect(summary.calls).toBeGreaterThan(2 * QUESTIONS.length);
    const whole = await boss.query<Sum>("costs:ofTenant", { period: "month" });
    const of = (field: "calls" | "costMicros") => last.reduce((sum, { summary }) => sum + summary[field], 0);
    expect([whole.calls, whole.costMicros]).toEqual([of("calls"), of("costMicros")]);
  });

  test("and a hard budget stops whose it is before a call that it has no room for", async () => {
    const [userId, cat] = [userIdOf("cat"), user("cat")];
    const limitMicros = 13_000; // room for one call as it is held to cost, and for some as they are
    await boss.mutation("costs:setDailyLimit", { userId, limitMicros });
    const askOn = async () => {
      for (let turn = 0; turn < 40; turn++) {
        const threadId = await createThread(cat);
        await cat.action("ask:answer", { threadId, prompt: QUESTIONS[0], operationId: "one" });
      }
    };
    expect(await refusalOf(askOn())).toMatchObject({
      code: "BUDGET_EXCEEDED",
      details: { limit: limitMicros },
    });
    const [meter] = await cat.query<BudgetStatus[]>("spending:budgetStatus");
    const { summary, events } = await recount("cat");
    expect(summary).toEqual(events);
    expect(summary.costMicros).toBeGreaterThan(0);
    expect(meter).toMatchObject({ limit: limitMicros, reserved: 0 });
    expect(meter?.spent).toBeGreaterThan(0);
    expect(meter?.spent).toBeLessThanOrEqual(limitMicros);
  });
});
