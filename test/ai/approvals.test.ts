import { convertToModelMessages, generateText, safeValidateUIMessages, tool } from "ai";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool, toolApproval, type ApprovalContext } from "../../src/ai/index.js";
import { toUIMessages } from "../../src/parts/uiMessages.js";
import { RUN_LEASE_MS } from "../../src/shared/limits.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER, STRANGER, WRITER } from "../support/aMemory.js";
import { amount, askHuman, asksHuman, payments, pays } from "./approvals.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "./support.js";

afterEach(() => {
  vi.useRealTimers();
});

const ask = (
  helper: TestAgent,
  more: { operationId?: string; resume?: boolean; whileRunning?: "reject" } = {},
) => helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go.", ...more });
const approve = ({ owner, ctx }: TestAgent, runId: string, callId: string) =>
  owner.runs.approve(ctx, { runId, callId });
const resume = ({ agent, ctx }: TestAgent, runId: string) => agent.resume(ctx, { as: OWNER, runId });

describe("a run in an action whose calls need approval", () => {
  test("runs what is free, returns that it waits, and goes on with resume when all is decided", async () => {
    const { pay, paid } = payments();
    const helper = await anAgent([{ text: "A moment.", ...pays(5, 20) }, { text: "Paid." }], {
      tools: { pay },
    });
    const first = await ask(helper);
    expect(first).toMatchObject({ state: { kind: "awaitingApproval" }, text: "A moment.", steps: 1 });
    const { runId } = first;
    expect(paid).toEqual([5]);
    expect(await resume(helper, runId)).toMatchObject({ state: { kind: "awaitingApproval" } });
    expect(await approve(helper, runId, "pay-2")).toEqual({ state: { kind: "running" } });
    expect(paid).toEqual([5]);
    expect(await resume(helper, runId)).toMatchObject({
      ...{ runId, state: { kind: "completed" }, text: "Paid.", steps: 2, usage: { calls: 2 } },
    });
    expect(paid).toEqual([5, 20]);
    expect(transcript(await messagesOf(helper))).toEqual([
      "user: Go.",
      'assistant: A moment. pay({"amount":5}) pay({"amount":20})',
      'tool: json {"paid":5}',
      'tool: json {"paid":20}',
      "assistant: Paid.",
    ]);
    expect(await resume(helper, runId), "of a run that is over").toMatchObject({ text: "Paid." });
    expect(helper.model.calls).toHaveLength(2);
  });

  test("streams on after it was resumed, and leaves no stream open while it waits", async () => {
    const { pay } = payments();
    const helper = await anAgent([pays(20), { text: "Paid at last." }], { tools: { pay } });
    const { agent, ctx, threadId } = helper;
    const { runId } = await agent.stream(ctx, { as: OWNER, threadId, prompt: "Go." });
    const states = (await messagesOf(helper)).map(({ state }) => state.kind);
    expect(states).toEqual(["complete", "complete"]);
    await approve(helper, runId, "pay-1");
    const doStream = vi.spyOn(helper.model, "doStream");
    expect(await agent.resume(ctx, { as: OWNER, runId, stream: true })).toMatchObject({
      text: "Paid at last.",
    });
    expect(doStream).toHaveBeenCalledOnce();
  });

  test("is waited for as long as it takes: the thread is not taken over, nor the run given up", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { pay } = payments();
    const helper = await anAgent([pays(20), { text: "Paid." }], { tools: { pay } });
    const { runId } = await ask(helper);
    vi.setSystemTime(Date.now() + 3 * RUN_LEASE_MS);
    expect(await codeOf(ask(helper, { whileRunning: "reject" }))).toBe("RUN_ACTIVE");
    await approve(helper, runId, "pay-1");
    expect(await resume(helper, runId)).toMatchObject({ text: "Paid." });
  });

  test("is repeated with its operationId: tells that it waits, and goes on once it may", async () => {
    const { pay } = payments();
    const helper = await anAgent([pays(20), { text: "Paid." }], { tools: { pay } });
    const { runId } = await ask(helper, { operationId: "once" });
    expect(await ask(helper, { operationId: "once" })).toMatchObject({ state: { kind: "awaitingApproval" } });
    await approve(helper, runId, "pay-1");
    const again = await ask(helper, { operationId: "once", resume: true });
    expect(again).toMatchObject({ runId, text: "Paid.", state: { kind: "completed" } });
    expect(helper.model.calls).toHaveLength(2);
  });

  test("is taken up by one action only; one that died is followed after its lease, and its tool not run twice", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { pay, paid } = payments();
    const helper = await anAgent([pays(20), { text: "Paid?" }], { tools: { pay } });
    const { runId } = await ask(helper);
    await approve(helper, runId, "pay-1");
    await helper.owner.turns.takeUp(helper.ctx, { runId });
    await helper.owner.turns.startTool(helper.ctx, { runId, callId: "pay-1", idempotent: false });
    expect(await codeOf(resume(helper, runId))).toBe("RUN_ACTIVE");
    vi.setSystemTime(Date.now() + RUN_LEASE_MS + 1_000);
    expect(await resume(helper, runId)).toMatchObject({ text: "Paid?" });
    expect(paid).toEqual([]);
    expect(transcript(await messagesOf(helper))[2]).toContain("tool: interrupted");
  });

  test("goes on by itself when everything was decided before the action let go of it", async () => {
    const { pay, paid } = payments();
    const hasty = defineTool({
      description: "Approves.",
      inputSchema: z.object({}),
      execute: async (ctx) => {
        await ctx.memory.runs.approve(ctx, { runId: ctx.runId, callId: "pay-1" });
        return codeOf(helper.agent.resume(ctx, { as: OWNER, runId: ctx.runId }));
      },
    });
    const asked = { toolCalls: [...pays(20).toolCalls, { toolName: "hasty", input: {} }] };
    const helper = await anAgent([asked, { text: "Paid." }], { tools: { pay, hasty } });
    expect(await ask(helper)).toMatchObject({ state: { kind: "completed" }, text: "Paid." });
    expect(paid).toEqual([20]);
    expect(transcript(await messagesOf(helper))).toContain("tool: text RUN_ACTIVE");
  });

  test("is canceled while it waits, and the next run can use the thread", async () => {
    const { pay, paid } = payments();
    const helper = await anAgent([pays(20), { text: "Next." }], { tools: { pay } });
    const { runId } = await ask(helper);
    await helper.owner.runs.cancel(helper.ctx, { runId });
    expect(await codeOf(approve(helper, runId, "pay-1"))).toBe("RUN_ENDED");
    expect(await resume(helper, runId)).toMatchObject({ state: { kind: "canceled" } });
    expect(await ask(helper)).toMatchObject({ text: "Next." });
    expect(paid).toEqual([]);
    expect(transcript(await messagesOf(helper))[2]).toContain("tool: interrupted");
  });

  test("is resumed as who asked, with its own agent, and not where it is durable", async () => {
    const { pay } = payments();
    const helper = await anAgent([pays(20), { text: "Paid." }], { tools: { pay } });
    const { runId } = await ask(helper);
    await approve(helper, runId, "pay-1");
    const { agent, ctx, memory, owner, threadId } = helper;
    expect(await codeOf(agent.resume(ctx, { as: STRANGER, runId }))).toBe("RUN_NOT_FOUND");
    await owner.threads.setParticipant(ctx, { threadId, userId: WRITER.userId, role: "writer" });
    expect(await codeOf(agent.resume(ctx, { as: WRITER, runId }))).toBe("RUN_NOT_FOUND");
    const other = defineAgent(memory, { name: "other", model: () => helper.model, instructions: "No." });
    expect(await codeOf(other.resume(ctx, { as: OWNER, runId }))).toBe("INVALID_ARGUMENT");
    const { threadId: elsewhere } = await owner.threads.create(ctx, {});
    const durable = { threadId: elsewhere, agentName: "helper", engine: "durable" as const };
    const begun = await owner.turns.begin(ctx, { ...durable, prompt: [{ type: "text", text: "Go." }] });
    expect(await codeOf(resume(helper, begun.runId))).toBe("INVALID_ARGUMENT");
    expect(await resume(helper, runId)).toMatchObject({ text: "Paid." });
  });

  test("that may not run at all, is refused beside those that run, without waiting for anybody", async () => {
    const strict = defineTool({
      description: "Strict.",
      inputSchema: z.object({ how: z.string() }),
      needsApproval: (ctx, { how }) => {
        if (how === "throw") throw new TypeError(`No policy for ${ctx.callId}.`);
        return { type: "denied", reason: "Never." };
      },
      execute: () => "ran",
    });
    const calls = ["deny", "throw"].map((how) => ({ callId: how, toolName: "strict", input: { how } }));
    const helper = await anAgent([{ toolCalls: calls }, { text: "Well." }], { tools: { strict } });
    const { state, runId } = await ask(helper);
    expect(state.kind).toBe("completed");
    expect(transcript(await messagesOf(helper)).slice(2, 4)).toEqual([
      "tool: denied Never.",
      "tool: error No policy for throw.",
    ]);
    const { page } = await helper.owner.runs.listToolCalls(helper.ctx, { runId, cursor: null });
    expect(page.map((call) => call.state)).toMatchObject([
      { kind: "denied", reason: "Never." },
      { kind: "failed" },
    ]);
  });

  test("stops behind them where its stop condition was met by the step that had to wait", async () => {
    const { pay, paid } = payments();
    const helper = await anAgent([{ text: "I pay.", ...pays(20) }], {
      tools: { pay },
      stopWhen: ({ steps }) => steps.at(-1)?.toolCalls.some(({ toolName }) => toolName === "pay") === true,
    });
    const { runId } = await ask(helper);
    await approve(helper, runId, "pay-1");
    expect(await resume(helper, runId)).toMatchObject({ state: { kind: "completed" }, text: "I pay." });
    expect(paid).toEqual([20]);
    expect(helper.model.calls).toHaveLength(1);
  });
});

