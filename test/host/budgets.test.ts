// A hundred runs at once against hard budgets, on the embedded host; and which of them meet.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Host, HostOptions } from "../../host/index.js";
import { SLAB_LEASE_MS } from "../../src/shared/ledgerLimits.js";
import type { BudgetStatus } from "../../src/validators/budget.js";
import type { BudgetAsk } from "../../src/validators/budgetRun.js";
import { isMemoryError } from "../../src/validators/errors.js";
import type { RunState } from "../../src/validators/run.js";
import type { UsageEvent } from "../../src/validators/usage.js";
import { tenantScope } from "../../src/shared/scope.js";
import { call, text } from "../support/aMemory.js";
import { startApp } from "../support/appHost.js";
import { asks, rule, usedTokens } from "../support/budgets.js";
import { meetings, rehearseAll, type Plays } from "./contentionScene.js";

const RUNS = 100;
const CAP = 40;
let host: Host;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined); // runs that end at their budgets
  await open({ spans: true });
});
afterAll(() => host.close());

async function open(options: Partial<HostOptions>): Promise<void> {
  host = await startApp({ listen: false, ...options });
  await door("system", "prices:set", { provider: "test", model: "scripted", period: PRICES });
}

type Caller = { tenantId: string; userId: string };
const door = <Result>(caller: Caller | "system", path: string, args: Record<string, unknown> = {}) =>
  host.callComponent("agentMemory", "mutation", path, { caller, ...args }) as Promise<Result>;
const ask = <Result>(caller: Caller | "system", path: string, args: Record<string, unknown> = {}) =>
  host.callComponent("agentMemory", "query", path, { caller, ...args }) as Promise<Result>;

const statusOf = (caller: Caller) => ask<BudgetStatus[]>(caller, "budgets:status");
const newThread = async (caller: Caller) =>
  (await door<{ threadId: string }>(caller, "threads:create")).threadId;

/** All events of a user. */
async function eventsOf(caller: Caller): Promise<UsageEvent[]> {
  const events: UsageEvent[] = [];
  let cursor: string | null = null;
  do {
    const page: { page: UsageEvent[]; cursor: string | null } = await ask(caller, "usage:list", {
      cursor,
      limit: 200,
    });
    events.push(...page.page);
    cursor = page.cursor;
  } while (cursor !== null);
  return events;
}

/** Numbers that look random and are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Scene = { caller: Caller; budgets: BudgetAsk; spent: { tokens: number; cost: number }; looks: number };

/**
 * One run: asks its model up to six times, each call at most as large as it was held to be. Gives how it ended; every
 * fifth dies after a step and says no more.
 */
async function oneRun(scene: Scene, index: number): Promise<string> {
  const { caller, budgets, spent } = scene;
  const random = numbers(index + 1);
  const threadId = await newThread(caller);
  let runId: string;
  try {
    const begin = { threadId, agentName: "helper", engine: "action", prompt: [FILE], budgets };
    ({ runId } = await door<{ runId: string }>(caller, "turns:begin", begin));
    await look(scene);
  } catch (error) {
    if (isMemoryError(error, "BUDGET_EXCEEDED")) return "refused";
    throw error;
  }
  let next = 100;
  for (let step = 0; step < 6; step++) {
    await new Promise((resolve) => setTimeout(resolve, random() * 4)); // the model is at work
    const tokens = Math.max(10, Math.floor(next * (0.3 + 0.7 * random())));
    const finish = step === 5;
    const message = { parts: finish ? [text("Done.")] : [call(`call ${step}`)] };
    const save = { runId, step, message, results: [], usage: usedTokens(tokens), finish };
    spent.tokens += tokens;
    spent.cost += (tokens - 10) * 2 + 10 * 10;
    const { state } = await door<{ state: RunState }>(caller, "turns:saveStep", save);
    await look(scene);
    if (state.kind !== "running") return state.kind;
    if (index % 5 === 0 && step === 2) return "dead";
    next = tokens + CAP;
  }
  return "running";
}

const FILE = {
  type: "file" as const,
  mediaType: "image/png",
  file: { kind: "url" as const, url: "https://files.invalid/a.png" },
};

/** Looks at the budgets after every write: what they hold must never be more than they have. */
async function look(scene: Scene): Promise<void> {
  scene.looks += 1;
  for (const row of await host.readTable("agentMemory", "budgets")) {
    if (!String(row["subject"]).startsWith(tenantScope(scene.caller))) continue;
    const { limit, spent, reserved } = row as { limit: number; spent: number; reserved: number };
    expect(spent + reserved).toBeLessThanOrEqual(limit);
  }
}

/** A token of input costs 2 millionths, one of output 10. */
const PRICES = { from: 0, prices: { input: 2_000_000, output: 10_000_000 } };

describe("a hundred runs at once", () => {
  const budgetsOf = [
    ["tokens", { tokens: 20_000, cost: 10 ** 9 }],
    ["cost", { tokens: 10 ** 9, cost: 50_000 }],
  ] as const;

  test.each(budgetsOf)(
    "never pass a hard budget of %s; afterwards nothing is reserved and what is spent is the ledger's sum",
    hundredRuns,
    120_000,
  );

  test.each(budgetsOf)(
    "nor one of %s where a third of their transactions meet others and are run again",
    async (unit, limits) => {
      const directory = mkdtempSync(join(tmpdir(), "budget-conflicts-"));
      const logFile = join(directory, "faults.jsonl");
      const undisturbed = host;
      await open({ faults: { conflictProbability: 0.33, logFile } });
      try {
        await hundredRuns(unit, limits);
        const met = readFileSync(logFile, "utf8");
        for (const path of ["turns:begin", "turns:saveStep"]) expect(met).toContain(`"${path}"`);
      } finally {
        await host.close();
        host = undisturbed;
        rmSync(directory, { recursive: true });
      }
    },
    120_000,
  );
});

