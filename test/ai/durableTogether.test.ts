// A tool and the call of the model behind it, as one step of the workflow.
import { isStepCount } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type ToolContext } from "../../src/ai/index.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { approveAll, settled } from "./approvals.js";
import { aDurableApp, hushed, leftovers, reference, stateOf } from "./durableApp.js";
import { watchSteps, type LossAt } from "./lostSteps.js";
import { asksFor, messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const asks = (toolName: string, callId?: string): ScriptedTurn => ({
  toolCalls: [{ toolName, input: {}, ...(callId === undefined ? {} : { callId }) }],
});
const toolOf = (execute: (ctx: ToolContext) => unknown, more: { idempotent?: true } = {}) =>
  defineTool({ description: "Does it.", inputSchema: z.object({}), execute, ...more });
/** A tool that remembers what it was given to pass on. */
function counted(more: { idempotent?: true } = {}) {
  const operationIds: string[] = [];
  return { operationIds, tool: toolOf(({ operationId }) => operationIds.push(operationId), more) };
}

describe("the steps of a workflow", () => {
  test("are a tool and the call of the model behind it, where a step asks for one", async () => {
    const app = await aDurableApp([asksFor("Oslo"), asksFor("Bergen"), { text: "Both 7." }], {
      tools: { weather },
    });
    const steps = watchSteps(app);
    await app.start("Weather?");
    await app.finish();
    expect(steps).toEqual(["model 0", "tool, model 1", "tool, model 2"]);
    expect(transcript(await messagesOf(app)).slice(1)).toEqual([
      'assistant: weather({"city":"Oslo"})',
      'tool: json {"city":"Oslo","degrees":7}',
      'assistant: weather({"city":"Bergen"})',
      'tool: json {"city":"Bergen","degrees":7}',
      "assistant: Both 7.",
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("are each tool and each call of the model, where a step asks for several", async () => {
    const app = await aDurableApp([asksFor("Oslo", "Bergen"), { text: "Both 7." }], { tools: { weather } });
    const steps = watchSteps(app);
    await app.start("Weather?");
    await app.finish();
    expect(steps).toEqual(["model 0", "tool", "tool", "model 1"]);
  });

  test("have the tool for themselves when the model is not asked again", async () => {
    const app = await aDurableApp([asksFor("Oslo"), asksFor("Bergen"), { text: "Never." }], {
      tools: { weather },
      stopWhen: isStepCount(2),
    });
    const steps = watchSteps(app);
    const { runId } = await app.start("Weather?");
    await app.finish();
    expect(steps).toEqual(["model 0", "tool, model 1", "tool"]);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });

  test.each([
    [59_000, ["model 0", "tool, model 1"]],
    [61_000, ["model 0", "tool, model 1", "model 1"]],
  ])("leave the model to one of its own behind a tool of %d ms", async (ms, expected) => {
    const slow = toolOf(() => {
      vi.setSystemTime(Date.now() + ms);
      return "done";
    });
    const app = await aDurableApp([asks("slow"), { text: "Done." }], { tools: { slow } });
    const steps = watchSteps(app);
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(steps).toEqual(expected);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(app.model.calls).toHaveLength(2);
  });

  test("show the model what was said while its tool ran", async () => {
    const steered = toolOf((ctx) => ctx.memory.runs.steer(ctx, { runId: ctx.runId, prompt: "In Celsius." }));
    const app = await aDurableApp([asks("steered"), { text: "7." }], { tools: { steered } });
    const steps = watchSteps(app);
    await app.start("Weather?");
    await app.finish();
    expect(steps).toEqual(["model 0", "tool, model 1"]);
    expect(app.model.calls[1]?.prompt.map(({ role }) => role).slice(1)).toEqual([
      ...["user", "assistant", "tool", "user"],
    ]);
  });

  test("do not ask the model behind a tool that ran while its run was canceled", async () => {
    const cancels = toolOf((ctx) => ctx.memory.runs.cancel(ctx, { runId: ctx.runId }));
    const app = await aDurableApp([asks("cancels"), { text: "Never." }], { tools: { cancels } });
    const steps = watchSteps(app);
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(steps).toEqual(["model 0", "tool, model 1"]);
    expect(app.model.calls).toHaveLength(1);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "canceled" });
    expect(await leftovers(app)).toEqual({});
  });

  test("wait for what the model asks behind a tool, when that needs an approval", async () => {
    const pay = defineTool({
      ...{ description: "Pays.", inputSchema: z.object({}), needsApproval: true },
      execute: () => "paid",
    });
    const app = await aDurableApp([asksFor("Oslo"), asks("pay"), { text: "Paid." }], {
      tools: { weather, pay },
    });
    const steps = watchSteps(app);
    const { runId } = await app.start("Go.");
    await settled(app);
    expect(steps).toEqual(["model 0", "tool, model 1"]);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "awaitingApproval" });
    const [held] = await app.owner.runs.listWaiting(app.ctx, { runId });
    await approveAll(app, runId, held?.callId ?? "");
    await settled(app);
    expect(steps.slice(2)).toEqual(["tool", "model 2"]);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });

  test("give the workflow around the run what was said behind a tool", async () => {
    const app = await aDurableApp([asksFor("Oslo"), { text: "Seven." }], { tools: { weather } });
    const steps = watchSteps(app);
    const args = { threadId: app.threadId, prompts: ["Weather?"] };
    const workflowId = await app.t.mutation((ctx) =>
      app.workflow.start(ctx, reference<"mutation">("brief:brief"), args),
    );
    await app.finish();
    expect(steps).toEqual(["model 0", "tool, model 1"]);
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      result: [{ text: "Seven.", state: "completed" }],
    });
  });
});

