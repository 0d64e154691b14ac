// A prompt with `whileRunning: "steer"`: handed to the run that has the thread, by either engine.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type StartArgs } from "../../src/ai/index.js";
import { STEERING_MAX_UNREAD } from "../../src/shared/runLimits.js";
import { codeOf, OWNER, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";
import { aWaitingRun, approveAll, payments, pays, settled } from "./approvals.js";
import { aDurableApp, hushed, leftovers, reference, stateOf } from "./durableApp.js";
import { kindOf, spoken } from "./queueActs.js";
import { anAgent, messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const STEER = { whileRunning: "steer" as const };

describe("agent.start that steers", () => {
  test("gives the ticket of the active run, which answers both; a repeat gives it again", async () => {
    const app = await aDurableApp([{ text: "Both." }]);
    const first = await app.start("Books?");
    const ticket = await app.start("New ones.", "op", STEER);
    expect(ticket).toEqual({ ...first, messageId: ticket.messageId, steered: true });
    expect(ticket.messageId).not.toBe(first.messageId);
    expect(await app.start("New ones.", "op", STEER)).toEqual(ticket);
    expect(await codeOf(app.start("Old ones.", "op", STEER))).toBe("OPERATION_MISMATCH");
    await settled(app); // a repeat is known for a day
    expect(await app.start("New ones.", "op", STEER)).toEqual({ ...ticket, state: "completed" });
    await app.finish();
    expect(await spoken(app)).toEqual(["user: Books?", "user: New ones.", "assistant: Both."]);
    expect(app.model.calls).toHaveLength(1);
    expect(await app.rowsOf("agentMemory", "runs")).toBe(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("begins in an idle thread, once, and is no steering then", async () => {
    const app = await aDurableApp([{ text: "One." }, { text: "Two." }]);
    const ticket = await app.start("1?", "op", STEER);
    expect(ticket).toMatchObject({ state: "running" });
    expect(ticket).not.toHaveProperty("steered");
    expect(await app.start("1?", "op", STEER)).toEqual(ticket); // its own run has the thread now
    await app.finish();
    expect(await app.start("1?", "op", STEER)).toEqual({ ...ticket, state: "completed" });
    expect(app.model.calls).toHaveLength(1);
  });

  test("goes to the run that has the thread, not to those that wait; what is there already waits", async () => {
    const app = await aDurableApp([{ text: "One." }, { text: "Two." }, { text: "Again." }]);
    const one = await app.start("1?");
    const two = await app.start("2?");
    const steered = await app.start("More of 1.", undefined, STEER);
    expect(steered.runId).toBe(one.runId);
    const again: unknown = await app.t.mutation(reference<"mutation">("chat:send"), {
      ...{ threadId: app.threadId, promptMessageId: two.messageId, ...STEER },
    });
    expect(again).toMatchObject({ state: "queued" });
    await app.finish();
    expect(await spoken(app)).toEqual([
      ...[
        "user: 1?",
        "user: More of 1.",
        "assistant: One.",
        "user: 2?",
        "assistant: Two.",
        "assistant: Again.",
      ],
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("is refused when it is too much, and leaves nothing", async () => {
    const app = await aDurableApp([{ text: "One." }]);
    await app.start("1?");
    for (let count = 0; count < STEERING_MAX_UNREAD; count++) await app.start(`${count}`, undefined, STEER);
    expect(await codeOf(app.start("More.", undefined, STEER))).toBe("STEERING_FULL");
    expect(await codeOf(app.start(" ", undefined, STEER))).toBe("PROMPT_EMPTY");
    expect(await messagesOf(app)).toHaveLength(1 + STEERING_MAX_UNREAD);
  });

  test("with startAt waits for its time, and then for its turn", async () => {
    const app = await aDurableApp([pays(50), { text: "Paid." }, { text: "Later." }], {
      tools: { pay: payments().pay },
    });
    const one = await app.start("Pay.");
    const later = await app.start("Later?", undefined, { ...STEER, startAt: Date.now() + 60_000 });
    expect(later).toMatchObject({ state: "queued" });
    const behind = await app.start("Next?");
    await settled(app); // its time has come
    await settled(app);
    expect([await kindOf(app, one), await kindOf(app, later)]).toEqual(["awaitingApproval", "queued"]);
    const steered = await app.start("Quickly.", undefined, STEER);
    expect(steered).toMatchObject({ runId: one.runId, state: "awaitingApproval", steered: true });
    await app.owner.runs.cancel(app.ctx, { runId: behind.runId });
    await approveAll(app, one.runId, "pay-1");
    await app.finish();
    expect((await spoken(app)).filter((line) => !line.includes("pay") && !line.startsWith("tool"))).toEqual([
      ...[
        "user: Pay.",
        "user: Quickly.",
        "assistant: Paid.",
        "user: Next?",
        "user: Later?",
        "assistant: Later.",
      ],
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("reaches a run that waits for an approval: it is read when that is decided", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(50), { text: "Paid." }], { pay });
    const ticket = await app.start("In euros.", undefined, STEER);
    expect(ticket).toMatchObject({ runId: app.runId, state: "awaitingApproval", steered: true });
    expect(await kindOf(app, app)).toBe("awaitingApproval");
    await approveAll(app, app.runId, "pay-1");
    await app.finish();
    expect(paid).toEqual([50]);
    expect(app.model.calls[1]?.prompt.slice(1).map(({ role }) => role)).toEqual([
      ...["user", "assistant", "tool", "user"],
    ]);
    expect(await kindOf(app, app)).toBe("completed");
    expect(await leftovers(app)).toEqual({});
  });

  test("is answered by a run of its own where the one that has the thread was abandoned", async () => {
    const moves = defineTool({
      description: "Moves the file of its run.",
      inputSchema: z.object({}),
      execute: () => {
        for (const name of ["run", "step", "settle"]) delete app.researcher[name];
        return "moved";
      },
    });
    // Two calls are steps of their own: one alone would be followed by the model in the same action.
    const movesIt = { toolCalls: ["one", "two"].map((callId) => ({ callId, toolName: "moves", input: {} })) };
    const script = [movesIt, { text: "Two." }];
    const app = await aDurableApp(script, { tools: { moves } });
    const start = (prompt: string, more: Partial<StartArgs> = {}) =>
      app.t.mutation(async (ctx) =>
        app.agent.start(ctx, reference<"mutation">("moved:run"), {
          ...{ as: OWNER, threadId: app.threadId, prompt },
          ...more,
        }),
      );
    const one = await app.start("1?");
    await app.finish();
    expect(await kindOf(app, one)).toBe("running");
    const two = await start("2?", STEER);
    expect(two).toMatchObject({ state: "running" });
    expect(two).not.toHaveProperty("steered");
    expect(await stateOf(app, one.runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    await app.finish();
    expect((await spoken(app)).slice(-2)).toEqual(["user: 2?", "assistant: Two."]);
  });
});

describe.each(["generate", "stream"] as const)("agent.%s that steers", (method) => {
  test("resolves at once with the run that it steers; a repeat tells what became of that", async () => {
    vi.useRealTimers();
    const helper = await anAgent([{ text: "Never." }]);
    const { agent, ctx, owner, threadId } = helper;
    const turn = { threadId, agentName: "other", engine: "action" as const, prompt: [text("Books?")] };
    const { runId } = await owner.turns.begin(ctx, turn);
    const ask = { as: OWNER, threadId, prompt: "New ones.", operationId: "op", ...STEER };
    const steered = await agent[method](ctx, ask);
    expect(steered).toMatchObject({ runId, steered: true, text: "", steps: 0, state: { kind: "running" } });
    await owner.turns.saveStep(ctx, {
      ...{ runId, step: 0, message: { parts: [text("Which?")] }, results: [], finish: true },
      usage: used,
    });
    await owner.turns.saveStep(ctx, {
      ...{ runId, step: 1, message: { parts: [text("These.")] }, results: [], finish: true },
      usage: used,
    });
    expect(transcript(await messagesOf(helper))).toEqual([
      ...["user: Books?", "assistant: Which?", "user: New ones.", "assistant: These."],
    ]);
    const { promptMessageId } = steered;
    expect(await agent[method](ctx, ask)).toMatchObject({
      ...{ runId, promptMessageId, steered: true, text: "These.", state: { kind: "completed" } },
    });
    expect(helper.model.calls).toHaveLength(0);
  });

  test("throws where the run that it has steered failed, and begins in an idle thread", async () => {
    vi.useRealTimers();
    const { agent, ctx, owner, threadId, model } = await anAgent([{ text: "Well." }]);
    const turn = { threadId, agentName: "other", engine: "action" as const, prompt: [text("Books?")] };
    const { runId } = await owner.turns.begin(ctx, turn);
    const ask = { as: OWNER, threadId, prompt: "New ones.", operationId: "op", ...STEER };
    await agent[method](ctx, ask);
    const outcome = { kind: "failed" as const, code: "MODEL_FAILED", message: "Down." };
    await owner.turns.end(ctx, { runId, outcome });
    expect(await codeOf(agent[method](ctx, ask))).toBe("RUN_ENDED");
    const { text: said, ...result } = await agent[method](ctx, { ...ask, operationId: "other" });
    expect([said, result.steered, model.calls.length]).toEqual(["Well.", undefined, 1]);
  });
});
