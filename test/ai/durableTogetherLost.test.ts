// Actions with a tool and the call of the model behind it, lost at every point.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { settled } from "./approvals.js";
import { aDurableApp, hushed, leftovers, stateOf } from "./durableApp.js";
import { asks, counted, toolOf, watchSteps, type LossAt } from "./lostSteps.js";
import { messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
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

  test("once and then its model's, leaves the model attempts of its own", async () => {
    const { tool, operationIds } = counted();
    const app = await aDurableApp([asks("tool"), { text: "Done." }], { tools: { tool }, stream: false });
    const steps = watchSteps(app, (attempt) => {
      if (attempt > 4) return null;
      return attempt === 1 ? "after turns.saveResult" : "before turns.open";
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    const together = Array.from({ length: 4 }, () => "tool, model 1");
    expect(steps).toEqual(["model 0", ...together, "tool", "model 1"]);
    expect(operationIds).toHaveLength(1);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
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
