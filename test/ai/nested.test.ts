import { isStepCount } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import type { StepOutcome } from "../../src/ai/durableStep.js";
import { NESTED_ANSWER_MAX_BYTES, NESTING_MAX_DEPTH } from "../../src/shared/limits.js";
import {
  scriptedModel,
  type ScriptedCallOptions,
  type ScriptedTurn,
} from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { hushed, leftovers, reference, stateOf, type DurableApp } from "./durableApp.js";
import { asks, aNestedApp, nestedIn, usedBy, type Cast, type NestedApp } from "./nestedApp.js";
import { messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const left = (app: NestedApp) => leftovers(app as unknown as DurableApp);
const state = (app: NestedApp, runId: string) => stateOf(app as unknown as DurableApp, runId);
const totals = async ({ owner, ctx }: NestedApp, runId: string) =>
  (await owner.runs.get(ctx, { runId })).totals;
/** Runs what is due, bit by bit, until something holds. */
async function until({ t }: NestedApp, holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 200 && !(await holds()); round++) {
    vi.advanceTimersToNextTimer();
    await t.finishInProgressScheduledFunctions();
  }
  expect(await holds()).toBe(true);
}
/** What a model says that asks an agent once in each of its runs, then answers. */
const asking = (other: string): ScriptedTurn[] =>
  Array.from(
    { length: 2 * NESTING_MAX_DEPTH },
    () =>
      ({ prompt }) =>
        prompt.at(-1)?.role === "tool"
          ? { text: "That is it." }
          : { toolCalls: [{ toolName: other, input: { prompt: "And you?" } }] },
  );

describe("a durable run that asks another agent", () => {
  test("gets its answer alone, from a run of its own in a thread below", async () => {
    const app = await aNestedApp({
      editor: { script: [asks(["researcher", "Oslo?"]), { text: "It is 7." }], asks: ["researcher"] },
      researcher: { script: [{ text: "Seven degrees." }] },
    });
    const { runId } = await app.start("editor", "Weather?");
    await app.finish();
    expect(await state(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))).toEqual([
      "user: Weather?",
      'assistant: researcher({"prompt":"Oslo?"})',
      "tool: text Seven degrees.",
      "assistant: It is 7.",
    ]);
    const [child] = await nestedIn(app, runId);
    expect(child).toMatchObject({
      parentRunId: runId,
      agentName: "researcher",
      engine: "durable",
      state: { kind: "completed" },
    });
    const { threadId = "" } = child ?? {};
    expect(await app.owner.threads.get(app.ctx, { threadId })).toMatchObject({
      ...{ parentThreadId: app.threadId, parentRunId: runId, title: "researcher" },
    });
    expect(transcript(await messagesOf({ ...app, threadId }))).toEqual([
      "user: Oslo?",
      "assistant: Seven degrees.",
    ]);
    const { page: calls } = await app.owner.runs.listToolCalls(app.ctx, { runId, cursor: null });
    expect(calls).toMatchObject([{ state: { kind: "done" }, childRunId: child?.runId }]);
    expect(await left(app)).toEqual({});
  });
});

describe("two agents that are asked in one step", () => {
  test("run beside each other, each in a thread of its own, and their answers stand in the order of the calls", async () => {
    const app = await aNestedApp({
      editor: {
        script: [asks(["north", "Oslo?"], ["south", "Rome?"]), { text: "Both." }],
        asks: ["north", "south"],
      },
      north: { script: [{ text: "Seven." }] },
      south: { script: [{ text: "Twenty." }] },
    });
    const { runId } = await app.start("editor", "Weather?");
    await app.finish();
    expect(transcript(await messagesOf(app)).slice(2)).toEqual([
      "tool: text Seven.",
      "tool: text Twenty.",
      "assistant: Both.",
    ]);
    const children = await nestedIn(app, runId);
    expect(new Set(children.map(({ threadId }) => threadId)).size).toBe(2);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect((await totals(app, runId)).calls).toBe(4);
    expect(await left(app)).toEqual({});
  });

  test("take a tool of the run's own along", async () => {
    const app = await aNestedApp({
      editor: {
        script: [
          {
            toolCalls: [
              { toolName: "north", input: { prompt: "Oslo?" } },
              { toolName: "weather", input: { city: "Rome" } },
            ],
          },
          { text: "Both." },
        ],
        asks: ["north"],
        tools: { weather },
      },
      north: { script: [{ text: "Seven." }] },
    });
    const { runId } = await app.start("editor", "Weather?");
    await app.finish();
    expect(transcript(await messagesOf(app)).slice(2)).toEqual([
      "tool: text Seven.",
      'tool: json {"city":"Rome","degrees":7}',
      "assistant: Both.",
    ]);
    expect(await state(app, runId)).toMatchObject({ kind: "completed" });
    expect(await left(app)).toEqual({});
  });
});

