import { expect, test } from "vitest";
import type { Message, Run } from "../../src/client/index.js";
import { createView, EMPTY_THREAD, reduceThread, type ThreadState } from "../../src/react/threadState.js";

const row = {
  threadId: "thread",
  tokens: 1,
  state: { kind: "complete" as const },
  createdAt: 0,
  runId: "run",
};
const said = (turn: number, callId: string): Message => ({
  ...{ ...row, messageId: `${turn}`, turn, step: 1, role: "assistant" },
  parts: [{ type: "toolCall", callId, toolName: "pay", input: "{}" }],
});
const run = (waiting?: Run["waiting"]): Run => ({
  ...{ runId: "run", threadId: "thread", turn: 1, agentName: "a", engine: "durable", steps: 1, startedAt: 0 },
  totals: { calls: 1, inputTokens: 1, outputTokens: 1 },
  state: waiting === undefined ? { kind: "running" } : { kind: "awaitingApproval" },
  ...(waiting === undefined ? {} : { waiting }),
});
const waits = (kind: "approval" | "approved") => ({
  ...{ approvals: 1, results: 0 },
  calls: [{ callId: "same", toolName: "pay", kind }],
});
const withRun = (state: ThreadState, given: Run) => reduceThread(state, { kind: "run", run: given });

test("a call that waits is shown as such and anew with each decision; other turns stay the same objects", () => {
  const view = createView();
  // A model may have numbered its calls alike in the turn before.
  const page = [said(0, "same"), said(1, "same")];
  const start = reduceThread(EMPTY_THREAD, { kind: "recentPage", page, cursor: null });
  const asked = view(withRun(start, run(waits("approval"))));
  expect(asked.map(({ parts }) => parts[0])).toMatchObject([
    { state: "input-available" },
    { state: "approval-requested", approval: { id: "same" } },
  ]);
  const decided = view(withRun(start, run(waits("approved"))));
  expect(decided[1]?.parts[0]).toMatchObject({ state: "approval-responded", approval: { approved: true } });
  expect(decided[0]).toBe(asked[0]);
  expect(view(withRun(start, run()))[1]?.parts[0]).toMatchObject({ state: "input-available" });
});

test("a provider's question that was answered in a later turn is shown so, and the answer is no bubble", () => {
  const view = createView();
  const asking: Message = {
    ...said(0, "same"),
    parts: [
      { type: "toolCall", callId: "same", toolName: "pay", input: "{}", providerExecuted: true },
      { type: "approvalRequest", approvalId: "ask-1", callId: "same" },
    ],
  };
  const answer: Message = {
    ...{ ...row, messageId: "answer", turn: 1, step: 0, role: "user" },
    parts: [{ type: "approvalResponse", approvalId: "ask-1", approved: true, providerExecuted: true }],
  };
  const other: Message = { ...said(1, "other"), step: 1 };
  const start = reduceThread(EMPTY_THREAD, { kind: "recentPage", page: [asking], cursor: null });
  expect(view(start)[0]?.parts).toMatchObject([{ state: "approval-requested", approval: { id: "ask-1" } }]);
  const answered = reduceThread(start, { kind: "recentPage", page: [asking, answer, other], cursor: null });
  const shown = view(answered);
  expect(shown.map(({ id }) => id)).toEqual(["0", "1"]);
  expect(shown[0]?.parts).toMatchObject([{ state: "approval-responded", approval: { approved: true } }]);
  expect(view(answered)[0]).toBe(shown[0]);
});
