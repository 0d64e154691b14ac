// Promise 8, for runs: whatever is saved twice, late, by an action that was superseded, or beside its run, each call
// stands in the ledger once, and a run's totals are those of its calls and of the runs that it asked.
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Doc } from "../../src/component/_generated/dataModel.js";
import { addTotals, NO_TOTALS, totalsOfCall } from "../../src/shared/runTotals.js";
import type { Spent } from "../../src/validators/spent.js";
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

type Played = { scene: Scene; run: Run; seed: number; again: boolean };
type Play = (played: Played) => Promise<void>;

const STOPPED = { kind: "failed" as const, code: "STOPPED", message: "No." };

/** Once, or twice as after an answer that was lost. */
async function repeat({ again }: Pick<Played, "again">, what: () => Promise<unknown>): Promise<void> {
  await what();
  if (again) await what();
}

/** What the tools cost whose results come along. */
const toolsOf = ({ scene, run, seed }: Played): Spent[] =>
  run.open && run.engine === "action" ? scene.some(seed + 1, (other) => scene.tool(other), seed) : [];

const saveStep =
  ({ isLast }: { isLast: boolean }): Play =>
  async (played) => {
    const { scene, run, seed, again } = played;
    const { owner, ctx } = scene.thread;
    const { runId } = run;
    const alsoUsed = scene.some(seed, (other) => scene.model(other), seed);
    const used = run.isOver ? [] : toolsOf(played);
    const usage = scene.model(seed);
    const results = used.length > 0 ? doneWith(used, `call ${run.steps - 1}`) : [];
    const parts = isLast ? [text("Done.")] : [text("On."), call(`call ${run.steps}`)];
    const args = { runId, step: run.steps, usage, alsoUsed, results, finish: isLast, message: { parts } };
    await repeat(played, () =>
      owner.turns.saveStep(ctx, { ...args, ...(again ? { takeUps: run.takeUps } : {}) }),
    );
    run.calls.push(...alsoUsed, ...used, usage);
    run.steps += 1;
    run.open = !isLast;
    // Whom its step before had asked, it goes on without.
    for (const child of scene.runs) if (child.parent === run) over(scene, child);
    if (isLast && !(run.isSteered && !run.isOver)) over(scene, run);
    if (run.engine === "action") run.isSteered = false;
  };

const end =
  ({ isFailed }: { isFailed: boolean }): Play =>
  async (played) => {
    const { scene, run, seed } = played;
    const { owner, ctx } = scene.thread;
    const { runId } = run;
    const used = toolsOf(played);
    const alsoUsed = scene.some(seed + 1, (other) => scene.model(other), seed);
    const usage = isFailed ? { usage: scene.model(seed) } : {};
    const results = used.length > 0 ? doneWith(used, `call ${run.steps - 1}`) : [];
    const goesOn = !isFailed && run.isSteered && !run.isOver && run.engine === "action";
    const outcome = isFailed ? STOPPED : { kind: "completed" as const };
    const ending = { runId, outcome, alsoUsed, ...usage, unlessSteered: goesOn };
    let isFirst = true; // it has its results once
    await repeat(played, async () => {
      const more = isFirst || !goesOn ? { results } : { alsoUsed: [...alsoUsed, ...used] };
      isFirst = false;
      await owner.turns.end(ctx, { ...ending, ...more });
    });
    run.calls.push(...used, ...alsoUsed, ...(usage.usage === undefined ? [] : [usage.usage]));
    if (goesOn) run.open = false;
    else over(scene, run);
  };

/** An action that another has taken the run from. */
const stale: Play = async (played) => {
  const { scene, run, seed } = played;
  if (run.takeUps === 0) return;
  const { owner, ctx } = scene.thread;
  const late = { runId: run.runId, takeUps: run.takeUps - 1, alsoUsed: [scene.model(seed)] };
  const usage = scene.model(seed + 1);
  const saved = { step: seed % 3, message: { parts: [text("Late.")] }, results: [], usage, finish: false };
  await repeat(played, () =>
    seed % 2 === 0
      ? owner.turns.end(ctx, { ...late, outcome: STOPPED, usage })
      : owner.turns.saveStep(ctx, { ...late, ...saved }),
  );
  run.calls.push(...late.alsoUsed, usage);
};

const saveResult: Play = async (played) => {
  const { scene, run, seed } = played;
  if (run.engine === "action" || run.steps === 0) return;
  const { owner, ctx } = scene.thread;
  const callId = `call ${run.steps - 1}`;
  const used = [scene.tool(seed), scene.tool(seed + 1)];
  const saved = { runId: run.runId, callId, part: result(callId), failed: false, ms: 1, used };
  if ((await codeOf(owner.turns.saveResult(ctx, saved))) !== "ok") return; // its last step asked for nothing
  if (played.again) await owner.turns.saveResult(ctx, saved);
  run.calls.push(...used);
};

const PLAYS: Record<(typeof KINDS)[number], Play> = {
  step: async (played) => (played.run.isOver ? undefined : await saveStep({ isLast: false })(played)),
  last: async (played) => (played.run.isOver ? undefined : await saveStep({ isLast: true })(played)),
  late: async (played) => (played.run.isOver ? await saveStep({ isLast: false })(played) : undefined),
  fail: end({ isFailed: true }),
  complete: end({ isFailed: false }),
  tools: saveResult,
  stale,
  ask: async ({ scene, run, seed }) => {
    if (run.isOver || run.steps === 0 || scene.runs.length === 4) return;
    await scene.begin(seed % 2 === 0 ? "action" : "durable", run);
  },
  steer: async ({ scene: { thread }, run }) => {
    if (run.isOver || run.steps === 0 || run.isSteered) return;
    const steered = thread.owner.runs.steer(thread.ctx, { runId: run.runId, prompt: "And now?" });
    run.isSteered = (await codeOf(steered)) === "ok"; // one that was silent for long is taken for lost
  },
  takeUp: async ({ scene: { thread }, run }) => {
    if (run.isOver || run.engine === "durable") return;
    await thread.owner.turns.takeUp(thread.ctx, { runId: run.runId, force: true });
    run.takeUps += 1;
  },
  record: async (played) => {
    const { scene, run, seed, again } = played;
    const used = [scene.model(seed), scene.tool(seed)];
    const once = again ? { operationId: `record ${used[0]!.ms}` } : {};
    const { owner, ctx } = scene.thread;
    await repeat(played, () => owner.turns.record(ctx, { runId: run.runId, step: run.steps, used, ...once }));
    run.calls.push(...used);
  },
  cancel: async (played) => {
    const { scene, run } = played;
    await repeat(played, () => scene.thread.owner.runs.cancel(scene.thread.ctx, { runId: run.runId }));
    over(scene, run);
  },
  fold: async ({ scene, seed }) => await foldNow(scene.thread, 1 + (seed % 9)),
  hour: async () => void vi.setSystemTime(Date.now() + 60 * 60 * 1_000),
};

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
          const run = scene.runs[played.which % scene.runs.length]!;
          await PLAYS[played.kind]({ scene, run, ...played });
          await compare(scene);
        }
      } finally {
        vi.useRealTimers();
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);
