import { isStepCount } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { agentTool, defineAgent, defineTool } from "../../src/ai/index.js";
import { executeTool } from "../../src/ai/toolExecution.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { anAgent, asksFor, messagesOf, transcript, weather } from "./support.js";

/** Goes on without it: that another took up its run, it is told once it asks again, when the test may be over. */
const leave = (abandoned: Promise<unknown>): void => void abandoned.catch(() => undefined);

describe("a turn that is asked for again", () => {
  test("returns the first answer for a repeated operationId without asking the model", async () => {
    const helper = await anAgent([asksFor("Oslo"), { text: "7." }], { tools: { weather } });
    const args = { as: OWNER, threadId: helper.threadId, prompt: "Oslo?", operationId: "once" };
    const first = await helper.agent.generate(helper.ctx, args);
    const second = await helper.agent.generate(helper.ctx, args);
    expect(second).toMatchObject({ runId: first.runId, text: "7.", steps: 2, usage: first.usage });
    expect(helper.model.calls).toHaveLength(2);
    expect(await messagesOf(helper)).toHaveLength(4);
    expect(await codeOf(helper.agent.generate(helper.ctx, { ...args, prompt: "Bergen?" }))).toBe(
      "OPERATION_MISMATCH",
    );
  });

  test("takes up a run that was left in the middle, without paying for its saved steps again", async () => {
    let left = true;
    const once = defineTool({
      description: "Is cut off the first time.",
      inputSchema: z.object({}),
      execute: () => (left ? new Promise(() => {}) : "never reached"),
    });
    const helper = await anAgent([{ toolCalls: [{ toolName: "once", input: {} }] }, { text: "Unsure." }], {
      tools: { once },
    });
    const args = { as: OWNER, threadId: helper.threadId, prompt: "Go.", operationId: "once" };
    leave(helper.agent.generate(helper.ctx, args));
    while (!helper.calls.includes("turns.saveStep")) await new Promise((resolve) => setTimeout(resolve, 5));
    left = false;
    expect(await codeOf(helper.agent.generate(helper.ctx, args))).toBe("RUN_ACTIVE");
    const result = await helper.agent.generate(helper.ctx, { ...args, resume: true });
    expect(result).toMatchObject({ text: "Unsure.", steps: 2, usage: { calls: 2 } });
    expect(helper.model.calls).toHaveLength(2);
    expect(JSON.stringify(helper.model.calls[1]?.prompt)).toContain("interrupted");
    expect((await messagesOf(helper)).map((message) => message.role)).toEqual([
      "user",
      "assistant",
      "tool",
      "assistant",
    ]);
  });
});

describe("a run that is taken up after its last step", () => {
  test("ends there: the stop condition holds for what was saved", async () => {
    let left = true;
    const once = defineTool({
      description: "Is cut off the first time.",
      inputSchema: z.object({}),
      execute: () => (left ? new Promise(() => {}) : "never reached"),
    });
    const asks = { text: "Looking.", toolCalls: [{ toolName: "once", input: {} }] };
    const helper = await anAgent([asks, asks, asks, asks], { tools: { once }, stopWhen: isStepCount(1) });
    const args = { as: OWNER, threadId: helper.threadId, prompt: "Go.", operationId: "once" };
    leave(helper.agent.generate(helper.ctx, args));
    while (!helper.calls.includes("turns.saveStep")) await new Promise((resolve) => setTimeout(resolve, 5));
    left = false;
    const result = await helper.agent.generate(helper.ctx, { ...args, resume: true });
    expect(result).toMatchObject({ state: { kind: "completed" }, steps: 1, text: "Looking." });
    expect(helper.model.calls).toHaveLength(1);
    expect((await messagesOf(helper)).map((message) => message.role)).toEqual(["user", "assistant", "tool"]);
  });
});

describe("agentTool", () => {
  test("asks another agent in a thread below, and only its answer enters the parent", async () => {
    const inner = scriptedModel([{ text: "Seven degrees." }]);
    const test = await anAgent([]);
    const researcher = defineAgent(test.memory, {
      name: "researcher",
      model: () => inner,
      instructions: "Find.",
    });
    const ask = agentTool({ description: "Ask the researcher.", agent: researcher });
    const outer = scriptedModel([
      { toolCalls: [{ toolName: "ask", input: { prompt: "Oslo?" } }] },
      { text: "It is 7." },
    ]);
    const writer = defineAgent(test.memory, {
      name: "writer",
      model: () => outer,
      instructions: "Write.",
      tools: { ask },
    });
    const { text } = await writer.generate(test.ctx, {
      as: OWNER,
      threadId: test.threadId,
      prompt: "Weather?",
    });
    expect(text).toBe("It is 7.");
    expect(transcript(await messagesOf(test))).toEqual([
      "user: Weather?",
      'assistant: ask({"prompt":"Oslo?"})',
      "tool: text Seven degrees.",
      "assistant: It is 7.",
    ]);
    const { page } = await test.owner.threads.list(test.ctx, { cursor: null });
    const child = page.find((thread) => thread.title === "researcher");
    expect(child).toMatchObject({ parentThreadId: test.threadId, messages: 2 });
  });

  test("takes up its own thread and run again when its first attempt died", async () => {
    let left = true;
    const inner = scriptedModel([{ toolCalls: [{ toolName: "once", input: {} }] }, { text: "Found." }]);
    const test = await anAgent([]);
    const once = defineTool({
      description: "Is cut off the first time.",
      inputSchema: z.object({}),
      execute: () => (left ? new Promise(() => {}) : "never reached"),
    });
    const researcher = defineAgent(test.memory, {
      name: "researcher",
      model: () => inner,
      instructions: "Find.",
      tools: { once },
    });
    const ask = agentTool({ description: "Ask the researcher.", agent: researcher });
    const call = { callId: "a", toolName: "ask", input: '{"prompt":"Oslo?"}', place: 2 };
    const { threadId } = test;
    const prompt = [{ type: "text" as const, text: "Go." }];
    const asking = { threadId, agentName: "writer", engine: "action" as const, prompt };
    const { runId } = await test.owner.turns.begin(test.ctx, asking);
    const scope = {
      ...{ ctx: test.ctx, memory: test.owner, principal: OWNER, threadId, runId },
      turn: 0,
      abortSignal: new AbortController().signal,
    };
    leave(executeTool({ ask }, call, scope));
    while (!test.calls.includes("turns.saveStep")) await new Promise((resolve) => setTimeout(resolve, 5));
    left = false;
    const { part } = await executeTool({ ask }, call, scope);
    expect(part).toMatchObject({ outputKind: "text", output: "Found." });
    expect(inner.calls).toHaveLength(2);
    expect(await test.owner.threads.count(test.ctx)).toBe(2);
    const { page } = await test.owner.runs.listNested(test.ctx, { runId, cursor: null });
    expect(page).toMatchObject([{ agentName: "researcher", parentRunId: runId }]);
  });
});