describe("a model that fails behind its tool", () => {
  test("is asked again, and the tool has run once", async () => {
    const { tool, operationIds } = counted();
    const script = [
      asks("tool"),
      { error: "Overloaded." },
      { text: "Half", error: "Cut." },
      { text: "Done." },
    ];
    const app = await aDurableApp(script, { tools: { tool } });
    const steps = watchSteps(app);
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(operationIds).toHaveLength(1);
    expect(steps).toEqual(["model 0", "tool, model 1", "tool, model 1", "tool, model 1"]);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app)).slice(2)).toEqual(["tool: json 1", "assistant: Done."]);
    expect((await app.owner.runs.get(app.ctx, { runId })).totals.calls).toBe(2);
  });

  test("as often as it is tried ends the run, which keeps the tool's result", async () => {
    const { tool, operationIds } = counted();
    const app = await aDurableApp([asks("tool"), { error: "Overloaded." }, { error: "Overloaded." }], {
      tools: { tool },
      retry: { maxAttempts: 2, initialBackoffMs: 10, base: 2 },
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(operationIds).toHaveLength(1);
    expect(app.model.calls).toHaveLength(3);
    const failed = { kind: "failed", code: "MODEL_FAILED", message: "Overloaded." };
    expect(await stateOf(app, runId)).toMatchObject({ ...failed, error: { isRetryable: true } });
    expect(transcript(await messagesOf(app)).at(-1)).toBe("tool: json 1");
    expect(await leftovers(app)).toEqual({});
  });
});

const LOSSES: readonly [LossAt, { runs: number; idempotentRuns: number }][] = [
  ["start", { runs: 1, idempotentRuns: 1 }],
  ["before turns.startTool", { runs: 1, idempotentRuns: 1 }],
  ["after turns.startTool", { runs: 0, idempotentRuns: 1 }],
  ["before turns.saveResult", { runs: 1, idempotentRuns: 2 }],
  ["after turns.saveResult", { runs: 1, idempotentRuns: 1 }],
  ["before turns.open", { runs: 1, idempotentRuns: 1 }],
  ["after turns.open", { runs: 1, idempotentRuns: 1 }],
  ["after turns.saveStep", { runs: 1, idempotentRuns: 1 }],
];