describe("agents that ask agents", () => {
  test("add up: the totals of each run are the events of the tree below it", async () => {
    const app = await aNestedApp({
      top: { script: [asks(["middle", "a"]), asks(["middle", "b"]), { text: "Top." }], asks: ["middle"] },
      middle: {
        script: [asks(["low", "a"], ["low", "b"]), { text: "M1." }, asks(["low", "c"]), { text: "M2." }],
        asks: ["low"],
      },
      low: { script: [{ text: "L1." }, { text: "L2." }, { text: "L3." }] },
    });
    const { runId } = await app.start("top", "Go.");
    await app.finish();
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect((await totals(app, runId)).calls).toBe(3 + 4 + 3);
    const [first, second] = await nestedIn(app, runId);
    expect((await totals(app, first?.runId ?? "")).calls).toBe(4);
    expect(await totals(app, second?.runId ?? "")).toEqual(await usedBy(app, second?.runId ?? ""));
    const { page } = await app.owner.usage.list(app.ctx, { parentRunId: runId, cursor: null });
    expect(page.map(({ parentRunId, agentName }) => [parentRunId, agentName])).toEqual(
      Array.from({ length: 4 }, () => [runId, "middle"]),
    );
    expect(await left(app)).toEqual({});
  });

  test("in a circle end at the limit: the deepest is told so, and all of them answer", async () => {
    const app = await aNestedApp({
      ping: { script: asking("pong"), asks: ["pong"] },
      pong: { script: asking("ping"), asks: ["ping"] },
    });
    const { runId } = await app.start("ping", "Go.");
    await app.finish();
    expect(await state(app, runId)).toMatchObject({ kind: "completed" });
    let depth = 0;
    let deepest = runId;
    for (
      let [child] = await nestedIn(app, runId);
      child !== undefined;
      [child] = await nestedIn(app, deepest)
    ) {
      deepest = child.runId;
      depth += 1;
    }
    expect(depth).toBe(NESTING_MAX_DEPTH);
    const { threadId } = await app.owner.runs.get(app.ctx, { runId: deepest });
    const said = transcript(await messagesOf({ ...app, threadId }));
    expect(said[2]).toMatch(/^tool: error NESTING_TOO_DEEP: /);
    expect(await app.owner.threads.count(app.ctx)).toBe(1 + NESTING_MAX_DEPTH);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect(await left(app)).toEqual({});
  });

  test("may ask themselves", async () => {
    const app = await aNestedApp({
      solo: {
        script: [asks(["solo", "Part?"]), { text: "The part." }, { text: "The whole." }],
        asks: ["solo"],
      },
    });
    const { runId } = await app.start("solo", "Whole?");
    await app.finish();
    expect(transcript(await messagesOf(app)).slice(2)).toEqual([
      "tool: text The part.",
      "assistant: The whole.",
    ]);
    expect(await nestedIn(app, runId)).toMatchObject([{ agentName: "solo", state: { kind: "completed" } }]);
  });
});