describe("a run in an action whose tools answer later", () => {
  test("waits for what a person says", async () => {
    const helper = await anAgent([asksHuman("Which?"), { text: "Blue." }], { tools: { askHuman } });
    const { runId, state } = await ask(helper);
    expect(state).toEqual({ kind: "awaitingResult" });
    await helper.owner.runs.answer(helper.ctx, { runId, callId: "ask-1", error: "I am not telling." });
    expect(await resume(helper, runId)).toMatchObject({ text: "Blue." });
    expect(transcript(await messagesOf(helper))[2]).toBe("tool: error I am not telling.");
  });

  test("asks nobody where the model's input does not fit", async () => {
    const wrong = { toolCalls: [{ toolName: "askHuman", input: { question: 7 } }] };
    const helper = await anAgent([wrong, { text: "Sorry." }], { tools: { askHuman } });
    expect(await ask(helper)).toMatchObject({ state: { kind: "completed" }, text: "Sorry." });
    expect(transcript(await messagesOf(helper))[2]).toContain("does not fit the schema");
  });
});

describe("an interface", () => {
  test("shows a call as the AI SDK does: requested, responded, denied, and with what came of it", async () => {
    const { pay } = payments();
    const because = defineTool({
      description: "Asks why.",
      inputSchema: z.object({}),
      needsApproval: () => ({ type: "user-approval" as const, reason: "It is late." }),
      execute: () => "done",
    });
    const calls = [...pays(20, 30).toolCalls, { callId: "why", toolName: "because", input: {} }];
    const helper = await anAgent([{ toolCalls: calls }, { text: "Paid." }], { tools: { pay, because } });
    const { runId } = await ask(helper);
    const shown = async () => {
      const run = await helper.owner.runs.latest(helper.ctx, { threadId: helper.threadId });
      const messages = toUIMessages(await messagesOf(helper), {}, { run });
      expect(await safeValidateUIMessages({ messages })).toMatchObject({ success: true });
      const told = (await convertToModelMessages(messages)).map(({ role }) => role);
      expect(told.slice(0, 2)).toEqual(["user", "assistant"]);
      const parts = messages.flatMap((message) => message.parts);
      return parts.filter((part) => part.type === "dynamic-tool");
    };
    expect(await shown()).toMatchObject([
      { state: "approval-requested", input: { amount: 20 }, approval: { id: "pay-1" } },
      { state: "approval-requested", approval: { id: "pay-2" } },
      { state: "approval-requested", approval: { id: "why", requestReason: "It is late." } },
    ]);
    await approve(helper, runId, "pay-1");
    await helper.owner.runs.deny(helper.ctx, { runId, callId: "pay-2", reason: "No." });
    await approve(helper, runId, "why");
    expect(await shown()).toMatchObject([
      { state: "approval-responded", approval: { id: "pay-1", approved: true } },
      { state: "output-denied", approval: { id: "pay-2", approved: false, reason: "No." } },
      { state: "approval-responded" },
    ]);
    await resume(helper, runId);
    expect((await shown()).map(({ state }) => state)).toEqual([
      "output-available",
      "output-denied",
      "output-available",
    ]);
  });

  test("that hands the tools to the AI SDK gets the same rules as its toolApproval", async () => {
    const { pay } = payments();
    const { signal: abortSignal } = new AbortController();
    const toolCtx = { abortSignal } as Omit<ApprovalContext, "callId">;
    const rules = toolApproval({ pay, askHuman }, toolCtx);
    expect(Object.keys(rules)).toEqual(["pay"]);
    const model = scriptedModel([pays(5, 20)]);
    const tools = { pay: tool({ inputSchema: amount, execute: () => "paid" }) };
    const { content } = await generateText({ model, tools, toolApproval: rules, prompt: "Go." });
    const asked = content.flatMap((part) => (part.type === "tool-approval-request" ? [part.toolCall] : []));
    expect(asked).toMatchObject([{ toolCallId: "pay-2", input: { amount: 20 } }]);
    const results = content.flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : []));
    expect(results).toEqual(["pay-1"]);
  });
});
