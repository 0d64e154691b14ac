// Promise 8, for runs: whatever is saved twice, late, by an action that was superseded, or beside its run, each call
// stands in the ledger once, and a run's totals are those of its calls and of the runs that it asked.
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Doc } from "../../src/component/_generated/dataModel.js";
import { addTotals, NO_TOTALS, totalsOfCall } from "../../src/shared/runTotals.js";
import type { Spent } from "../../src/validators/usage.js";
import { aThread, call, codeOf, OWNER, result, text, type TestThread } from "../support/aMemory.js";
import { asks } from "../support/budgets.js";
import { eventsOf, foldNow, naiveSum } from "../support/usage.js";

const START = Date.UTC(2026, 10, 30, 23, 30);

type Act = { kind: (typeof KINDS)[number]; seed: number; which: number; again: boolean };
const KINDS = [
  ...["step", "step", "step", "tools", "tools", "last", "ask", "ask"],
  ...["fail", "late", "takeUp", "stale", "record", "cancel", "complete", "steer", "fold", "hour"],
] as const;
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(...KINDS),
  seed: fc.nat(200),
  which: fc.nat(3),
  again: fc.boolean(),
});

type Run = {
  runId: string;
  parent?: Run;
  engine: "action" | "durable";
  steps: number;
  takeUps: number;
  /** A call that its last step asked for, in an action. */
  open: boolean;
  isOver: boolean;
  /** A message waits for it. */
  isSteered: boolean;
  /** Its own calls, each once. */
  calls: Spent[];
};

class Scene {
  readonly runs: Run[] = [];
  #made = 0;

  constructor(readonly thread: TestThread) {}

  /** A call that is like no other in its time, or in its key. */
  model(seed: number): Spent {
    const ms = ++this.#made;
    const failed = seed % 5 === 0 ? { isFailed: true } : {};
    return { ...named(seed), purpose: "answer", inputTokens: seed, outputTokens: seed % 7, ms, ...failed };
  }

  tool(seed: number): Spent {
    const key = `key ${++this.#made}`;
    const told = seed % 3 === 0 ? {} : { costMicros: (seed % 4) * 100 };
    const none = { inputTokens: 0, outputTokens: 0, ms: 0 };
    return { provider: "acme", model: "search", purpose: "tool", ...none, ...told, key };
  }

  some = (count: number, make: (seed: number) => Spent, seed: number): Spent[] =>
    Array.from({ length: count % 3 }, (_, place) => make(seed + place));

  async begin(engine: Run["engine"], parent?: Run): Promise<void> {
    const { owner, ctx } = this.thread;
    const { threadId } =
      parent === undefined
        ? await owner.threads.create(ctx, {})
        : await owner.runs.createNestedThread(ctx, { runId: parent.runId });
    const below = parent === undefined ? {} : { parent: { runId: parent.runId } };
    const prompt = [text("Go.")];
    const { runId } = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine, prompt, ...below, budgets: asks() },
    });
    const run = {
      runId,
      engine,
      steps: 0,
      takeUps: 0,
      open: false,
      isOver: false,
      isSteered: false,
      calls: [],
    };
    this.runs.push(parent === undefined ? run : { ...run, parent });
  }
}

/** Priced, and not. */
const named = (seed: number) => ({ provider: "test", model: seed % 2 === 0 ? "priced" : "unknown" });