describe("what a nested run comes to", () => {
  const onceAsked = (script: ScriptedTurn[], more: Partial<Cast> = {}) =>
    aNestedApp({
      editor: { script: [asks(["researcher", "Oslo?"]), { text: "Then without." }], asks: ["researcher"] },
      researcher: { script, ...more },
    });

  test("a failure is told to the model, and the run goes on", async () => {
    const app = await onceAsked([{ error: "Overloaded." }], {
      definition: { retry: { maxAttempts: 1, initialBackoffMs: 1, base: 1 } },
    });
    const { runId } = await app.start("editor", "Weather?");
    await app.finish();
    const [, , told, answer] = transcript(await messagesOf(app));
    expect(told).toMatch(/^tool: error MODEL_FAILED: .*Overloaded\.$/);
    expect(answer).toBe("assistant: Then without.");
    const { page } = await app.owner.runs.listToolCalls(app.ctx, { runId, cursor: null });
    expect(page).toMatchObject([{ state: { kind: "failed" } }]);
    expect(await left(app)).toEqual({});
  });

  test("an early stop gives what it had said", async () => {
    const looks = { text: "Looking.", toolCalls: [{ toolName: "weather", input: { city: "Oslo" } }] };
    const app = await onceAsked([looks], { tools: { weather }, definition: { stopWhen: isStepCount(1) } });
    await app.start("editor", "Weather?");
    await app.finish();
    expect(transcript(await messagesOf(app))[2]).toBe("tool: text Looking.");
    expect(await left(app)).toEqual({});
  });

  test("input that does not fit is told to the model, and opens nothing", async () => {
    const app = await aNestedApp({
      editor: {
        script: [
          {
            toolCalls: [
              { toolName: "researcher", input: { question: 1 } },
              { toolName: "researcher", input: { prompt: " " } },
            ],
          },
          { text: "Sorry." },
        ],
        asks: ["researcher"],
      },
      researcher: { script: [] },
    });
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    const said = transcript(await messagesOf(app));
    expect(said[2]).toMatch(/^tool: error .*`prompt` must be a text/);
    expect(said[3]).toMatch(/^tool: error PROMPT_EMPTY: /);
    expect(await state(app, runId)).toMatchObject({ kind: "completed" });
    expect(await app.owner.threads.count(app.ctx)).toBe(1);
    expect(await left(app)).toEqual({});
  });

  test("a very long answer enters as its start, and says so", async () => {
    const app = await onceAsked([{ text: "x".repeat(NESTED_ANSWER_MAX_BYTES + 1) }]);
    await app.start("editor", "Go.");
    await app.finish();
    const [, , answer] = await messagesOf(app);
    const whole = await app.owner.messages.read(app.ctx, { messageId: answer?.messageId ?? "", part: 0 });
    expect(whole).toHaveLength(NESTED_ANSWER_MAX_BYTES);
    expect(whole).toMatch(/\[The answer has 262145 bytes; this is its start\.\]$/);
  });

  test("is RUN_CODE_MOVED when its step is gone, and the run that asked goes on", async () => {
    const app = await onceAsked([{ text: "Never." }], {
      definition: { retry: { maxAttempts: 1, initialBackoffMs: 1, base: 1 } },
    });
    const { runId } = await app.start("editor", "Go.");
    await until(app, async () => (await nestedIn(app, runId)).length === 1);
    delete app.files.researcher?.step;
    await app.finish();
    const [child] = await nestedIn(app, runId);
    expect(child?.state).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(transcript(await messagesOf(app))[2]).toMatch(/^tool: error RUN_CODE_MOVED: /);
    expect(await state(app, runId)).toMatchObject({ kind: "completed" });
    expect(await left(app)).toEqual({});
  });

  test("is RUN_CODE_MOVED when its whole file was moved in the middle, and nothing of it is left", async () => {
    const app: NestedApp = await onceAsked(
      [
        () => {
          app.files.researcher = {};
          return { toolCalls: [{ toolName: "weather", input: { city: "Oslo" } }] };
        },
      ],
      { tools: { weather } },
    );
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    const [child] = await nestedIn(app, runId);
    expect(child?.state).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(await state(app, runId)).toMatchObject({ kind: "completed" });
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect(await left(app)).toEqual({});
  });

  test("is told as moved when it was gone before it was asked", async () => {
    const app = await onceAsked([]);
    const { runId } = await app.start("editor", "Go.");
    app.files.researcher = {};
    await app.finish();
    expect(transcript(await messagesOf(app))[2]).toMatch(/^tool: error RUN_CODE_MOVED: /);
    expect(await state(app, runId)).toMatchObject({ kind: "completed" });
    expect(await left(app)).toEqual({});
  });
});

