import { describe, expect, test } from "vitest";
import { z } from "zod";
import { agentTool, defineAgent, defineTool, type AgentTool } from "../../src/ai/index.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { asksHuman, askHuman, payments, pays } from "./approvals.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "./support.js";

const asks = { toolCalls: [{ toolName: "ask", input: { prompt: "Oslo?" } }] };

/** A writer that asks a researcher, both inside one action. */
async function aPair(script: ScriptedTurn[], tools: Record<string, AgentTool> = {}) {
  const test = await anAgent([]);
  const inner = scriptedModel(script);
  const define = { model: () => inner, instructions: "Find.", tools };
  const researcher = defineAgent(test.memory, { name: "researcher", ...define });
  const outer = scriptedModel([asks, { text: "It is 7." }]);
  const writer = defineAgent(test.memory, {
    name: "writer",
    model: () => outer,
    instructions: "Write.",
    tools: { ask: agentTool({ description: "Ask the researcher.", agent: researcher }) },
  });
  const generate = () =>
    writer.generate(test.ctx, { as: OWNER, threadId: test.threadId, prompt: "Weather?" });
  return { ...test, outer, inner, generate };
}

const nestedIn = async ({ owner, ctx }: TestAgent, runId: string) =>
  (await owner.runs.listNested(ctx, { runId, cursor: null })).page;

describe("an agent that asks another in one action", () => {
  test("has what that one used in its totals", async () => {
    const pair = await aPair([{ text: "Seven." }]);
    const { runId } = await pair.generate();
    const [child] = await nestedIn(pair, runId);
    expect(child).toMatchObject({ parentRunId: runId, engine: "action", totals: { calls: 1 } });
    const { totals } = await pair.owner.runs.get(pair.ctx, { runId });
    const events = [
      ...(await pair.owner.usage.list(pair.ctx, { runId, cursor: null })).page,
      ...(await pair.owner.usage.list(pair.ctx, { parentRunId: runId, cursor: null })).page,
    ];
    expect(events).toHaveLength(3);
    expect(totals).toEqual({
      calls: 3,
      inputTokens: events.reduce((sum, event) => sum + event.inputTokens, 0),
      outputTokens: events.reduce((sum, event) => sum + event.outputTokens, 0),
    });
  });

  test("ends it when its own run is canceled", async () => {
    const pair = await aPair([{ toolCalls: [{ toolName: "cancels", input: {} }] }, { text: "Never." }], {
      cancels: defineTool({
        description: "Cancels the run that asked.",
        inputSchema: z.object({}),
        execute: async (ctx) => {
          const { parentRunId = "" } = await ctx.memory.runs.get(ctx, { runId: ctx.runId });
          await ctx.memory.runs.cancel(ctx, { runId: parentRunId });
        },
      }),
    });
    const { runId, state } = await pair.generate();
    expect(state.kind).toBe("canceled");
    expect(await nestedIn(pair, runId)).toMatchObject([{ state: { kind: "canceled" } }]);
    expect(transcript(await messagesOf(pair))).not.toContain("assistant: It is 7.");
  });

  test.each([
    ["an approval", pays(50), 'an approval of "pay"'],
    ["a late result", asksHuman("Sure?"), 'the result of "askHuman"'],
  ])("is told when it needs %s, which nobody could wait for, and goes on", async (_what, asked, needs) => {
    const { pay, paid } = payments();
    const pair = await aPair([asked, { text: "Never." }], { pay, askHuman });
    const { runId, state } = await pair.generate();
    expect(state.kind).toBe("completed");
    const why = `It waits for ${needs}, which an agent that is asked inside an action cannot wait for.`;
    expect(transcript(await messagesOf(pair))[2]).toBe(
      `tool: error RUN_ENDED: researcher was stopped before it had answered: ${why}`,
    );
    const [child] = await nestedIn(pair, runId);
    expect(child).toMatchObject({ state: { kind: "canceled", reason: why } });
    const { ctx, owner, inner } = pair;
    const late = owner.runs.approve(ctx, { runId: child?.runId ?? "", callId: "pay-1" });
    expect(await codeOf(late)).not.toBe("ok");
    expect([paid, inner.calls.length]).toEqual([[], 1]);
    expect((await owner.runs.get(ctx, { runId })).totals.calls).toBe(3);
  });

  test("is told when it was stopped, and goes on", async () => {
    const pair = await aPair([{ toolCalls: [{ toolName: "stops", input: {} }] }, { text: "Never." }], {
      stops: defineTool({
        description: "Cancels its own run.",
        inputSchema: z.object({}),
        execute: (ctx) => ctx.memory.runs.cancel(ctx, { runId: ctx.runId, reason: "Enough." }),
      }),
    });
    const { state } = await pair.generate();
    expect(state.kind).toBe("completed");
    expect(transcript(await messagesOf(pair))[2]).toBe(
      "tool: error RUN_ENDED: researcher was stopped before it had answered: Enough.",
    );
  });
});
