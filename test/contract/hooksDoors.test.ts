// Whatever writes messages or ends runs tells the hooks: each message once in each state, each run once.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RUN_LEASE_MS } from "../../src/shared/limits.js";
import { QUEUE_LEASE_MS } from "../../src/shared/runLimits.js";
import { call, OWNER, result, text } from "../support/aMemory.js";
import { aHookedApp, type HookedApp } from "../support/hookedApp.js";
import { used } from "../support/turns.js";
import { approve, deny, held, later } from "../support/waitingRun.js";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "error").mockImplementation(() => {}); // runs fail here
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const HOUR_MS = 60 * 60_000;

type Ask = Partial<Parameters<HookedApp["owner"]["turns"]["begin"]>[1]>;
const ask = ({ owner, ctx, threadId }: HookedApp, words: string, more: Ask = {}) =>
  owner.turns.begin(ctx, {
    ...{ threadId, agentName: "helper", engine: "durable", whileRunning: "queue" },
    ...{ prompt: [text(words)], ...more },
  });
type Step = Partial<Parameters<HookedApp["owner"]["turns"]["saveStep"]>[1]>;
const save = ({ owner, ctx }: HookedApp, runId: string, more: Step = {}) =>
  owner.turns.saveStep(ctx, {
    ...{ runId, step: 0, message: { parts: [text("Well.")] }, results: [], usage: used, finish: true },
    ...more,
  });
const calling = (...callIds: string[]): Step => ({
  message: { parts: callIds.map((callId) => call(callId)) },
  finish: false,
});
const pass = async ({ t }: HookedApp, ms: number) => {
  await vi.advanceTimersByTimeAsync(ms);
  await t.finishInProgressScheduledFunctions();
};

/** Every message and ended run of the component, as `id state`; what is still to come is not there. */
async function all({ inside }: HookedApp) {
  return await inside(async ({ db }) => {
    const messages = await db.query("messages").collect();
    const runs = await db.query("runs").collect();
    return {
      messages: messages.flatMap(({ _id, state = { kind: "complete" } }) =>
        state.kind === "streaming" || state.kind === "scheduled" ? [] : [`${_id} ${state.kind}`],
      ),
      runs: runs.flatMap(({ _id, state }) =>
        state !== undefined && "endedAt" in state ? [`${_id} ${state.kind}`] : [],
      ),
    };
  });
}

async function toldOnce(app: HookedApp, without: string[] = []) {
  const told = await app.told();
  const there = await all(app);
  const messages = told.messages.flat().map(({ messageId, state }) => `${messageId} ${state.kind}`);
  expect(messages.toSorted()).toEqual([...there.messages, ...without].toSorted());
  expect(told.runs.map(({ runId, state }) => `${runId} ${state.kind}`).toSorted()).toEqual(
    there.runs.toSorted(),
  );
  return told;
}