async function play(scene: Scene, { kind, seed, which, again }: Act): Promise<void> {
  const { owner, ctx } = scene.thread;
  const run = scene.runs[which % scene.runs.length]!;
  const { runId, engine } = run;
  const times = again ? [1, 2] : [1];
  const repeat = async (what: () => Promise<unknown>) => {
    for (const _ of times) await what();
  };
  switch (kind) {
    case "step":
    case "last":
    case "late": {
      if (run.isOver !== (kind === "late")) return;
      const alsoUsed = scene.some(seed, (other) => scene.model(other), seed);
      const used = run.open ? scene.some(seed + 1, (other) => scene.tool(other), seed) : [];
      const usage = scene.model(seed);
      const isLast = kind === "last";
      const step = { runId, step: run.steps, usage, alsoUsed, finish: isLast };
      const results = run.open && !run.isOver ? doneWith(used, `call ${run.steps - 1}`) : [];
      const parts = isLast ? [text("Done.")] : [text("On."), call(`call ${run.steps}`)];
      const args = { ...step, results: engine === "action" ? results : [], message: { parts } };
      await repeat(() => owner.turns.saveStep(ctx, { ...args, ...(again ? { takeUps: run.takeUps } : {}) }));
      run.calls.push(...alsoUsed, ...(args.results.length === 0 ? [] : used), usage);
      run.steps += 1;
      run.open = !isLast;
      const goesOn = run.isSteered && !run.isOver;
      if (isLast && !goesOn) over(scene, run);
      if (engine === "action") run.isSteered = false;
      return;
    }
    case "tools": {
      if (engine === "action" || run.steps === 0) return;
      const callId = `call ${run.steps - 1}`;
      const used = [scene.tool(seed), scene.tool(seed + 1)];
      const saved = { runId, callId, part: result(callId), failed: false, ms: 1, used };
      try {
        await repeat(() => owner.turns.saveResult(ctx, saved));
        run.calls.push(...used);
      } catch {
        // its last step asked for nothing
      }
      return;
    }
    case "ask": {
      if (run.isOver || run.steps === 0 || scene.runs.length === 4) return;
      return await scene.begin(seed % 2 === 0 ? "action" : "durable", run);
    }
    case "steer": {
      if (run.isOver || run.steps === 0 || run.isSteered) return;
      const steered = await codeOf(owner.runs.steer(ctx, { runId, prompt: "And now?" }));
      run.isSteered = steered === "ok"; // one that was silent for long is taken for lost
      return;
    }
    case "fail":
    case "complete": {
      const used =
        run.open && engine === "action" ? scene.some(seed, (other) => scene.tool(other), seed) : [];
      const alsoUsed = scene.some(seed + 1, (other) => scene.model(other), seed);
      const usage = kind === "fail" ? { usage: scene.model(seed) } : {};
      const outcome =
        kind === "fail"
          ? { kind: "failed" as const, code: "STOPPED", message: "No." }
          : { kind: "completed" as const };
      const results = used.length > 0 ? doneWith(used, `call ${run.steps - 1}`) : [];
      const goesOn = kind === "complete" && run.isSteered && !run.isOver && engine === "action";
      const end = { runId, outcome, alsoUsed, ...usage, results, unlessSteered: goesOn };
      await repeat(() => owner.turns.end(ctx, end));
      run.calls.push(...used, ...alsoUsed, ...(usage.usage === undefined ? [] : [usage.usage]));
      if (goesOn) run.open = false;
      else over(scene, run);
      return;
    }
    case "takeUp": {
      if (run.isOver || engine === "durable") return;
      await owner.turns.takeUp(ctx, { runId, force: true });
      run.takeUps += 1;
      return;
    }
    case "stale": {
      if (run.takeUps === 0) return;
      const stale = { runId, takeUps: run.takeUps - 1, alsoUsed: [scene.model(seed)] };
      const usage = scene.model(seed + 1);
      if (seed % 2 === 0) {
        const outcome = { kind: "failed" as const, code: "STOPPED", message: "No." };
        await repeat(() => owner.turns.end(ctx, { ...stale, outcome, usage }));
      } else {
        const message = { parts: [text("Late.")] };
        const saved = { step: seed % 3, message, results: [], usage, finish: false };
        await repeat(() => owner.turns.saveStep(ctx, { ...stale, ...saved }));
      }
      run.calls.push(...stale.alsoUsed, usage);
      return;
    }
    case "record": {
      const used = [scene.model(seed), scene.tool(seed)];
      const once = again ? { operationId: `record ${used[0]!.ms}` } : {};
      await repeat(() => owner.turns.record(ctx, { runId, step: run.steps, used, ...once }));
      run.calls.push(...used);
      return;
    }
    case "cancel":
      await repeat(() => owner.runs.cancel(ctx, { runId }));
      return over(scene, run);
    case "fold":
      return await foldNow(scene.thread, 1 + (seed % 9));
    case "hour":
      vi.setSystemTime(Date.now() + 60 * 60 * 1_000);
  }
}

