// A run in order, out of what is kept of it.
import { describe, expect, test } from "vitest";
import type { Message, Part, Run, ToolCall, UsageEvent } from "../../src/client/index.js";
import { timelineOf, type Entry, type RunParts } from "../../example/web/src/pages/runs/timeline/timeline.js";

const START = 1_000_000;
const run: Run = {
  ...{ runId: "run", threadId: "thread", turn: 3, agentName: "helper", engine: "durable", steps: 0 },
  state: { kind: "running" },
  totals: { calls: 0, inputTokens: 0, outputTokens: 0 },
  startedAt: START,
};
const message = (role: Message["role"], step: number, more: Partial<Message> = {}): Message => ({
  ...{ messageId: `m${step}`, threadId: "thread", turn: 3, step, role, parts: [], tokens: 1 },
  state: { kind: "complete" },
  createdAt: START + step * 100,
  ...(role === "user" ? {} : { runId: "run" }),
  ...more,
});
const asks = (...callIds: string[]): Part[] =>
  callIds.map((callId) => ({ type: "toolCall", callId, toolName: "search", input: "{}" }));
const gives = (callId: string): Part[] => [
  { type: "toolResult", callId, toolName: "search", outputKind: "json", output: "[]" },
];
const event = (step: number, at: number, more: Partial<UsageEvent> = {}): UsageEvent => ({
  ...{ eventId: `e${at}`, userId: "ada", provider: "p", model: "m", purpose: "answer", step, at: START + at },
  ...{ ms: 100, inputTokens: 1, outputTokens: 1 },
  ...more,
});
const call = (callId: string, step: number, more: Partial<ToolCall> = {}): ToolCall => ({
  ...{ callId, toolName: "search", turn: 3, step },
  state: { kind: "done", endedAt: START + step * 1_000 },
  ...more,
});
const timeline = (parts: Partial<RunParts>) =>
  timelineOf({ run, messages: [], toolCalls: [], events: [], nested: [], ...parts });
const kindsOf = (entries: readonly Entry[]) =>
  entries.map((entry) => (entry.kind === "wait" ? `wait ${entry.for}` : entry.kind));
const ended = (at: number): Run => ({ ...run, state: { kind: "completed", endedAt: START + at } });