describe("canceling", () => {
  /** An editor that asks a researcher, which asks an archivist, whose tool does something to the tree. */
  const aTree = async (act: (app: NestedApp, ids: string[]) => Promise<unknown>) => {
    const acts = defineTool({
      description: "Acts.",
      inputSchema: z.object({}),
      execute: async () => {
        await act(app, await chain(app));
        return "done";
      },
    });
    const app: NestedApp = await aNestedApp({
      editor: { script: [asks(["researcher", "a"]), { text: "Went on." }], asks: ["researcher"] },
      researcher: { script: [asks(["archivist", "b"]), { text: "Went on." }], asks: ["archivist"] },
      archivist: {
        script: [{ toolCalls: [{ toolName: "acts", input: {} }] }, { text: "Low." }],
        tools: { acts },
      },
    });
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    return { app, runId };
  };
  const chain = async (app: NestedApp): Promise<string[]> => {
    const { page } = await app.owner.runs.list(app.ctx, { threadId: app.threadId, cursor: null });
    const ids = [page[0]?.runId ?? ""];
    for (
      let [child] = await nestedIn(app, ids[0] ?? "");
      child !== undefined;
      [child] = await nestedIn(app, ids.at(-1) ?? "")
    )
      ids.push(child.runId);
    return ids;
  };
  const states = async (app: NestedApp) =>
    await Promise.all((await chain(app)).map(async (id) => (await state(app, id)).kind));

  test("the run at the top ends all below, frees their threads and wakes who waits", async () => {
    const { app, runId } = await aTree((app, [top = ""]) =>
      app.owner.runs.cancel(app.ctx, { runId: top, reason: "Enough." }),
    );
    expect(await states(app)).toEqual(["canceled", "canceled", "canceled"]);
    for (const { activeRunId } of (await app.owner.threads.list(app.ctx, { cursor: null })).page)
      expect(activeRunId).toBeUndefined();
    expect(app.models.editor?.calls).toHaveLength(1);
    expect(app.models.researcher?.calls).toHaveLength(1);
    expect(app.models.archivist?.calls).toHaveLength(1);
    expect((await messagesOf(app)).map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect((await totals(app, runId)).calls).toBe(3);
    expect(await left(app)).toEqual({});
  });

  test("a run in the middle ends those below; the one above is told and goes on", async () => {
    const { app, runId } = await aTree((app, [, middle = ""]) =>
      app.owner.runs.cancel(app.ctx, { runId: middle, reason: "Enough." }),
    );
    expect(await states(app)).toEqual(["completed", "canceled", "canceled"]);
    expect(transcript(await messagesOf(app)).slice(2)).toEqual([
      "tool: interrupted researcher was stopped before it had answered: Enough.",
      "assistant: Went on.",
    ]);
    const { page } = await app.owner.runs.listToolCalls(app.ctx, { runId, cursor: null });
    expect(page).toMatchObject([{ state: { kind: "interrupted" } }]);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect(await left(app)).toEqual({});
  });

  test("a call of the model that was in flight meanwhile is still counted up to the top", async () => {
    const app: NestedApp = await aNestedApp({
      editor: { script: [asks(["researcher", "a"]), { text: "Never." }], asks: ["researcher"] },
      researcher: { script: [asks(["archivist", "b"]), { text: "Never." }], asks: ["archivist"] },
      archivist: { script: [], definition: { model: () => late, stream: false } },
    });
    const late = {
      ...scriptedModel([{ text: "Too late." }]),
      doGenerate: async (options: ScriptedCallOptions) => {
        await app.owner.runs.cancel(app.ctx, { runId });
        return await scriptedModel([{ text: "Too late." }]).doGenerate({
          ...options,
          abortSignal: undefined,
        });
      },
    };
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    expect(await states(app)).toEqual(["canceled", "canceled", "canceled"]);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect((await usedBy(app, runId)).calls).toBe(3);
    expect(await left(app)).toEqual({});
  });

  test("removing the thread at the top removes the threads below, with every row", async () => {
    const { app } = await aTree((app) => app.owner.threads.remove(app.ctx, { threadId: app.threadId }));
    for (const table of ["threads", "threadHeads", "runs", "messages", "streams", "toolCalls", "sweeps"])
      expect([table, await app.rowsOf("agentMemory", table)]).toEqual([table, 0]);
    expect(await app.owner.threads.count(app.ctx)).toBe(0);
    expect(await left(app)).toEqual({});
  });

  test("removing a thread in the middle tells the run above, which goes on", async () => {
    const { app, runId } = await aTree(async (app, [, middle = ""]) => {
      const { threadId } = await app.owner.runs.get(app.ctx, { runId: middle });
      await app.owner.threads.remove(app.ctx, { threadId });
    });
    expect(await state(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))[2]).toBe(
      "tool: interrupted researcher was stopped before it had answered: Its thread was removed.",
    );
    expect(await app.owner.threads.count(app.ctx)).toBe(1);
    expect(await app.rowsOf("agentMemory", "runs")).toBe(1);
    expect(await left(app)).toEqual({});
  });

  test("the asking run's file was moved: it is ended when its agent answers, and nobody waits for ever", async () => {
    const { app, runId } = await aTree(async (app) => {
      app.files.editor = {};
    });
    expect(await state(app, runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect((await states(app)).slice(1)).toEqual(["completed", "completed"]);
  });
});

describe("a nested run whose action is lost", () => {
  test("goes on alone: no second thread, no second call that was saved", async () => {
    const app = await aNestedApp({
      editor: { script: [asks(["researcher", "Oslo?"]), { text: "It is 7." }], asks: ["researcher"] },
      researcher: {
        script: [{ toolCalls: [{ toolName: "weather", input: { city: "Oslo" } }] }, { text: "Seven." }],
        tools: { weather },
      },
    });
    const { runId } = await app.start("editor", "Weather?");
    await until(app, async () => (await nestedIn(app, runId)).length === 1);
    const [child] = await nestedIn(app, runId);
    const { threadId = "" } = child ?? {};
    const args = { runId: child?.runId, as: { ...OWNER, agentName: "researcher" }, threadId, place: 0 };
    await app.t.action(reference<"action">("researcher:step"), args); // it saved, and its action was lost
    await app.finish();
    expect(app.models.researcher?.calls).toHaveLength(2);
    expect(app.models.editor?.calls).toHaveLength(2);
    expect(transcript(await messagesOf(app)).at(2)).toBe("tool: text Seven.");
    expect(await app.owner.threads.count(app.ctx)).toBe(2);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect(await left(app)).toEqual({});
  });

  test("is not asked a second time when the step that asked is repeated", async () => {
    const app = await aNestedApp({
      editor: { script: [asks(["researcher", "Oslo?"]), { text: "It is 7." }], asks: ["researcher"] },
      researcher: { script: [{ text: "Seven." }] },
    });
    const { runId } = await app.start("editor", "Weather?");
    const workflowId = await app.inComponent("workflow", async ({ db }) =>
      String((await db.query("workflows").first())?._id),
    );
    const args = { runId, as: OWNER, threadId: app.threadId, place: 0, workflowId };
    const outcome = (await app.t.action(reference<"action">("editor:step"), args)) as StepOutcome;
    expect(outcome.calls).toMatchObject([{ toolName: "researcher", nested: true }]);
    const context = { kind: "nest", ...{ as: OWNER, runId, path: "editor" }, ...callOf(outcome) };
    const nest = () =>
      app.t.mutation(reference<"mutation">("editor:settle"), { workflowId: "", result: null, context });
    expect(await nest()).toBe(await nest());
    await app.finish();
    expect(await nestedIn(app, runId)).toHaveLength(1);
    expect(app.models.researcher?.calls).toHaveLength(1);
    expect(transcript(await messagesOf(app)).at(-1)).toBe("assistant: It is 7.");
    expect(await nest()).toBeNull();
  });

  const callOf = ({ calls: [call] }: StepOutcome) => ({ callId: call?.callId, toolName: call?.toolName });
});