const doneWith = (used: Spent[], callId: string) => [
  { callId, part: result(callId), failed: false, ms: 1, used },
];

/** With it all that it asked. */
function over(scene: Scene, run: Run): void {
  run.isOver = true;
  for (const child of scene.runs) if (child.parent === run) over(scene, child);
}

const priced = (spent: Spent): Spent =>
  spent.model === "priced" ? { ...spent, costMicros: spent.inputTokens * 2 + spent.outputTokens * 3 } : spent;
const sumOf = (calls: readonly Spent[]) =>
  calls.map((spent) => totalsOfCall(priced(spent))).reduce(addTotals, NO_TOTALS);

/** In a budget of cost, calls whose cost is unknown count for nothing. */
const spentIn = (unit: "tokens" | "cost", events: Doc<"usageEvents">[]): number =>
  events.reduce(
    (sum, { inputTokens, outputTokens, costMicros = 0 }) =>
      sum + (unit === "cost" ? costMicros : inputTokens + outputTokens),
    0,
  );

async function compare({ thread, runs }: Scene): Promise<void> {
  const { owner, ctx } = thread;
  const events = await eventsOf(thread);
  const nameOf = ({ provider, model, inputTokens, ms, key }: Spent) =>
    JSON.stringify([provider, model, inputTokens, ms, key ?? null]);
  for (const run of runs) {
    const own = events.filter(({ runId }) => runId === run.runId);
    expect(own.map((event) => nameOf(event as Spent)).sort()).toEqual(run.calls.map(nameOf).sort());
    expect(own.every(({ userId, tenantId }) => userId === OWNER.userId && tenantId === OWNER.tenantId)).toBe(
      true,
    );
    const below = (one: Run): Run[] => [one, ...runs.filter(({ parent }) => parent === one).flatMap(below)];
    const whole = sumOf(below(run).flatMap(({ calls }) => calls));
    const { totals } = await owner.runs.get(ctx, { runId: run.runId });
    if (run.isOver) expect(totals).toEqual(whole);
    else expect(totals.calls).toBeGreaterThanOrEqual(run.calls.length);
    expect(totals.calls).toBeLessThanOrEqual(whole.calls);
  }
  expect(await owner.usage.summary(ctx, {})).toMatchObject(naiveSum(events));
  for (const { unit, spent, inFlight } of await owner.budgets.status(ctx, {}))
    expect({ unit, spent: spent + inFlight }).toEqual({ unit, spent: spentIn(unit, events) });
}

test("promise 8: each call of a run counts once, in the ledger and in its run's totals", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 24 }), async (acts) => {
      vi.useFakeTimers({ now: START, toFake: ["Date"] });
      try {
        const scene = new Scene(await aThread({ shared: false }));
        const prices = { input: 2_000_000, output: 3_000_000 };
        const { prices: setPrices } = scene.thread.memory.asSystem();
        await setPrices.set(scene.thread.ctx, { provider: "test", model: "priced", from: 0, prices });
        const { budgets } = scene.thread.memory.asSystem();
        for (const unit of ["tokens", "cost"] as const)
          await budgets.set(scene.thread.ctx, {
            ...{ per: "user", tenantId: OWNER.tenantId!, userId: OWNER.userId },
            ...{ unit, period: "lifetime", limit: 1_000_000_000, mode: "soft" },
          });
        await scene.begin("action");
        await scene.begin("durable");
        for (const played of acts) {
          await play(scene, played);
          await compare(scene);
        }
      } finally {
        vi.useRealTimers();
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);