describe("a run's timeline", () => {
  test("has its steps in order, each with its tools, their results and what the call took", () => {
    const { prompt, entries, span } = timeline({
      run: ended(9_000),
      messages: [
        message("assistant", 3),
        message("tool", 2, { parts: gives("c1") }),
        message("user", 0),
        message("assistant", 1, { parts: asks("c1") }),
        message("assistant", 0, { turn: 2 }),
      ],
      toolCalls: [call("c1", 2, { ms: 300 })],
      events: [event(0, 500), event(1, 3_000)],
    });
    expect(prompt?.messageId).toBe("m0");
    expect(span).toEqual({ from: START, to: START + 9_000 });
    expect(kindsOf(entries)).toEqual(["step", "step"]);
    const [first, second] = entries;
    expect(first).toMatchObject({ number: 1, state: "done", span: { from: START + 400, to: START + 500 } });
    expect(first).toMatchObject({
      tools: [
        { toolName: "search", result: { messageId: "m2" }, span: { from: START + 1_700, to: START + 2_000 } },
      ],
    });
    expect(second).toMatchObject({ number: 2, tools: [], call: { at: START + 3_000 } });
  });

  test("tells calls apart that a model numbers anew in each step", () => {
    const { entries } = timeline({
      messages: [
        message("assistant", 1, { parts: asks("c") }),
        message("assistant", 3, { parts: asks("c") }),
      ],
      toolCalls: [call("c", 4, { ms: 1 }), call("c", 2, { ms: 2 })],
      events: [event(0, 1), event(1, 2)],
    });
    const tools = entries.flatMap((entry) => (entry.kind === "step" ? entry.tools : []));
    expect(tools.map((tool) => tool.call?.step)).toEqual([2, 4]);
  });

  test("tells what was waited for, and that it goes on", () => {
    const messages = [message("assistant", 1, { parts: asks("c1") })];
    const decided = call("c1", 2, { decision: { kind: "approved", at: START + 8_000 } });
    const waits = (toolCalls: ToolCall[]) =>
      timeline({ messages, toolCalls, events: [event(0, 3_000)] }).entries;
    expect(waits([decided])).toContainEqual({
      ...{ kind: "wait", for: "approval" },
      span: { from: START + 3_000, to: START + 8_000 },
    });
    const open = waits([call("c1", 2, { state: { kind: "awaitingApproval" } })]);
    expect(open).toContainEqual({ kind: "wait", for: "approval", span: { from: START + 3_000 } });
    expect(kindsOf(open)).toEqual(["wait begin", "step", "wait approval"]);
    const answered = call("c1", 2, { answeredBy: "ada", state: { kind: "done", endedAt: START + 5_000 } });
    expect(kindsOf(waits([answered]))).toContain("wait answer");
  });

  test("has what was said meanwhile where it was said, once", () => {
    const { entries } = timeline({
      messages: [
        message("user", 0),
        message("assistant", 1),
        message("user", 2),
        message("user", 3),
        message("assistant", 4),
        message("user", 5),
      ],
      events: [event(0, 1), event(1, 2)],
      run: ended(6_000),
    });
    expect(kindsOf(entries)).toEqual(["step", "steering", "steering", "step", "steering"]);
  });

  test("does not repeat what was said after a step that somebody was waited for", () => {
    const { entries } = timeline({
      messages: [
        message("user", 0),
        message("assistant", 1),
        message("user", 2),
        message("assistant", 3, { parts: asks("c1") }),
        message("tool", 4, { parts: gives("c1") }),
        message("assistant", 5),
      ],
      toolCalls: [call("c1", 4, { decision: { kind: "approved", at: START + 3_000 } })],
      events: [event(0, 100), event(1, 2_000), event(2, 5_000)],
      run: ended(6_000),
    });
    expect(kindsOf(entries)).toEqual(["step", "steering", "step", "wait approval", "step"]);
  });

  test("does not repeat what was said before a last step that gave nothing", () => {
    const { entries } = timeline({
      messages: [message("user", 0), message("assistant", 1), message("user", 2)],
      events: [event(0, 100), event(1, 400, { isFailed: true })],
      run: ended(500),
    });
    expect(kindsOf(entries)).toEqual(["step", "steering", "step"]);
  });

  test("says that the model is asked while nothing of its answer is there", () => {
    expect(kindsOf(timeline({}).entries)).toEqual(["asking"]);
    const streaming = message("assistant", 1, { state: { kind: "streaming", streamId: "s" } });
    const { entries } = timeline({ messages: [streaming] });
    expect(kindsOf(entries)).toEqual(["step"]);
    expect(entries[0]).toMatchObject({ state: "running" });
    expect(kindsOf(timeline({ run: { ...run, waitsUntil: START + 9 } }).entries)).toEqual([]);
    const tool = [message("assistant", 1, { parts: asks("c1") })];
    const started = [call("c1", 2, { state: { kind: "started", startedAt: START } })];
    expect(kindsOf(timeline({ messages: tool, toolCalls: started, events: [event(0, 1)] }).entries)).toEqual([
      "step",
    ]);
  });

  test("keeps requests that failed beside the one that answered, and a step that gave nothing", () => {
    const failed = event(0, 100, { isFailed: true });
    const { entries } = timeline({
      run: ended(500),
      messages: [message("assistant", 1)],
      events: [failed, event(0, 300), event(1, 400, { isFailed: true })],
    });
    expect(entries[0]).toMatchObject({ state: "done", others: [failed], call: { at: START + 300 } });
    expect(entries[1]).toMatchObject({ state: "failed", number: 2 });
  });

  test("hangs a nested run below the call that it answers, and lists the others", () => {
    const nested = [
      { ...run, runId: "child" },
      { ...run, runId: "other" },
    ];
    const { entries, otherRuns } = timeline({
      messages: [message("assistant", 1, { parts: asks("c1") })],
      toolCalls: [call("c1", 2, { childRunId: "child" })],
      events: [event(0, 1)],
      nested,
    });
    expect(entries[0]).toMatchObject({ tools: [{ nested: { runId: "child" } }] });
    expect(otherRuns.map(({ runId }) => runId)).toEqual(["other"]);
  });
});