type Limits = { tokens: number; cost: number };

async function hundredRuns(unit: keyof Limits, limits: Limits): Promise<void> {
  const caller = { tenantId: `hundred ${unit}`, userId: "olga" };
  const allow = async ({ tokens, cost }: Limits) => {
    const user = { per: "user", ...caller, unit: "tokens", period: "lifetime", limit: tokens };
    const tenant = {
      per: "tenant",
      tenantId: caller.tenantId,
      unit: "cost",
      period: "month",
      limit: cost,
    };
    for (const set of [user, tenant]) await door("system", "budgets:set", { ...set, mode: "hard" });
  };
  await allow(limits);
  const scene: Scene = { caller, budgets: asks(), spent: { tokens: 0, cost: 0 }, looks: 0 };
  const ends = await Promise.all(Array.from({ length: RUNS }, (_, index) => oneRun(scene, index)));
  const count = (end: string) => ends.filter((other) => other === end).length;
  expect(scene.looks).toBeGreaterThan(RUNS);
  expect(count("failed") + count("refused")).toBeGreaterThan(20); // the budget was small for them all
  expect(count("completed") + count("dead")).toBeGreaterThan(5);

  // Those that died are taken back by the next draws, eight at a time.
  await host.shiftClock(SLAB_LEASE_MS + 60_000);
  await allow({ tokens: 10 ** 9, cost: 10 ** 9 });
  const begin = {
    threadId: await newThread(caller),
    agentName: "helper",
    engine: "action",
    prompt: [FILE],
  };
  for (let draw = 0; draw < count("dead") / 8 + 1; draw++) {
    const { runId } = await door<{ runId: string }>(caller, "turns:begin", { ...begin, budgets: asks() });
    await door(caller, "runs:cancel", { runId });
  }
  const events = await eventsOf(caller);
  const ledger = events.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  expect(ledger).toBe(scene.spent.tokens);
  expect(events.reduce((sum, { costMicros = NaN }) => sum + costMicros, 0)).toBe(scene.spent.cost);
  for (const { unit: of, spent, inFlight, reserved } of await statusOf(caller)) {
    expect({ spent, inFlight, reserved }).toEqual({ spent: scene.spent[of], inFlight: 0, reserved: 0 });
    expect(spent).toBeLessThanOrEqual(limits[of]);
  }
  expect(await host.readTable("agentMemory", "slabs")).toEqual([]);
}

describe("which runs meet", () => {
  const TWO = [
    { tenantId: "meeting", userId: "olga" },
    { tenantId: "meeting", userId: "wendy" },
  ] as const;

  async function playsOf(caller: Caller, budgets: BudgetAsk | undefined): Promise<Plays> {
    const idle = await newThread(caller);
    const turn = { caller, agentName: "helper", engine: "action", prompt: [FILE], budgets };
    const busy = await newThread(caller);
    const { runId } = await door<{ runId: string }>(caller, "turns:begin", { ...turn, threadId: busy });
    const step = { caller, runId, step: 0, message: { parts: [call("one")] }, results: [], finish: false };
    return {
      begin: { door: "turns.begin", args: { ...turn, threadId: idle } },
      "save a step": { door: "turns.saveStep", args: { ...step, usage: usedTokens(20) } },
      "save a step that draws": { door: "turns.saveStep", args: { ...step, usage: usedTokens(390) } },
      cancel: { door: "runs.cancel", args: { caller, runId } },
    };
  }

  const met = async (budgets: BudgetAsk | undefined) =>
    meetings(
      await rehearseAll(host, await playsOf(TWO[0], budgets)),
      await rehearseAll(host, await playsOf(TWO[1], budgets)),
    );

  beforeAll(async () => {
    // What the first of each kind makes is there: each user's own row, and the tenant's.
    for (const caller of TWO) {
      const first = await newThread(caller);
      const rules = [rule({ limit: 10 ** 6 }), rule({ per: "tenant", limit: 10 ** 6 })];
      const turn = { agentName: "helper", engine: "action", prompt: [FILE], budgets: asks({ rules }) };
      const { runId } = await door<{ runId: string }>(caller, "turns:begin", { ...turn, threadId: first });
      await door(caller, "runs:cancel", { runId });
    }
  });

  test("without budgets none do; nor do those of two users with budgets of their own", async () => {
    expect(await met(undefined)).toEqual({});
    expect(await met(asks({ rules: [rule({ limit: 10 ** 6 })] }))).toEqual({});
    expect(await met(asks({ rules: [rule({ per: "run", limit: 10 ** 6 })] }))).toEqual({});
  });

  test("with a budget that they share they meet where they draw and return, not where a step is within its slab", async () => {
    const shared = await met(asks({ rules: [rule({ per: "tenant", limit: 10 ** 6 })] }));
    expect(new Set(Object.values(shared))).toEqual(new Set(["budgets"]));
    expect(Object.keys(shared).filter((pair) => /save a step(?! that)/.test(pair))).toEqual([]);
    expect(Object.keys(shared).sort()).toEqual([
      ...["begin × begin", "begin × cancel", "begin × save a step that draws"],
      ...["cancel × cancel", "save a step that draws × cancel"],
      "save a step that draws × save a step that draws",
    ]);
  });
});
