// Where runs of different threads meet that cost money and draw on budgets: at a draw on a budget that they share, and
// nowhere else. How to have them printed: docs/benchmark.md.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { startApp } from "../support/appHost.js";
import { text } from "../support/aMemory.js";
import { used } from "../support/turns.js";
import {
  aBusyThread,
  anIdleThread,
  callDoor,
  meetings,
  OLGA,
  OTHER,
  playsOfBusyThread,
  playsOfIdleThread,
  rehearseAll,
  show,
  WENDY,
  type Caller,
  type Footprints,
  type Plays,
} from "./contentionScene.js";

/** What a call of the scene uses is far below what it is held to use, so a slab of four lasts. */
const ASK = {
  rules: [],
  ...{ inputTokens: 100, outputTokens: 50 },
  ...{ provider: used.provider, model: used.model },
};
/** A call that uses up more than was drawn: the next one needs a draw. */
const GREEDY = { ...used, inputTokens: 5_000 };
const REFUSED = ["begin (refused)"];

let host: Host;
beforeEach(async () => {
  host = await startApp({ listen: false });
  const prices = { input: 2_000_000, output: 10_000_000 };
  const models = [{ provider: used.provider, model: used.model, periods: [{ prices }] }];
  await callDoor(host, { door: "prices.load", args: { caller: "system", models } });
});
afterEach(() => host.close());

/** The first event arms a fold, which later ones find armed. */
const armFold = () => callDoor(host, { door: "usage.record", args: { caller: OLGA, usage: used } });

const setBudget = (owner: object, more: object = {}) =>
  callDoor(host, {
    door: "budgets.set",
    args: {
      ...{ caller: "system", unit: "cost", period: "month", mode: "hard", limit: 1_000_000_000 },
      ...owner,
      ...more,
    },
  });

/** All that a priced and budgeted run writes, with a step that must draw more. */
async function everything(caller: Caller): Promise<Footprints> {
  const idle = await anIdleThread(host, caller);
  const busy = await aBusyThread(host, caller, { budgets: ASK });
  const begin = playsOfIdleThread(caller, idle)["begin"]!;
  const inRun = playsOfBusyThread(caller, busy);
  const step = inRun["save a step"]!;
  const plays: Plays = {
    begin: { ...begin, args: { ...begin.args, budgets: ASK } },
    ...inRun,
    "save a step that draws": { ...step, args: { ...step.args, usage: GREEDY } },
  };
  return await rehearseAll(host, plays, REFUSED);
}

async function meet(title: string, first: Caller, second: Caller): Promise<Record<string, string>> {
  const [rows, columns] = [await everything(first), await everything(second)];
  show(title, rows, columns);
  return meetings(rows, columns);
}

/** What touches a budget: a run that begins, draws more, or ends and gives back. */
const DRAWS = ["begin", "save the last step", "cancel the run", "save a step that draws"];
const atBudgets = Object.fromEntries(
  DRAWS.flatMap((one, index) => DRAWS.slice(index).map((other) => [`${one} × ${other}`, "budgets"])),
);

describe("priced runs with budgets", () => {
  beforeEach(armFold);

  test("of two users meet nowhere, where each has a budget of their own", async () => {
    for (const { tenantId, userId } of [OLGA, WENDY]) await setBudget({ per: "user", tenantId, userId });
    expect(await meet("two users with a budget each", OLGA, WENDY)).toEqual({});
  });

  test("of one user meet at their budget where they draw and give back, and nowhere else", async () => {
    const { tenantId, userId } = OLGA;
    await setBudget({ per: "user", tenantId, userId });
    const met = await meet("two threads of a user with a budget", OLGA, OLGA);
    expect(met).toEqual(atBudgets);
  });

  test("of two users of a tenant meet at the tenant's budget alone", async () => {
    await setBudget({ per: "tenant", tenantId: OLGA.tenantId });
    const met = await meet("two users of a tenant with a budget", OLGA, WENDY);
    expect(met).toEqual(atBudgets);
    expect(await meet("two tenants, one with a budget", OLGA, OTHER)).toEqual({});
  });

  test("and nobody who sets prices stands in the way of a step of another model", async () => {
    const { runId } = await aBusyThread(host, OLGA, { budgets: ASK });
    const message = { parts: [text("an answer")] };
    const step = { caller: OLGA, runId, step: 1, message, results: [], usage: used, finish: false };
    const priced = (model: string) => ({
      door: "prices.load",
      args: {
        caller: "system",
        models: [{ provider: used.provider, model, periods: [{ prices: { input: 1, output: 1 } }] }],
      },
    });
    const steps = await rehearseAll(host, { step: { door: "turns.saveStep", args: step } });
    const sets = await rehearseAll(host, { other: priced("another"), same: priced(used.model) });
    expect(meetings(steps, sets)).toEqual({ "step × same": "prices" });
  });
});

describe("priced runs without a budget", () => {
  test("meet where they arm the fold, at their ends, and nowhere once it is armed", async () => {
    await anIdleThread(host, OLGA);
    const ends = ["save the last step", "cancel the run", "record usage"];
    const atFold = Object.fromEntries(
      ends.flatMap((one, index) => ends.slice(index).map((other) => [`${one} × ${other}`, "usageFolds"])),
    );
    expect(await meet("two threads of a user, no fold armed", OLGA, OLGA)).toEqual(atFold);
    expect(await meet("two tenants, no fold armed", OLGA, OTHER)).toEqual(atFold);
    await armFold();
    expect(await meet("two threads of a user, a fold armed", OLGA, OLGA)).toEqual({});
  });

  test("do not meet the fold while it runs: only who records usage outside of turns looks when it is due", async () => {
    await armFold();
    const [{ dueAt }] = (await host.readTable("agentMemory", "usageFolds")) as [{ dueAt: number }];
    const fold = await rehearseAll(host, { fold: { door: "usage.fold", args: { dueAt } } });
    expect(fold["fold"]?.writes.map(({ table }) => table)).toContain("usageMarks");
    expect(meetings(fold, await everything(OLGA))).toEqual({ "fold × record usage": "usageFolds" });
  });
});
