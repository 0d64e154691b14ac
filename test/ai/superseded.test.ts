// `resume: true` says that the first action is dead. Where it is not, the run is the second one's.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool } from "../../src/ai/index.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { busyModel } from "./busyModel.js";
import { payments, pays } from "./approvals.js";
import { anAgent, messagesOf, transcript } from "./support.js";

/** A promise, and what settles it. */
function aDoor() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

const ran: string[] = [];
const once = (until: () => Promise<void>) =>
  defineTool({
    description: "Is slow the first time.",
    inputSchema: z.object({}),
    execute: async (ctx) => {
      ran.push(ctx.operationId);
      await until();
      return "done";
    },
  });
const asks = { toolCalls: [{ toolName: "once", input: {}, callId: "call" }] };

describe.each(["generate", "stream"] as const)("an action that was taken for dead, with %s", (how) => {
  test("while its tool ran writes nothing more; what took it up answers", async () => {
    ran.length = 0;
    const [started, gate] = [aDoor(), aDoor()];
    const tool = once(async () => {
      started.open();
      await gate.opened;
    });
    const helper = await anAgent([asks, { text: "Answer." }, { text: "Too late." }], {
      tools: { once: tool },
    });
    const args = { as: OWNER, threadId: helper.threadId, prompt: "Go.", operationId: "one" };
    const first = codeOf(helper.agent[how](helper.ctx, args));
    await started.opened;
    const second = await helper.agent[how](helper.ctx, { ...args, resume: true });
    expect(second).toMatchObject({ text: "Answer.", state: { kind: "completed" } });
    gate.open();
    expect(await first).toBe("RUN_ACTIVE");
    expect(ran).toHaveLength(1);
    expect(transcript(await messagesOf(helper))).toEqual([
      "user: Go.",
      "assistant: once({})",
      expect.stringContaining("tool: interrupted") as string,
      "assistant: Answer.",
    ]);
    const { state } = await helper.owner.runs.get(helper.ctx, { runId: second.runId });
    expect(state.kind).toBe("completed");
  });

  test("while its model is asked: neither its answer nor its tools count, what it used does", async () => {
    ran.length = 0;
    const [asked, gate] = [aDoor(), aDoor()];
    const helper = await anAgent([]);
    const model = busyModel([asks, { text: "Answer." }, asks], {
      0: async () => {
        if (helper.calls.filter((door) => door === "turns.begin").length > 1) return;
        asked.open();
        await gate.opened;
      },
    });
    const agent = defineAgent(helper.memory, {
      ...{ name: "helper", model: () => model, instructions: "Be brief.", throttleMs: 0 },
      tools: { once: once(async () => {}) },
    });
    const args = { as: OWNER, threadId: helper.threadId, prompt: "Go.", operationId: "one" };
    const first = codeOf(agent[how](helper.ctx, args));
    await asked.opened;
    const second = await agent[how](helper.ctx, { ...args, resume: true });
    gate.open();
    expect(await first).toBe("RUN_ACTIVE");
    expect(second.state.kind).toBe("completed");
    expect(ran).toHaveLength(1);
    const run = await helper.owner.runs.get(helper.ctx, { runId: second.runId });
    expect(run.state.kind).toBe("completed");
    expect(model.calls).toHaveLength(3);
    expect(run.totals.calls).toBe(3);
    const roles = (await messagesOf(helper)).map(({ role }) => role);
    expect(roles.filter((role) => role === "user")).toHaveLength(1);
  });
});

test("an action that runs the free tools of a step that waits does not take the run back", async () => {
  const [started, gate] = [aDoor(), aDoor()];
  ran.length = 0;
  const { pay, paid } = payments();
  const tool = once(async () => {
    started.open();
    await gate.opened;
  });
  const step = { toolCalls: [...pays(20).toolCalls, ...asks.toolCalls] };
  const helper = await anAgent([step, { text: "Paid." }, { text: "Twice." }], { tools: { pay, once: tool } });
  const args = { as: OWNER, threadId: helper.threadId, prompt: "Go.", operationId: "one" };
  const first = codeOf(helper.agent.generate(helper.ctx, args));
  await started.opened;
  const run = await helper.owner.runs.latest(helper.ctx, { threadId: helper.threadId });
  const { runId = "" } = run ?? {};
  await helper.owner.runs.approve(helper.ctx, { runId, callId: "pay-1" });
  const second = await helper.agent.generate(helper.ctx, { ...args, resume: true });
  expect(second).toMatchObject({ text: "Paid.", state: { kind: "completed" } });
  gate.open();
  expect(await first).toBe("RUN_ACTIVE");
  expect({ paid, ran: ran.length }).toEqual({ paid: [20], ran: 1 });
  expect(helper.model.calls).toHaveLength(2);
});

test("of two that take it up at once, one goes on", async () => {
  const { pay, paid } = payments();
  const helper = await anAgent([pays(20), { text: "Paid." }, { text: "Twice." }], { tools: { pay } });
  const { agent, ctx, threadId } = helper;
  const { runId } = await agent.generate(ctx, { as: OWNER, threadId, prompt: "Go." });
  await helper.owner.runs.approve(ctx, { runId, callId: "pay-1" });
  const codes = await Promise.all([1, 2, 3].map(() => codeOf(agent.resume(ctx, { as: OWNER, runId }))));
  expect(codes.sort()).toEqual(["RUN_ACTIVE", "RUN_ACTIVE", "ok"]);
  expect({ paid, calls: helper.model.calls.length }).toEqual({ paid: [20], calls: 2 });
});
