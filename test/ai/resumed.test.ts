// What a call changed of its agent, in runs that had to wait.
import { Output, tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { codeOf, OWNER } from "../support/aMemory.js";
import { payments, pays } from "./approvals.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "./support.js";

/** A tool of the SDK that pays when somebody has approved, what was paid, and what its rule was asked. */
function sdkPayments() {
  const paid: number[] = [];
  const asked: unknown[] = [];
  const pay = tool({
    description: "Pays.",
    inputSchema: z.object({ amount: z.number() }),
    needsApproval: ({ amount }, { toolCallId, messages }) => {
      asked.push([amount, toolCallId, messages.map(({ role }) => role)]);
      return amount > 10;
    },
    execute: ({ amount }) => {
      paid.push(amount);
      return { paid: amount };
    },
  });
  return { paid, asked, pay };
}

const sum = Output.object({ schema: z.object({ sum: z.number() }) });
const begin = (helper: TestAgent, more: object) =>
  helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go.", ...more });
const approve = ({ owner, ctx }: TestAgent, runId: string, callId: string) =>
  owner.runs.approve(ctx, { runId, callId });

describe("a tool of the SDK that needs an approval", () => {
  test.each(["generate", "stream"] as const)("waits for it as ours do (%s)", async (how) => {
    const { pay, paid, asked } = sdkPayments();
    const helper = await anAgent([pays(5, 20, 30), { text: '{"sum":25}' }]);
    const { agent, ctx, threadId, owner } = helper;
    const first = await agent[how](ctx, { as: OWNER, threadId, prompt: "Go.", tools: { pay }, output: sum });
    const { runId } = first;
    expect(first).toMatchObject({ state: { kind: "awaitingApproval" } });
    expect(first.output).toBeUndefined();
    expect(asked).toEqual([5, 20, 30].map((amount, index) => [amount, `pay-${index + 1}`, ["user"]]));
    expect(paid).toEqual([5]);
    await approve(helper, runId, "pay-2");
    await owner.runs.deny(ctx, { runId, callId: "pay-3", reason: "No." });
    const resumed = await agent.resume(ctx, { as: OWNER, runId, tools: { pay }, output: sum });
    expect(resumed).toMatchObject({ state: { kind: "completed" }, output: { sum: 25 }, steps: 2 });
    expect(resumed.output?.sum).toBe(25);
    expect(paid).toEqual([5, 20]);
    expect(transcript(await messagesOf(helper)).slice(2, 5)).toEqual([
      'tool: json {"paid":5}',
      'tool: json {"paid":20}',
      "tool: denied No.",
    ]);
    expect(helper.model.calls[1]?.tools?.map(({ name }) => name)).toContain("pay");
  });

  test("is not lost where it is not given again: the run is refused, and resumed with it", async () => {
    const { pay, paid } = sdkPayments();
    const helper = await anAgent([pays(20), { text: "Paid." }]);
    const { runId } = await begin(helper, { tools: { pay } });
    const resume = (tools: object) => helper.agent.resume(helper.ctx, { as: OWNER, runId, ...tools });
    expect(await resume({}), "while it waits for somebody").toMatchObject({
      state: { kind: "awaitingApproval" },
    });
    await approve(helper, runId, "pay-1");
    expect(await codeOf(resume({}))).toBe("INVALID_ARGUMENT");
    expect([paid, helper.model.calls.length]).toEqual([[], 1]);
    expect(await resume({ tools: { pay } })).toMatchObject({ text: "Paid." });
    expect(paid).toEqual([20]);
  });

  test("whose rule throws is told to the model, and nobody is asked", async () => {
    const { pay } = sdkPayments();
    const broken = {
      ...pay,
      needsApproval: () => {
        throw new TypeError("No rules today.");
      },
    };
    const helper = await anAgent([pays(20), { text: "Not paid." }]);
    expect(await begin(helper, { tools: { pay: broken } })).toMatchObject({ text: "Not paid." });
    expect(transcript(await messagesOf(helper))[2]).toBe("tool: error No rules today.");
  });
});

describe("a run that is resumed", () => {
  test("tells its warnings, and has the call's own choice of tools", async () => {
    const { pay } = payments();
    const told: string[] = [];
    const helper = await anAgent([pays(20), { text: "" }], {
      tools: { pay },
      compaction: false,
      onWarning: (warning, { runId }) => told.push(`${runId}: ${warning}`),
    });
    const { runId } = await begin(helper, {});
    await approve(helper, runId, "pay-1");
    const { warnings } = await helper.agent.resume(helper.ctx, { as: OWNER, runId, toolChoice: "none" });
    expect(warnings).toEqual(["The model gave an empty answer."]);
    expect(told).toEqual([`${runId}: The model gave an empty answer.`]);
    expect(helper.model.calls.map(({ toolChoice }) => toolChoice?.type)).toEqual(["auto", "none"]);
  });

  test("refuses what no call can have, as a rejection", async () => {
    const { pay } = payments();
    const helper = await anAgent([], {
      tools: { pay, other: pay },
      toolChoice: { type: "tool", toolName: "pay" },
    });
    const { agent, ctx, threadId } = helper;
    const bad = { activeTools: ["none"] };
    const refusals = [
      agent.generate(ctx, { as: OWNER, threadId, prompt: "Go.", activeTools: ["other"] }),
      agent.generate(ctx, { as: OWNER, threadId, prompt: "Go.", ...bad }),
      agent.stream(ctx, { as: OWNER, threadId, prompt: "Go.", ...bad }),
      agent.resume(ctx, { as: OWNER, runId: "none", ...bad }),
    ];
    for (const refusal of refusals) expect(await codeOf(refusal)).toBe("INVALID_ARGUMENT");
  });
});
