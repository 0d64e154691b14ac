import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers, reference, stateOf } from "./durableApp.js";
import { messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("agent.start", () => {
  test("refuses an empty prompt and leaves neither run nor workflow", async () => {
    const app = await aDurableApp([]);
    expect(await codeOf(app.start(" \n"))).toBe("PROMPT_EMPTY");
    expect(await app.rowsOf("agentMemory", "runs")).toBe(0);
    expect(await leftovers(app)).toEqual({});
  });

  test("refuses a second run in a thread while one is active, where it is told to", async () => {
    const app = await aDurableApp([{ text: "One." }], { whileRunning: "reject" });
    await app.start("Go.");
    expect(await codeOf(app.start("Also."))).toBe("RUN_ACTIVE");
    await app.finish();
    expect(transcript(await messagesOf(app))).toEqual(["user: Go.", "assistant: One."]);
  });

  test("says so when run is exported under another name", async () => {
    const app = await aDurableApp([]);
    const started = app.agent.start(app.ctx, reference<"mutation">("researcher:answer"), {
      as: OWNER,
      threadId: app.threadId,
      prompt: "Go.",
    });
    expect(await codeOf(started)).toBe("RUN_EXPORTS_MISNAMED");
  });

  test("fails a run with RUN_CODE_MOVED when its step is no longer where it was", async () => {
    const app = await aDurableApp([{ text: "Never." }], {
      retry: { maxAttempts: 1, initialBackoffMs: 1, base: 1 },
    });
    const { runId } = await app.start("Go.");
    delete app.researcher.step;
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(await leftovers(app)).toEqual({});
  });

  test("fails a run with RUN_CODE_MOVED, and goes on, when its whole file was moved", async () => {
    // Two calls are steps of their own: one alone would be followed by the model in the same action.
    const movesIt = { toolCalls: ["one", "two"].map((callId) => ({ callId, toolName: "moves", input: {} })) };
    const moves = defineTool({
      description: "Moves the file of its run.",
      inputSchema: z.object({}),
      execute: () => {
        for (const name of ["run", "step", "settle"]) delete app.researcher[name];
        return "moved";
      },
    });
    const app = await aDurableApp([movesIt, { text: "Here." }], {
      tools: { moves },
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toEqual({ kind: "running" });
    const again = { as: OWNER, threadId: app.threadId, prompt: "Still there?" };
    await app.t.mutation((ctx) => app.agent.start(ctx, reference<"mutation">("moved:run"), again));
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    await app.finish();
    expect(transcript(await messagesOf(app)).at(-1)).toBe("assistant: Here.");
  });
});
