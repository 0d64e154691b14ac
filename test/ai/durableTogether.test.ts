// A tool and the call of the model behind it, as one step of the workflow.
import { isStepCount } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { approveAll, settled } from "./approvals.js";
import { aDurableApp, hushed, leftovers, reference, stateOf } from "./durableApp.js";
import { asks, counted, toolOf, watchSteps } from "./lostSteps.js";
import { asksFor, messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

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
    // Two answers, and the one that broke off.
    expect((await app.owner.runs.get(app.ctx, { runId })).totals.calls).toBe(3);
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
