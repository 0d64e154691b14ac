// Tools that wait, and what people do about them, for the tests of both engines.
import { vi } from "vitest";
import { z } from "zod";
import { defineTool, type AgentTool } from "../../src/ai/index.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { aDurableApp, type DurableApp } from "./durableApp.js";

export const amount = z.object({ amount: z.number() });

/** A tool that pays when somebody has approved, and what was paid. */
export function payments(more: { approvalTimeoutMs?: number } = {}): { pay: AgentTool; paid: number[] } {
  const paid: number[] = [];
  const pay = defineTool({
    description: "Pays.",
    inputSchema: amount,
    needsApproval: (_ctx, input) => input.amount > 10,
    ...more,
    execute: (_ctx, input) => {
      paid.push(input.amount);
      return { paid: input.amount };
    },
  });
  return { pay, paid };
}

/** A tool that a person answers: nothing of it runs. */
export const askHuman = defineTool({
  description: "Asks a person.",
  inputSchema: z.object({ question: z.string() }),
  answersLater: true,
});

/** An answer that asks to pay each amount. */
export const pays = (...amounts: number[]) => ({
  toolCalls: amounts.map((each, index) => ({
    callId: `pay-${index + 1}`,
    toolName: "pay",
    input: { amount: each },
  })),
});

/** An answer that asks a person. */
export const asksHuman = (question: string, callId = "ask-1") => ({
  toolCalls: [{ callId, toolName: "askHuman", input: { question } }],
});

/** Lets a durable run go as far as it comes without anybody, a few minutes of work: not until something expires. */
export async function settled({ t }: Pick<DurableApp, "t">): Promise<void> {
  for (let round = 0; round < 40; round++) {
    vi.advanceTimersByTime(1_000);
    await t.finishInProgressScheduledFunctions();
  }
}

/** A durable run that has come as far as it comes without anybody. */
export async function aWaitingRun(script: ScriptedTurn[], tools: Record<string, AgentTool>) {
  const app = await aDurableApp(script, { tools });
  const { runId } = await app.start("Go.");
  await settled(app);
  return { ...app, runId };
}
/** Approves calls of a run, together. */
export const approveAll = ({ owner, ctx }: DurableApp, runId: string, ...ids: string[]) =>
  owner.runs.decide(ctx, {
    runId,
    decisions: ids.map((callId) => ({ callId, kind: "approve" as const })),
  });
