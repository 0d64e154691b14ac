import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool, type AgentTool } from "../../src/ai/index.js";
import { codeOf } from "../support/aMemory.js";
import { askHuman, asksHuman, payments, pays, settled } from "./approvals.js";
import { aDurableApp, hushed, leftovers, stateOf, type DurableApp } from "./durableApp.js";
import { answersOf, givenAgain, givenTo } from "./replays.js";
import { messagesOf, transcript } from "./support.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const DAY = 24 * 60 * 60 * 1000;

/** A durable run that has come as far as it comes without anybody. */
async function aWaitingRun(script: ScriptedTurn[], tools: Record<string, AgentTool>) {
  const app = await aDurableApp(script, { tools });
  const { runId } = await app.start("Go.");
  await settled(app);
  return { ...app, runId };
}
const decide = ({ owner, ctx }: DurableApp, runId: string, ...ids: string[]) =>
  owner.runs.decide(ctx, {
    runId,
    decisions: ids.map((callId) => ({ callId, kind: "approve" as const })),
  });

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
    expect(await decide(app, app.runId, "pay-2")).toEqual({ state: { kind: "awaitingApproval" } });
    await settled(app);
    expect(paid).toEqual([5]);
    expect(await decide(app, app.runId, "pay-3")).toEqual({ state: { kind: "running" } });
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
    await decide(app, app.runId, "pay-1");
    await app.finish();
    expect(paid).toEqual([20]);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))).toContain("tool: denied Nobody decided in time.");
    expect(await codeOf(decide(app, app.runId, "pay-2"))).toBe("APPROVAL_EXPIRED");
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
    expect(await codeOf(decide(app, runId, "pay-1"))).toBe("RUN_ENDED");
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
    await decide(app, app.runId, "pay-1");
    const { state } = await decide(app, app.runId, "pay-2");
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
    await decide(app, app.runId, "pay-1");
    await settled(app);
    expect(paid).toEqual([]);
    expect(transcript(await messagesOf(app))[2]).toContain("TOOL_NOT_FOUND");
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
  });

  test("takes the newest of calls that a model numbers anew in each step", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(20), pays(30), { text: "Both." }], { pay });
    await decide(app, app.runId, "pay-1");
    await settled(app);
    expect(await stateOf(app, app.runId)).toEqual({ kind: "awaitingApproval" });
    await decide(app, app.runId, "pay-1");
    await settled(app);
    expect(paid).toEqual([20, 30]);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
  });
});

describe("a durable run whose tools answer later", () => {
  test("waits for the answer of a person, in its own words", async () => {
    const app = await aWaitingRun([asksHuman("Which colour?"), { text: "Blue it is." }], { askHuman });
    const { runId, owner, ctx } = app;
    expect(await stateOf(app, runId)).toEqual({ kind: "awaitingResult" });
    expect(await owner.runs.listWaiting(ctx, { runId })).toMatchObject([
      { callId: "ask-1", kind: "result", input: '{"question":"Which colour?"}' },
    ]);
    expect(await owner.runs.answer(ctx, { runId, callId: "ask-1", output: "Blue" })).toEqual({
      state: { kind: "running" },
    });
    await settled(app);
    expect(transcript(await messagesOf(app)).slice(2)).toEqual(["tool: text Blue", "assistant: Blue it is."]);
    const { page } = await owner.runs.listToolCalls(ctx, { runId, cursor: null });
    expect(page).toMatchObject([{ state: { kind: "done" }, answeredBy: "olga" }]);
    await app.finish();
    expect(await leftovers(app)).toEqual({});
  });

  test("asks first where the tool says how, is held for approval before, and takes an answer that comes early", async () => {
    const asked: string[] = [];
    const sign = defineTool({
      description: "Has a document signed.",
      inputSchema: z.object({ title: z.string() }),
      needsApproval: true,
      answersLater: true,
      execute: async (ctx, { title }) => {
        asked.push(`${title} ${ctx.callId}`);
        if (title === "fast") await ctx.memory.runs.answer(ctx, { ...ctx, output: "signed at once" });
        if (title === "broken") throw new TypeError("The post is closed.");
      },
    });
    const calls = ["slow", "fast", "broken"].map((title) => ({
      ...{ callId: title, toolName: "sign", input: { title } },
    }));
    const app = await aWaitingRun([{ toolCalls: calls }, { text: "Signed." }], { sign });
    const { runId, owner, ctx } = app;
    expect(asked).toEqual([]);
    expect(await codeOf(owner.runs.answer(ctx, { runId, callId: "slow", output: "x" }))).toBe(
      "TOOL_CALL_NOT_WAITING",
    );
    await decide(app, runId, "slow", "fast", "broken");
    await settled(app);
    expect(asked).toEqual(["slow slow", "fast fast", "broken broken"]);
    expect(await stateOf(app, runId)).toEqual({ kind: "awaitingResult" });
    await owner.runs.answer(ctx, { runId, callId: "slow", output: { signed: true } });
    await settled(app);
    expect(transcript(await messagesOf(app)).slice(2)).toEqual([
      'tool: json {"signed":true}',
      "tool: text signed at once",
      "tool: error The post is closed.",
      "assistant: Signed.",
    ]);
  });

  test("tells the model that no result came in time", async () => {
    const app = await aWaitingRun([asksHuman("Anyone?"), { text: "Nobody." }], { askHuman });
    await app.finish();
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))[2]).toBe("tool: interrupted No result came in time.");
    const late = app.owner.runs.answer(app.ctx, { runId: app.runId, callId: "ask-1", output: "Me!" });
    expect(await codeOf(late)).toBe("ANSWER_EXPIRED");
    expect(await leftovers(app)).toEqual({});
  });

  test("is woken to end when it is canceled while it waits for an answer", async () => {
    const app = await aWaitingRun([asksHuman("Anyone?"), { text: "Never." }], { askHuman });
    await app.owner.runs.cancel(app.ctx, { runId: app.runId });
    const late = app.owner.runs.answer(app.ctx, { runId: app.runId, callId: "ask-1", output: "Me!" });
    expect(await codeOf(late)).toBe("RUN_ENDED");
    await app.finish();
    expect(await leftovers(app)).toEqual({});
    expect(app.model.calls).toHaveLength(1);
  });

  test("goes on at once when every call that would be answered was denied", async () => {
    const sign = defineTool({
      ...{ description: "Signs.", inputSchema: z.object({}), answersLater: true, needsApproval: true },
    });
    const app = await aWaitingRun(
      [{ toolCalls: [{ callId: "sign", toolName: "sign", input: {} }] }, { text: "Not signed." }],
      { sign },
    );
    const { state } = await app.owner.runs.deny(app.ctx, { runId: app.runId, callId: "sign" });
    expect(state).toEqual({ kind: "running" });
    await settled(app);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
  });
});
