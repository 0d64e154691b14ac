// Tools of ours that need approval, in loops of the AI SDK.
import { generateText, isStepCount, ToolLoopAgent, type ModelMessage, type ToolSet } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  defineTool,
  toolApproval,
  toToolSet,
  type ApprovalContext,
  type ToolContext,
} from "../../src/ai/index.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { aLoop, type TestLoop } from "./middlewareSupport.js";

const stopWhen = isStepCount(5);
const pays = (...calls: [callId: string, sum: unknown][]) => ({
  toolCalls: calls.map(([callId, sum]) => ({ toolName: "pay", callId, input: { sum } })),
});

/** Pays sums written as texts: over 10 somebody is asked, over 100 nobody may, and 99 breaks the rule. */
function payments() {
  const asked: [userId: string | undefined, sum: number][] = [];
  const ran: ToolContext[] = [];
  const pay = defineTool({
    description: "Pays.",
    inputSchema: z.object({ sum: z.string().transform(Number) }),
    needsApproval: (ctx, { sum }) => {
      asked.push([ctx.principal.userId, sum]);
      if (sum === 99) throw new TypeError("Nobody knows.");
      return sum > 100 ? { type: "denied" as const, reason: "Too much." } : sum > 10;
    },
    execute: (ctx, { sum }) => {
      ran.push(ctx);
      return `paid ${sum}`;
    },
  });
  return { asked, ran, pay };
}

const decided = (said: readonly ModelMessage[], decisions: Record<string, boolean>): ModelMessage[] => {
  const requests = said.flatMap(({ role, content }) =>
    role === "assistant" && typeof content !== "string"
      ? content.filter((part) => part.type === "tool-approval-request")
      : [],
  );
  return [
    { role: "user", content: "Pay." },
    ...said,
    {
      role: "tool",
      content: requests.map(({ approvalId, toolCallId }) => ({
        ...{ type: "tool-approval-response" as const, approvalId },
        ...{ approved: decisions[toolCallId] === true, reason: "As told." },
      })),
    },
  ];
};

const bound = (loop: TestLoop, tools: Parameters<typeof toToolSet>[0]): ToolSet =>
  toToolSet(tools, {
    ...{ ctx: loop.ctx, memory: loop.memory, as: OWNER, threadId: loop.threadId },
    operationId: "job",
  });

const toldIn = (model: { calls: { prompt: { role: string; content: unknown }[] }[] }) =>
  (model.calls.at(-1)?.prompt ?? []).flatMap(({ role, content }) =>
    role === "tool"
      ? (content as { type: string; output: unknown }[]).filter(({ type }) => type === "tool-result")
      : [],
  );

describe.each(["generateText", "ToolLoopAgent"] as const)("a tool that needs approval in %s", (how) => {
  const ask = (loop: TestLoop, tools: ToolSet, messages: ModelMessage[]) =>
    how === "generateText"
      ? generateText({ model: loop.scripted, tools, stopWhen, messages })
      : new ToolLoopAgent({ model: loop.scripted, tools, stopWhen }).generate({ messages });
  const prompt: ModelMessage[] = [{ role: "user", content: "Pay." }];

  test("is asked about with its checked input, and runs once it was approved", async () => {
    const { asked, ran, pay } = payments();
    const loop = await aLoop([pays(["a", "11"], ["b", "9"], ["c", "12"]), { text: "Done." }]);
    const held = await ask(loop, bound(loop, { pay }), prompt);
    expect(asked).toEqual([
      [OWNER.userId, 11],
      [OWNER.userId, 9],
      [OWNER.userId, 12],
    ]);
    expect(ran.map(({ callId }) => callId)).toEqual(["b"]);
    const answers = decided(held.responseMessages, { a: true, c: false });
    expect((await ask(loop, bound(loop, { pay }), answers)).text).toBe("Done.");
    expect(ran.map(({ callId, operationId }) => [callId, operationId])).toEqual([
      ["b", "job:b"],
      ["a", "job:a"],
    ]);
    expect(toldIn(loop.scripted)).toMatchObject([
      { toolCallId: "b", output: { value: "paid 9" } },
      { toolCallId: "a", output: { value: "paid 11" } },
      { toolCallId: "c", output: { type: "execution-denied", reason: "As told." } },
    ]);
  });

  test("that its rule denies, breaks on, or that does not fit, asks nobody and is told to the model", async () => {
    const { ran, pay } = payments();
    const loop = await aLoop([pays(["a", "101"], ["b", "99"], ["c", 7]), { text: "Done." }]);
    const { content, text } = await ask(loop, bound(loop, { pay }), prompt);
    expect([text, ran, content.some(({ type }) => type === "tool-approval-request")]).toEqual([
      "Done.",
      [],
      false,
    ]);
    expect(toldIn(loop.scripted)).toMatchObject([
      { output: { type: "error-text", value: "Too much." } },
      { output: { type: "error-text", value: "Nobody knows." } },
      { output: { value: expect.stringMatching(/^The input does not fit the schema of "pay"/) as string } },
    ]);
  });
});

describe("with a middleware", () => {
  test("two calls of one id have their own operationIds, also where they were asked about", async () => {
    const { ran, pay } = payments();
    const loop = await aLoop([pays(["a", "5"], ["a", "6"]), { text: "Done." }]);
    const { middleware, model } = loop.bind();
    await generateText({ model, tools: middleware.toolSet({ pay }), stopWhen, prompt: "Pay." });
    expect(new Set(ran.map(({ operationId }) => operationId)).size).toBe(2);
    expect(ran[0]?.runId).toBe(middleware.run?.runId);
  });

  test("an approval goes on in another action, as a part of the thread", async () => {
    const { ran, pay } = payments();
    const script: ScriptedTurn[] = [pays(["a", "11"]), { text: "Paid." }];
    const loop = await aLoop(script);
    const first = loop.bind();
    const held = await generateText({
      ...{ model: first.model, tools: first.middleware.toolSet({ pay }), stopWhen, prompt: "Pay." },
    });
    const second = loop.bind();
    const { text } = await generateText({
      ...{ model: second.model, tools: second.middleware.toolSet({ pay }), stopWhen },
      messages: decided(held.responseMessages, { a: true }),
    });
    expect([text, ran.length]).toEqual(["Paid.", 1]);
  });
});

test("toolApproval tells the SDK the rules of tools that it runs itself", async () => {
  const { pay } = payments();
  const loop = await aLoop([]);
  const { ctx, owner: memory, threadId } = loop;
  const { signal: abortSignal } = new AbortController();
  const toolCtx = { ...ctx, memory, principal: OWNER, threadId, runId: "", turn: 0, abortSignal };
  const rules = toolApproval({ pay }, toolCtx as Omit<ApprovalContext, "callId">);
  const model = scriptedModel([pays(["a", "11"], ["b", "101"], ["c", "9"]), { text: "Done." }]);
  const { content } = await generateText({
    ...{ model, tools: bound(loop, { pay }), toolApproval: rules, stopWhen, prompt: "Pay." },
  });
  const seen = content.flatMap((part) => ("toolCallId" in part ? [`${part.type} ${part.toolCallId}`] : []));
  expect(content.filter(({ type }) => type === "tool-approval-request")).toMatchObject([
    { toolCall: { toolCallId: "a" } },
    { toolCall: { toolCallId: "b" }, isAutomatic: true },
  ]);
  expect(seen).toContain("tool-result c");
});
