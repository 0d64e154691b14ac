import { getFunctionName, type FunctionReference } from "convex/server";
import { expect, test } from "vitest";
import { runActions } from "../../src/react/runActions.js";
import type { MemoryClient } from "../../src/react/watchingStore.js";
import type { WaitingCall } from "../../src/validators/run.js";
import { shown } from "./shownApi.js";

const waits = (callId: string, step: number): WaitingCall => ({
  ...{ callId, step, toolName: "pay", kind: "approval", input: "{}", isCut: false },
  ...{ messageId: "m", part: 0, expiresAt: 1 },
});

/** What is sent to the server for what a person does. */
function aRun(read: { run: { runId: string } | null; waiting: WaitingCall[] }) {
  const sent: [string, Record<string, unknown>][] = [];
  const mutation = async (reference: FunctionReference<"mutation">, args: Record<string, unknown>) => {
    sent.push([getFunctionName(reference), args]);
    return { state: { kind: "running" } };
  };
  return { sent, ...runActions({ mutation } as unknown as MemoryClient, shown, () => read) };
}

test("a decision names the place of its call as it was listed, so that no later call of that id is meant", async () => {
  const { sent, approve, deny } = aRun({ run: { runId: "run" }, waiting: [waits("a", 2), waits("b", 3)] });
  await approve("b");
  await approve(waits("b", 9), { input: false });
  await deny("a", { reason: "No." });
  await deny("unlisted");
  expect(sent.map(([, args]) => args)).toEqual([
    { runId: "run", callId: "b", step: 3, approved: true },
    { runId: "run", callId: "b", step: 9, approved: true, input: false },
    { runId: "run", callId: "a", step: 2, approved: false, reason: "No." },
    { runId: "run", callId: "unlisted", approved: false },
  ]);
});

test("what steers a run has an operationId of its own, or the one that it is given", async () => {
  const { sent, steer } = aRun({ run: { runId: "run" }, waiting: [] });
  await steer("Shorter.");
  await steer("Shorter.");
  await steer("Shorter.", { operationId: "mine" });
  const ids = sent.map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(3);
  expect(ids[2]).toBe("mine");
});

test("without a run nothing is sent, and it is said why", async () => {
  const { sent, ...actions } = aRun({ run: null, waiting: [] });
  for (const done of [
    actions.cancel(),
    actions.steer("x"),
    actions.approve("a"),
    actions.answer("a", { output: 1 }),
  ])
    await expect(done).rejects.toMatchObject({ data: { code: "RUN_NOT_FOUND" } });
  expect(sent).toEqual([]);
});