describe("hooks are told once of", () => {
  test("what steers a run, through both doors", async () => {
    const app = await aHookedApp();
    const { owner, ctx } = app;
    const { runId } = await ask(app, "Books?");
    for (let attempt = 0; attempt < 2; attempt++) {
      await owner.runs.steer(ctx, { runId, prompt: "New ones.", operationId: "steer" });
      await ask(app, "Cheap ones.", { whileRunning: "steer", operationId: "begin" });
    }
    const { messages } = await toldOnce(app);
    expect(messages.map((batch) => batch.map(({ role }) => role))).toEqual([["user"], ["user"], ["user"]]);
    expect(messages.flat().every(({ author }) => author === OWNER.userId)).toBe(true);
  });

  test("results that a steered run takes along where it goes on", async () => {
    const app = await aHookedApp();
    const { owner, ctx } = app;
    const { runId } = await ask(app, "Books?", { engine: "action" });
    await save(app, runId, calling("a"));
    await owner.runs.steer(ctx, { runId, prompt: "New ones." });
    const results = [{ callId: "a", part: result("a"), failed: false, ms: 1 }];
    const ending = { runId, outcome: { kind: "completed" as const }, unlessSteered: true, results };
    expect((await owner.turns.end(ctx, ending)).state.kind).toBe("running");
    const { messages } = await toldOnce(app);
    expect(messages.at(-1)?.map(({ role }) => role)).toEqual(["tool"]);
  });

  test("prompts that wait, runs whose turn comes, and those that are dropped then", async () => {
    const app = await aHookedApp();
    const { owner, ctx } = app;
    const first = await ask(app, "one");
    const second = await ask(app, "two");
    const gone = await ask(app, "gone");
    const lost = await ask(app, "lost", { engine: "action" });
    await owner.runs.cancel(ctx, { runId: second.runId });
    expect((await app.told()).messages.flat()).toHaveLength(4);
    await owner.messages.remove(ctx, { messageId: gone.promptMessageId });
    await pass(app, QUEUE_LEASE_MS + 1);
    await save(app, first.runId);
    const { runs } = await toldOnce(app, [`${gone.promptMessageId} complete`]);
    expect(runs.map(({ runId, state }) => [runId, state.kind])).toEqual([
      [second.runId, "canceled"],
      [first.runId, "completed"],
      [gone.runId, "canceled"],
      [lost.runId, "failed"],
    ]);
  });

  test("a prompt with startAt when it is said", async () => {
    const app = await aHookedApp();
    const { promptMessageId } = await ask(app, "later", { startAt: Date.now() + HOUR_MS });
    const { runId } = await ask(app, "now");
    expect((await app.told()).messages.flat().map(({ messageId }) => messageId)).not.toContain(
      promptMessageId,
    );
    await pass(app, HOUR_MS + 1);
    const { messages } = await toldOnce(app);
    expect(messages.at(-1)).toMatchObject([
      { messageId: promptMessageId, turn: 2, state: { kind: "complete" } },
    ]);
    await save(app, runId);
    await toldOnce(app);
  });

  test.each(["action", "durable"] as const)("what is decided, answered and expires (%s)", async (engine) => {
    const app = await aHookedApp();
    const { owner, ctx } = app;
    const { runId } = await ask(app, "Pay.", { engine });
    const waits = [held("a"), held("b"), held("c"), later("d"), later("e")];
    await save(app, runId, { ...calling("a", "b", "c", "d", "e"), waits });
    const decisions = [approve("a", '{"x":1}'), deny("b", "No.")];
    for (let attempt = 0; attempt < 2; attempt++) await owner.runs.decide(ctx, { runId, decisions });
    const answer = { runId, callId: "d", output: "Yes." };
    for (let attempt = 0; attempt < 2; attempt++) await owner.runs.answer(ctx, answer);
    const roles = (await app.told()).messages.map((batch) => batch.map(({ role }) => role));
    expect(roles).toEqual([["user"], ["assistant"], ["tool"], ["tool"]]);
    await pass(app, HOUR_MS); // c and e expire; a durable run has nobody who could be told, and fails
    await toldOnce(app);
    expect((await app.told()).messages.at(2)?.[0]).toMatchObject({
      role: "tool",
      parts: [{ outputKind: "denied" }],
    });
  });

  test("what an action left open and another one takes up", async () => {
    const app = await aHookedApp();
    const { owner, ctx } = app;
    const { runId } = await ask(app, "Oslo?", { engine: "action", stream: true });
    await save(app, runId, { ...calling("a"), nextStream: true });
    await owner.turns.takeUp(ctx, { runId, force: true });
    await owner.turns.open(ctx, { runId, step: 1, stream: true });
    await owner.turns.pause(ctx, { runId });
    await save(app, runId, { step: 1 });
    const { messages } = await toldOnce(app);
    expect(messages.flat().map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
  });

  test("an interrupting prompt, what the interrupted run had said and that it ended", async () => {
    const app = await aHookedApp();
    await ask(app, "one", { engine: "action" });
    await ask(app, "two");
    await ask(app, "three", { whileRunning: "interrupt" });
    const { messages, runs } = await toldOnce(app);
    expect(messages).toHaveLength(3);
    expect(runs).toHaveLength(1);
  });

  test("a run whose action died, when the sweep finds it behind others", async () => {
    const app = await aHookedApp();
    const { runId } = await ask(app, "one", { engine: "action" });
    await save(app, runId, calling("a"));
    await ask(app, "two");
    await pass(app, RUN_LEASE_MS + 1);
    await pass(app, HOUR_MS);
    const { runs } = await toldOnce(app);
    expect(runs[0]).toMatchObject({ runId, state: { kind: "failed", code: "RUN_LOST" } });
  });

  test("a nested answer in the thread of the run that asked, in the order of its thread", async () => {
    const app = await aHookedApp();
    const { owner, ctx } = app;
    const { runId } = await ask(app, "Ask.");
    await save(app, runId, { ...calling("a", "b"), nests: true });
    const children: string[] = [];
    for (const callId of ["a", "b"]) {
      const { threadId } = await owner.runs.createNestedThread(ctx, { runId });
      const child = await ask({ ...app, threadId }, "Answer.", { parent: { runId, callId } });
      children.push(child.runId);
    }
    await save(app, children[0] ?? "");
    const { messages } = await toldOnce(app);
    expect(messages.at(-1)?.map(({ role }) => role)).toEqual(expect.arrayContaining(["tool"]));
    await owner.runs.cancel(ctx, { runId });
    const { runs } = await toldOnce(app);
    expect(runs.map((run) => run.runId)).toEqual(expect.arrayContaining([runId, ...children]));
  });
});
