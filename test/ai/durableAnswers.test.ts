import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { codeOf } from "../support/aMemory.js";
import { approveAll, askHuman, asksHuman, aWaitingRun, settled } from "./approvals.js";
import { hushed, leftovers, stateOf } from "./durableApp.js";
import { messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a durable run whose tools answer later", () => {
  test("waits for the answer of a person, in its own words", async () => {
    const app = await aWaitingRun([asksHuman("Which colour?"), { text: "Blue it is." }], { askHuman });
    const { runId, owner, ctx } = app;
    expect(await stateOf(app, runId)).toEqual({ kind: "awaitingResult" });
    expect(await owner.runs.listWaiting(ctx, { runId })).toMatchObject([
      { callId: "ask-1", kind: "result", input: '{"question":"Which colour?"}' },
    ]);
    expect(await owner.runs.answer(ctx, { runId, callId: "ask-1", output: "Blue" })).toEqual({
      state: { kind: "running" },
    });
    await settled(app);
    expect(transcript(await messagesOf(app)).slice(2)).toEqual(["tool: text Blue", "assistant: Blue it is."]);
    const { page } = await owner.runs.listToolCalls(ctx, { runId, cursor: null });
    expect(page).toMatchObject([{ state: { kind: "done" }, answeredBy: "olga" }]);
    await app.finish();
    expect(await leftovers(app)).toEqual({});
  });

  test("asks first where the tool says how, is held for approval before, and takes an answer that comes early", async () => {
    const asked: string[] = [];
    const sign = defineTool({
      description: "Has a document signed.",
      inputSchema: z.object({ title: z.string() }),
      needsApproval: true,
      answersLater: true,
      execute: async (ctx, { title }) => {
        asked.push(`${title} ${ctx.callId}`);
        if (title === "fast") await ctx.memory.runs.answer(ctx, { ...ctx, output: "signed at once" });
        if (title === "broken") throw new TypeError("The post is closed.");
      },
    });
    const calls = ["slow", "fast", "broken"].map((title) => ({
      ...{ callId: title, toolName: "sign", input: { title } },
    }));
    const app = await aWaitingRun([{ toolCalls: calls }, { text: "Signed." }], { sign });
    const { runId, owner, ctx } = app;
    expect(asked).toEqual([]);
    expect(await codeOf(owner.runs.answer(ctx, { runId, callId: "slow", output: "x" }))).toBe(
      "TOOL_CALL_NOT_WAITING",
    );
    await approveAll(app, runId, "slow", "fast", "broken");
    await settled(app);
    expect(asked).toEqual(["slow slow", "fast fast", "broken broken"]);
    expect(await stateOf(app, runId)).toEqual({ kind: "awaitingResult" });
    await owner.runs.answer(ctx, { runId, callId: "slow", output: { signed: true } });
    await settled(app);
    expect(transcript(await messagesOf(app)).slice(2)).toEqual([
      'tool: json {"signed":true}',
      "tool: text signed at once",
      "tool: error The post is closed.",
      "assistant: Signed.",
    ]);
  });

  test("tells the model that no result came in time", async () => {
    const app = await aWaitingRun([asksHuman("Anyone?"), { text: "Nobody." }], { askHuman });
    await app.finish();
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))[2]).toBe("tool: interrupted No result came in time.");
    const late = app.owner.runs.answer(app.ctx, { runId: app.runId, callId: "ask-1", output: "Me!" });
    expect(await codeOf(late)).toBe("ANSWER_EXPIRED");
    expect(await leftovers(app)).toEqual({});
  });

  test("is woken to end when it is canceled while it waits for an answer", async () => {
    const app = await aWaitingRun([asksHuman("Anyone?"), { text: "Never." }], { askHuman });
    await app.owner.runs.cancel(app.ctx, { runId: app.runId });
    const late = app.owner.runs.answer(app.ctx, { runId: app.runId, callId: "ask-1", output: "Me!" });
    expect(await codeOf(late)).toBe("RUN_ENDED");
    await app.finish();
    expect(await leftovers(app)).toEqual({});
    expect(app.model.calls).toHaveLength(1);
  });

  test("goes on at once when every call that would be answered was denied", async () => {
    const sign = defineTool({
      ...{ description: "Signs.", inputSchema: z.object({}), answersLater: true, needsApproval: true },
    });
    const app = await aWaitingRun(
      [{ toolCalls: [{ callId: "sign", toolName: "sign", input: {} }] }, { text: "Not signed." }],
      { sign },
    );
    const { state } = await app.owner.runs.deny(app.ctx, { runId: app.runId, callId: "sign" });
    expect(state).toEqual({ kind: "running" });
    await settled(app);
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "completed" });
  });
});
