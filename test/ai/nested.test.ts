import { isStepCount } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NESTING_MAX_DEPTH } from "../../src/shared/runLimits.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { hushed, leftovers, reference, stateOf } from "./durableApp.js";
import { asks, aNestedApp, nestedIn, totals, until, usedBy, type NestedApp } from "./nestedApp.js";
import { messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

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
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
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
    expect(await leftovers(app)).toEqual({});
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
    expect(await leftovers(app)).toEqual({});
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
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await leftovers(app)).toEqual({});
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
    expect(await leftovers(app)).toEqual({});
  });

  test("in a circle end at the limit: the deepest is told so, and all of them answer", async () => {
    const app = await aNestedApp({
      ping: { script: asking("pong"), asks: ["pong"] },
      pong: { script: asking("ping"), asks: ["ping"] },
    });
    const { runId } = await app.start("ping", "Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
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
    expect(await leftovers(app)).toEqual({});
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

describe("a run that stops behind the agents that it asked", () => {
  test("waits for their answers and counts what they used", async () => {
    const app = await aNestedApp({
      editor: {
        script: [asks(["researcher", "Oslo?"])],
        asks: ["researcher"],
        definition: { stopWhen: isStepCount(1) },
      },
      researcher: { script: [{ text: "Seven." }] },
    });
    const { runId } = await app.start("editor", "Weather?");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app)).slice(2)).toEqual(["tool: text Seven."]);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect((await totals(app, runId)).calls).toBe(2);
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a run inside the app's own workflow", () => {
  const brief = reference<"mutation">("brief:brief");
  const cast = {
    editor: { script: [asks(["researcher", "Oslo?"]), { text: "It is 7." }], asks: ["researcher"] },
    researcher: { script: [{ text: "Seven." }] },
  };
  const begin = (app: NestedApp) =>
    app.t.mutation(async (ctx) => {
      const args = { name: "editor", threadId: app.threadId, prompt: "Weather?" };
      return await app.workflow.start(ctx, brief, args);
    });
  const latest = ({ owner, ctx, threadId }: NestedApp) => owner.runs.latest(ctx, { threadId });

  test("asks other agents alike", async () => {
    const app = await aNestedApp(cast);
    const workflowId = await begin(app);
    await app.finish();
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "completed",
      result: "It is 7.",
    });
    const run = await latest(app);
    expect(run?.totals).toEqual(await usedBy(app, run?.runId ?? ""));
    await app.t.mutation((ctx) => app.workflow.cleanup(ctx, workflowId));
    await app.finish();
    expect(await leftovers(app)).toEqual({});
  });

  test("is ended when its agent answers and the workflow is gone", async () => {
    const app = await aNestedApp(cast);
    const workflowId = await begin(app);
    await until(app, async () => {
      const run = await latest(app);
      return run !== null && (await nestedIn(app, run.runId)).length === 1;
    });
    await app.t.mutation((ctx) => app.workflow.cancel(ctx, workflowId));
    await app.finish();
    const run = await latest(app);
    expect(run?.state).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(await nestedIn(app, run?.runId ?? "")).toMatchObject([{ state: { kind: "completed" } }]);
  });
});
