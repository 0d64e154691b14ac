// What a sound soak leaves of one run with a tool, to be spoiled by tests.
import type { Evidence } from "../../soak/audit/evidence.js";
import { promptOf, textOf, usageOf, type Script } from "../../soak/script.js";

export const script: Script = { key: "answer0", steps: [["slow"]], words: 3 };
const place = { threadId: "thread", turn: 0 };
const row = (_id: string) => ({ _id, _creationTime: 0 });
/** When each step was saved, in ms. */
export const SAVED_AT_MS = [1_000, 2_000] as const;

/** A run of two steps, completed, beside nothing else. */
export function soundEvidence(): Evidence {
  const callId = "answer0-0-0";
  const usage = [0, 1].map((step) => usageOf(script, step));
  const sum = (name: "inputTokens" | "outputTokens") => usage[0]![name] + usage[1]![name];
  return {
    streams: [],
    chunks: [],
    leftOver: [],
    mentions: [
      { table: "messages", field: "threadId", id: "thread" },
      { table: "toolCalls", field: "runId", id: "run" },
    ],
    timers: ["sweeps:sweep"],
    removed: ["removed"],
    expected: [{ script, ends: ["completed"] }],
    threads: [{ ...row("thread"), scope: "user:ada" }],
    heads: [{ ...row("head"), threadId: "thread", nextTurn: 1, messages: 4 }],
    counts: [{ ...row("count"), scope: "user:ada", threads: 1 }],
    runs: [
      {
        ...row("run"),
        ...place,
        ...{ agentName: "solo", scope: "user:ada" },
        state: { kind: "completed", endedAt: SAVED_AT_MS[1] },
        steps: 2,
        nextStep: 4,
        totals: { inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens") },
      },
    ],
    messages: [
      {
        ...row("prompt"),
        ...place,
        step: 0,
        role: "user",
        parts: [{ type: "text", text: promptOf(script) }],
      },
      {
        ...row("asks"),
        ...place,
        step: 1,
        role: "assistant",
        runId: "run",
        parts: [
          { type: "text", text: textOf(script, 0) },
          { type: "toolCall", callId },
        ],
      },
      {
        ...row("result"),
        ...place,
        step: 2,
        role: "tool",
        runId: "run",
        parts: [{ type: "toolResult", callId }],
      },
      {
        ...row("answer"),
        ...place,
        step: 3,
        role: "assistant",
        runId: "run",
        parts: [{ type: "text", text: textOf(script, 1) }],
      },
    ],
    toolCalls: [
      {
        ...row("call"),
        runId: "run",
        askedBy: 0,
        step: 2,
        callId,
        toolName: "slow",
        state: { kind: "done" },
      },
    ],
    usage: usage.map((used, step) => ({
      ...row(`usage${step}`),
      ...{ runId: "run", step, threadId: "thread", userId: "ada" },
      ...{ provider: "soak", model: "script-player", ms: 1, ...used },
      commitTs: BigInt(SAVED_AT_MS[step]!) * 1_000_000n,
    })),
    ledger: soundLedger(sum("inputTokens"), sum("outputTokens")),
    now: SAVED_AT_MS[1],
    notes: [{ ...row("note"), operationId: "run:2" }],
    calls: [
      { kind: "model", event: "started", key: "answer0", step: 0, process: "first", at: 900 },
      { kind: "model", event: "completed", key: "answer0", step: 0, process: "first", at: 950 },
      { kind: "tool", event: "started", tool: "slow", operationId: "run:2", at: 1_100 },
      { kind: "tool", event: "completed", tool: "slow", operationId: "run:2", at: 1_150 },
      { kind: "model", event: "started", key: "answer0", step: 1, process: "first", at: 1_900 },
      { kind: "model", event: "completed", key: "answer0", step: 1, process: "first", at: 1_950 },
    ],
  };
}

/** Both calls are folded, and no fold is due. */
function soundLedger(inputTokens: number, outputTokens: number): Evidence["ledger"] {
  const subjects = ["*", "t:", "t:|u:ada", "thread:thread"];
  const none = { cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, costMicros: 0 };
  return {
    usageRollups: subjects.map((subject) => ({
      ...{ ...row(subject), subject, day: 0 },
      ...{ provider: "soak", model: "script-player", purpose: "answer" },
      ...{ ...none, calls: 2, unpricedCalls: 2, estimatedCalls: 0, failedCalls: 0, ms: 2 },
      ...{ inputTokens, outputTokens },
    })),
    usageMarks: [{ ...row("mark"), commitTs: BigInt(SAVED_AT_MS[1]) * 1_000_000n }],
    usageFolds: [{ ...row("fold"), dueAt: 0 }],
    ...{ prices: [], pastPrices: [], budgets: [], slabs: [] },
  };
}
