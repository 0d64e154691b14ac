import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool } from "../../src/ai/index.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { approveAll, askHuman, asksHuman, aWaitingRun, payments, pays, settled } from "./approvals.js";
import { hushed, leftovers, reference, stateOf } from "./durableApp.js";
import { answersOf, givenAgain, givenTo } from "./replays.js";
import { messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const DAY = 24 * 60 * 60 * 1000;

describe("a durable run whose calls need approval", () => {
  test("waits with no compute, runs what is free meanwhile, and goes on when the last call is decided", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(5, 20, 30), { text: "Paid." }], { pay });
    expect(paid).toEqual([5]);
    expect(await stateOf(app, app.runId)).toEqual({ kind: "awaitingApproval" });
    expect(await app.owner.runs.listWaiting(app.ctx, { runId: app.runId })).toMatchObject([
      { callId: "pay-2", toolName: "pay", kind: "approval", input: '{"amount":20}', isCut: false },
      { callId: "pay-3", kind: "approval", input: '{"amount":30}' },
    ]);
    expect(await approveAll(app, app.runId, "pay-2")).toEqual({ state: { kind: "awaitingApproval" } });
    await settled(app);
    expect(paid).toEqual([5]);
    expect(await approveAll(app, app.runId, "pay-3")).toEqual({ state: { kind: "running" } });
    await settled(app);
    expect(paid).toEqual([5, 20, 30]);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))).toEqual([
      "user: Go.",
      'assistant: pay({"amount":5}) pay({"amount":20}) pay({"amount":30})',
      'tool: json {"paid":5}',
      'tool: json {"paid":20}',
      'tool: json {"paid":30}',
      "assistant: Paid.",
    ]);
    await app.finish();
    expect(await leftovers(app)).toEqual({});
  });

  test("tells the model why a call was denied, and runs an input that was edited, which the history then has", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(20, 30), { text: "Noted." }], { pay });
    const { runId, owner, ctx } = app;
    await owner.runs.decide(ctx, {
      runId,
      decisions: [
        { callId: "pay-1", kind: "approve", input: { amount: 12 } },
        { callId: "pay-2", kind: "deny", reason: "Too much." },
      ],
    });
    await settled(app);
    expect(paid).toEqual([12]);
    expect(transcript(await messagesOf(app)).slice(1)).toEqual([
      'assistant: pay({"amount":12}) pay({"amount":30})',
      'tool: json {"paid":12}',
      "tool: denied Too much.",
      "assistant: Noted.",
    ]);
    const { page } = await owner.runs.listToolCalls(ctx, { runId, cursor: null });
    expect(page).toMatchObject([
      { state: { kind: "done" }, decision: { kind: "approved", by: "olga", askedInput: '{"amount":20}' } },
      {
        state: { kind: "denied", reason: "Too much." },
        decision: { kind: "denied", by: "olga", reason: "Too much." },
      },
    ]);
    const [, second] = app.model.calls;
    expect(JSON.stringify(second?.prompt)).toContain('"execution-denied","reason":"Too much."');
    expect(JSON.stringify(second?.prompt)).toContain('"input":{"amount":12}');
    for (const [index, messageId] of (await answersOf(ctx, owner, app.threadId)).entries()) {
      const replayed = await owner.contexts.replay(ctx, { messageId });
      if (replayed.kind !== "same") throw new TypeError(`Replay said ${replayed.kind}.`);
      expect(await givenAgain(replayed.text)).toBe(givenTo(app.model.calls[index]!));
    }
  });

  test("gives an edited input that does not fit to the model as the tool's error", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(20), { text: "Oh." }], { pay });
    await app.owner.runs.approve(app.ctx, { runId: app.runId, callId: "pay-1", input: { amount: "many" } });
    await settled(app);
    expect(paid).toEqual([]);
    expect(transcript(await messagesOf(app))[2]).toContain("does not fit the schema");
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
  });

  test("denies what nobody decided in its time, and tells the model; deciding then comes too late", async () => {
    const { pay, paid } = payments({ approvalTimeoutMs: 2 * DAY });
    const app = await aWaitingRun([pays(20, 30), { text: "Nobody came." }], { pay });
    await approveAll(app, app.runId, "pay-1");
    await app.finish();
    expect(paid).toEqual([20]);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))).toContain("tool: denied Nobody decided in time.");
    expect(await codeOf(approveAll(app, app.runId, "pay-2"))).toBe("APPROVAL_EXPIRED");
    const { page } = await app.owner.runs.listToolCalls(app.ctx, { runId: app.runId, cursor: null });
    expect(page[1]?.decision).toEqual({
      ...{ kind: "expired", reason: "Nobody decided in time." },
      at: expect.any(Number) as number,
    });
    expect(await leftovers(app)).toEqual({});
  });

  test("asks nobody where the function throws, denies or the input does not fit; nothing of it runs", async () => {
    const ran: string[] = [];
    const guarded = defineTool({
      description: "Guarded.",
      inputSchema: z.object({ how: z.string() }),
      needsApproval: (_ctx, { how }) => {
        if (how === "throw") throw new TypeError("The policy is down.");
        return how === "deny" ? { type: "denied", reason: "Never." } : "approved";
      },
      execute: (_ctx, { how }) => ran.push(how),
    });
    const calls = ["throw", "deny", "run", 7].map((how) => ({ toolName: "guarded", input: { how } }));
    const app = await aWaitingRun([{ toolCalls: calls }, { text: "Done." }], { guarded });
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
    expect(ran).toEqual(["run"]);
    const results = transcript(await messagesOf(app)).slice(2, 6);
    expect(results[0]).toBe("tool: error The policy is down.");
    expect(results[1]).toBe("tool: denied Never.");
    expect(results[2]).toBe("tool: json 1");
    expect(results[3]).toContain("does not fit the schema");
  });

  test("ends, and cleans up, when it is canceled while it waits; deciding then is refused", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(20), { text: "Never." }], { pay });
    const { runId, owner, ctx } = app;
    await owner.runs.cancel(ctx, { runId, reason: "Enough." });
    expect(await codeOf(approveAll(app, runId, "pay-1"))).toBe("RUN_ENDED");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "canceled", reason: "Enough." });
    expect(paid).toEqual([]);
    expect(transcript(await messagesOf(app))[2]).toContain("tool: interrupted");
    expect(await leftovers(app)).toEqual({});
  });

  test("leaves nothing behind when its thread is removed while it waits", async () => {
    const { pay } = payments();
    const app = await aWaitingRun([pays(20), { text: "Never." }], { pay });
    await app.owner.threads.remove(app.ctx, { threadId: app.threadId });
    await app.finish();
    expect(await leftovers(app)).toEqual({});
    expect(app.model.calls).toHaveLength(1);
  });

  test("fails with RUN_CODE_MOVED when its file was moved while it waited, and the decision says so", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(20, 30), { text: "Never." }], { pay });
    delete app.researcher["settle"];
    await approveAll(app, app.runId, "pay-1");
    const { state } = await approveAll(app, app.runId, "pay-2");
    expect(state).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(await stateOf(app, app.runId)).toEqual(state);
    expect(paid).toEqual([]);
    expect(await codeOf(app.owner.runs.cancel(app.ctx, { runId: app.runId }))).toBe("ok");
  });

  test("tells the model of a tool that a deploy took away while it was waited for", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(20), { text: "Gone." }], { pay });
    const model = () => app.model;
    const deployed = defineAgent(app.memory, { name: "researcher", instructions: "Answer.", model });
    Object.assign(app.researcher, deployed.durable(app.workflow));
    await approveAll(app, app.runId, "pay-1");
    await settled(app);
    expect(paid).toEqual([]);
    expect(transcript(await messagesOf(app))[2]).toContain("TOOL_NOT_FOUND");
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
  });

  test("is told alike by a step whose action was lost after it had saved: what is held, what comes later", async () => {
    const { pay } = payments();
    const asked = { toolCalls: [...pays(5, 20).toolCalls, ...asksHuman("Sure?").toolCalls] };
    const app = await aWaitingRun([asked, { text: "Never." }], { pay, askHuman });
    const { t, runId, threadId } = app;
    const again: unknown = await t.action(reference<"action">("researcher:step"), {
      ...{ runId, threadId, as: OWNER, place: 0 },
    });
    expect(again).toEqual({
      calls: [
        { callId: "pay-1", toolName: "pay" },
        { callId: "pay-2", toolName: "pay", held: true },
      ],
      later: true,
    });
    expect(app.model.calls).toHaveLength(1);
  });

  test("takes the newest of calls that a model numbers anew in each step", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(20), pays(30), { text: "Both." }], { pay });
    await approveAll(app, app.runId, "pay-1");
    await settled(app);
    expect(await stateOf(app, app.runId)).toEqual({ kind: "awaitingApproval" });
    await approveAll(app, app.runId, "pay-1");
    await settled(app);
    expect(paid).toEqual([20, 30]);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
  });
});
