import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hushed, leftovers, stateOf, type DurableApp } from "./durableApp.js";
import { asks, aNestedApp, nestedIn, usedBy, type NestedApp } from "./nestedApp.js";
import { messagesOf, transcript } from "./support.js";

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