describe("an action that is lost", () => {
  test.each(LOSSES)("%s repeats nothing that was saved", async (loss, { runs, idempotentRuns }) => {
    for (const [more, expected] of [
      [{}, runs],
      [{ idempotent: true }, idempotentRuns],
    ] as const) {
      const { tool, operationIds } = counted(more);
      const app = await aDurableApp([asks("tool"), { text: "Done." }], { tools: { tool }, stream: false });
      const steps = watchSteps(app, (attempt) => (attempt === 1 ? loss : null));
      const { runId } = await app.start("Go.");
      await app.finish();
      expect(steps.slice(0, 3)).toEqual(["model 0", "tool, model 1", "tool, model 1"]);
      expect(steps.slice(3)).toEqual(loss === "after turns.saveStep" ? ["after"] : []); // whether it is due was lost
      expect(operationIds).toHaveLength(expected);
      expect(new Set(operationIds).size).toBe(Math.min(1, expected));
      expect(app.model.calls).toHaveLength(2);
      const mayHaveRun = loss === "after turns.startTool" || loss === "before turns.saveResult";
      const isInterrupted = mayHaveRun && !("idempotent" in more);
      const roles = (await messagesOf(app)).map(({ role }) => role);
      expect(roles).toEqual(["user", "assistant", "tool", "assistant"]);
      const shown = JSON.stringify(app.model.calls[1]?.prompt);
      expect(shown.includes("interrupted")).toBe(isInterrupted);
      expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
      expect(await leftovers(app)).toEqual({});
    }
  });

  test("before its answer was saved asks the model again, once", async () => {
    const { tool, operationIds } = counted();
    const script = [asks("tool"), { text: "Done." }, { text: "Done again." }];
    const app = await aDurableApp(script, { tools: { tool } });
    watchSteps(app, (attempt) => (attempt === 1 ? "before turns.saveStep" : null));
    await app.start("Go.");
    await app.finish();
    expect(operationIds).toHaveLength(1);
    expect(app.model.calls).toHaveLength(3);
    expect(transcript(await messagesOf(app)).slice(2)).toEqual(["tool: json 1", "assistant: Done again."]);
  });

  test("behind a step that asks for another tool under the same id does not take that for its own", async () => {
    const [first, second] = [counted({ idempotent: true }), counted()];
    const pay = defineTool({
      ...{ description: "Pays.", inputSchema: z.object({}), needsApproval: true },
      execute: second.tool.execute,
    });
    const app = await aDurableApp([asks("first", "call-1"), asks("pay", "call-1"), { text: "Done." }], {
      tools: { first: first.tool, pay },
    });
    watchSteps(app, (attempt) => (attempt === 1 ? "after turns.saveStep" : null));
    const { runId } = await app.start("Go.");
    await settled(app);
    expect([first.operationIds.length, second.operationIds.length]).toEqual([1, 0]);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "awaitingApproval" });
  });

  test("does not run what the next step asks for under the same id: that is no idempotent tool", async () => {
    const first = counted({ idempotent: true });
    const ranIn: (string | undefined)[] = [];
    const pay = toolOf(() => ranIn.push(steps.at(-1)));
    const app = await aDurableApp([asks("first", "call-1"), asks("pay", "call-1"), { text: "Done." }], {
      tools: { first: first.tool, pay },
    });
    const losses: (LossAt | null)[] = ["after turns.saveStep", "before turns.saveResult"];
    const steps = watchSteps(app, (attempt) => losses[attempt - 1] ?? null);
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(first.operationIds).toHaveLength(1);
    expect(ranIn).toEqual(["tool, model 2"]);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });
});

describe("a tool whose every action is lost", () => {
  test.each([
    ["start", "could not be run"],
    ["after turns.startTool", "interrupted"],
  ] as const)("(%s) is told to the model, and the run goes on", async (loss, words) => {
    for (const calls of [["one"], ["one", "two"]]) {
      const { tool, operationIds } = counted({ idempotent: true });
      const asked = { toolCalls: calls.map((callId) => ({ callId, toolName: "tool", input: {} })) };
      const app = await aDurableApp([asked, { text: "I could not." }], { tools: { tool } });
      const steps = watchSteps(app, () => loss);
      const { runId } = await app.start("Go.");
      await app.finish();
      expect(operationIds).toEqual([]);
      expect(steps.at(-1)).toBe("model 1");
      expect(JSON.stringify(app.model.calls[1]?.prompt)).toContain(words);
      expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
      expect(await leftovers(app)).toEqual({});
    }
  });

  test("is tried on its own after the attempts with the model", async () => {
    const { tool, operationIds } = counted();
    const app = await aDurableApp([asks("tool"), { text: "Done." }], { tools: { tool } });
    const steps = watchSteps(app, (attempt) => (attempt <= 5 ? "start" : null));
    await app.start("Go.");
    await app.finish();
    const together = Array.from({ length: 4 }, () => "tool, model 1");
    expect(steps).toEqual(["model 0", ...together, "tool", "tool", "model 1"]);
    expect(operationIds).toHaveLength(1);
  });
});
