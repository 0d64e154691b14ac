import { makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
import { AgentMemory, memoryError, type ComponentApi, type ToolCall } from "../../src/client/index.js";
import { componentsGeneric } from "convex/server";
import { aMemory, call, codeOf, OWNER, STRANGER, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

const mutation = (name: string) => makeFunctionReference<"mutation">(`chat:${name}`);
const query = (name: string) => makeFunctionReference<"query">(`chat:${name}`);

/** An app that lets one user at a time in, and its run: one call waits for a decision, one for a result. */
async function anApp() {
  const asked: string[] = [];
  const door = { isOpen: true, user: OWNER };
  const exposed = new AgentMemory(componentsGeneric()["agentMemory"] as unknown as ComponentApi).exposeApi({
    authorize: async (_ctx, operation) => {
      asked.push(operation);
      if (!door.isOpen) throw memoryError("UNAUTHENTICATED", "Sign in.");
      return door.user;
    },
  });
  const { memory, ctx, t } = aMemory({ "./chat.ts": async () => ({ ...exposed }) });
  const owner = memory.as(OWNER);
  const { threadId } = await owner.threads.create(ctx, {});
  const begin = { threadId, agentName: "a", engine: "action" as const, prompt: [text("Go.")] };
  const { runId } = await owner.turns.begin(ctx, begin);
  const message = { parts: [call("held"), call("other"), call("late"), call("never")] };
  const timeoutMs = 60_000;
  const waits = [
    { callId: "held", runs: true, approvalTimeoutMs: timeoutMs },
    { callId: "other", runs: true, approvalTimeoutMs: timeoutMs },
    { callId: "late", runs: false, answerTimeoutMs: timeoutMs },
    { callId: "never", runs: false, answerTimeoutMs: timeoutMs },
  ];
  const step = { runId, step: 0, message, results: [], usage: used, finish: false, waits };
  await owner.turns.saveStep(ctx, step);
  const calls = async (): Promise<ToolCall[]> =>
    (await owner.runs.listToolCalls(ctx, { runId, cursor: null })).page;
  return { asked, door, t, runId, threadId, calls };
}

describe("the functions that an app exposes", () => {
  test("decide, answer and list what waits, each after asking who it is", async () => {
    const { asked, t, runId, threadId, calls } = await anApp();
    expect(await t.query(query("listWaiting"), { runId })).toHaveLength(4);
    expect(await t.query(query("getRun"), { threadId })).toMatchObject({
      ...{ state: { kind: "awaitingApproval" }, waiting: { approvals: 2, results: 2 } },
    });
    const edited = { runId, callId: "held", approved: true, input: { query: "cats" } };
    await t.mutation(mutation("decideApproval"), edited);
    const denied = { runId, callId: "other", approved: false, reason: "No." };
    expect(await t.mutation(mutation("decideApproval"), denied)).toEqual({
      state: { kind: "awaitingResult" },
    });
    await t.mutation(mutation("answerTool"), { runId, callId: "late", output: { a: 1 } });
    const answered: unknown = await t.mutation(mutation("answerTool"), {
      ...{ runId, callId: "never", error: "Away." },
    });
    expect(answered).toEqual({ state: { kind: "running" } });
    expect(await calls()).toMatchObject([
      { state: { kind: "pending" }, decision: { kind: "approved", by: "olga", askedInput: "{}" } },
      { state: { kind: "denied", reason: "No." } },
      { state: { kind: "done" }, answeredBy: "olga" },
      { state: { kind: "failed" }, answeredBy: "olga" },
    ]);
    expect(new Set(asked)).toEqual(new Set(["listWaiting", "getRun", "decideApproval", "answerTool"]));
  });

  test("are shut to strangers, and to whom authorize lets not in", async () => {
    const { door, t, runId, calls } = await anApp();
    const all = () =>
      Promise.all([
        codeOf(t.query(query("listWaiting"), { runId })),
        codeOf(t.mutation(mutation("decideApproval"), { runId, callId: "held", approved: true })),
        codeOf(t.mutation(mutation("answerTool"), { runId, callId: "late", output: 1 })),
      ]);
    door.user = STRANGER;
    expect(await all()).toEqual(["RUN_NOT_FOUND", "RUN_NOT_FOUND", "RUN_NOT_FOUND"]);
    door.isOpen = false;
    expect(await all()).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED"]);
    const states = (await calls()).map(({ state }) => state.kind);
    expect(states).toEqual(["awaitingApproval", "awaitingApproval", "awaitingResult", "awaitingResult"]);
  });
});
