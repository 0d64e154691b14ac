import type { Message } from "convex-agent-memory";
import { describe, expect, test } from "vitest";
import { ledgerAddsUp, sumUsage } from "../../../example/demo/ledger.js";
import { proveCrash } from "../../../example/demo/proof.js";
import type { ThreadTables, ToolCallRow, UsageRow } from "../../../example/demo/tables.js";
import { timelineOf } from "../../../example/demo/timeline.js";

function message(step: number, role: Message["role"], part: Message["parts"][number]): Message {
  const state = { kind: "complete" as const };
  const place = { threadId: "thread", turn: 0, step };
  return {
    ...place,
    messageId: `m${step}`,
    role,
    parts: [part],
    state,
    tokens: 1,
    createdAt: 0,
    runId: "run",
  };
}

const text = (words: string) => ({ type: "text" as const, text: words });
const call = { callId: "call", toolName: "search" };
const toolCall: ToolCallRow = { ...call, runId: "run", turn: 0, step: 2, state: "done", ms: 20 };
const event = (step: number): UsageRow => ({
  ...{
    eventId: `e${step}`,
    runId: "run",
    step,
    provider: "built-in",
    model: "extractive",
    purpose: "answer",
  },
  ...{ inputTokens: 10, outputTokens: 2, ms: 5 },
});

/** A run of two steps with a tool call between them, as it should be. */
const whole: ThreadTables = {
  runs: [
    {
      ...{ runId: "run", turn: 0, agentName: "researcher", state: "completed", steps: 2 },
      totals: { calls: 2, inputTokens: 20, outputTokens: 4 },
    },
  ],
  messages: [
    message(0, "user", text("What does an otter eat?")),
    message(1, "assistant", { type: "toolCall", ...call, input: "{}" }),
    message(2, "tool", { type: "toolResult", ...call, outputKind: "json", output: "[]" }),
    message(3, "assistant", text("Fish.")),
  ],
  toolCalls: [toolCall],
  usage: [event(0), event(1)],
};

/** The same, while the second step was under way. */
const middle: ThreadTables = {
  ...whole,
  messages: [
    ...whole.messages.slice(0, 3),
    { ...message(3, "assistant", text("")), parts: [], state: { kind: "streaming", streamId: "s1" } },
  ],
  usage: [event(0)],
};

const restarted = { streamId: "s1", state: "aborted", code: "STEP_RESTARTED" };
const finished = { streamId: "s2", state: "finished", code: null };
const prove = (after: ThreadTables, before = middle) =>
  proveCrash({ before, after, streams: [restarted, finished] });
const without = <Row>(rows: Row[], row: number) => rows.filter((_, index) => index !== row);

describe("the proof of a crash", () => {
  test("finds nothing wrong with a run that went on, and counts the call that was made again", () => {
    expect(prove(whole)).toEqual({ duplicateSteps: 0, lostSteps: 0, repeatedCalls: 1 });
  });

  test("counts a step that was paid twice", () => {
    const after = { ...whole, usage: [...whole.usage, { ...event(0), eventId: "again" }] };
    expect(prove(after)).toMatchObject({ duplicateSteps: 1, lostSteps: 0 });
  });

  test("counts a message that was written twice", () => {
    const again = { ...message(3, "assistant", text("Fish.")), messageId: "again" };
    expect(prove({ ...whole, messages: [...whole.messages, again] })).toMatchObject({ duplicateSteps: 1 });
  });

  test("does not take two embeddings of a step for a step that was paid twice", () => {
    const embedding = { ...event(0), purpose: "embedding" as const };
    const usage = [...whole.usage, { ...embedding, eventId: "e2" }, { ...embedding, eventId: "e3" }];
    expect(prove({ ...whole, usage })).toMatchObject({ duplicateSteps: 0, lostSteps: 0 });
  });

  test.for([
    ["a usage event", { ...whole, usage: without(whole.usage, 0) }],
    ["a question", { ...whole, messages: without(whole.messages, 0) }],
    ["a tool's result", { ...whole, messages: without(whole.messages, 2) }],
    ["a tool call", { ...whole, toolCalls: [] }],
    ["the payment of the last step", { ...whole, usage: without(whole.usage, 1) }],
    ["the answer", { ...whole, messages: without(whole.messages, 3) }],
    [
      "what a saved message says",
      { ...whole, messages: whole.messages.with(0, message(0, "user", text("Something else"))) },
    ],
  ] satisfies [string, ThreadTables][])("notices that %s is lost", ([, after]) => {
    expect(prove(after).lostSteps).toBeGreaterThan(0);
  });

  test("notices an answer that was never finished", () => {
    expect(prove(middle).lostSteps).toBeGreaterThan(0);
  });

  test("counts a tool that was cut off and ran again", () => {
    const before = { ...middle, toolCalls: [{ ...toolCall, state: "started" as const }] };
    expect(prove(whole, before)).toEqual({ duplicateSteps: 0, lostSteps: 0, repeatedCalls: 2 });
  });
});

describe("the ledger of a thread", () => {
  const total = { calls: 2, inputTokens: 20, outputTokens: 4 };

  test("adds up when the totals are the sum of the events", () => {
    expect(ledgerAddsUp(whole, total)).toBe(true);
    expect(sumUsage([whole, whole])).toMatchObject({ calls: 4, inputTokens: 40, outputTokens: 8 });
  });

  test("does not add up when the thread or a run says otherwise", () => {
    expect(ledgerAddsUp(whole, { ...total, outputTokens: 5 })).toBe(false);
    expect(
      ledgerAddsUp({ ...whole, usage: [event(0)] }, { calls: 1, inputTokens: 10, outputTokens: 2 }),
    ).toBe(false);
  });
});

describe("the timeline of a run", () => {
  test("has each call of a model and of a tool, in the order of their places", () => {
    expect(timelineOf(whole).map(({ step, what, ms }) => [step, what, ms])).toEqual([
      ["0.1", "model built-in/extractive", 5],
      ["0.2", "tool search", 20],
      ["0.3", "model built-in/extractive", 5],
    ]);
  });
});
