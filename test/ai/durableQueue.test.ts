// Durable runs that wait: for their turn, and for their time.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type RunTicket, type StartArgs } from "../../src/ai/index.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers, reference, stateOf } from "./durableApp.js";
import { duringFirstCall, kindOf, settleNow, spoken } from "./queueActs.js";
import { messagesOf } from "./support.js";

const HOUR_MS = 60 * 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("agent.start in a busy thread", () => {
  test("queues: three prompts are answered in order, each seeing those before it, and nothing is left", async () => {
    const app = await aDurableApp([{ text: "One." }, { text: "Two." }, { text: "Three." }]);
    const tickets = [await app.start("1?"), await app.start("2?"), await app.start("3?")];
    expect(tickets.map(({ turn, state }) => `${turn} ${state}`)).toEqual([
      "0 running",
      "1 queued",
      "2 queued",
    ]);
    await app.finish();
    expect(await spoken(app)).toEqual([
      "user: 1?",
      "assistant: One.",
      "user: 2?",
      "assistant: Two.",
      "user: 3?",
      "assistant: Three.",
    ]);
    const prompts = app.model.calls.map(({ prompt }) => JSON.stringify(prompt));
    expect(prompts[0]).not.toContain("2?");
    expect(prompts[1]).toContain("One.");
    expect(prompts[1]).not.toContain("3?");
    expect(prompts[2]).toContain("Two.");
    expect(await leftovers(app)).toEqual({});
  });

  test("gives the ticket of a run that waits again, and starts nothing twice", async () => {
    const app = await aDurableApp([{ text: "One." }, { text: "Two." }]);
    await app.start("1?");
    const ticket = await app.start("2?", "op");
    expect(await app.start("2?", "op")).toEqual(ticket);
    await app.finish();
    expect(await app.start("2?", "op")).toEqual({ ...ticket, state: "completed" });
    expect(app.model.calls).toHaveLength(2);
  });

  test("interrupts during the call of a model: what it had said is kept, and the new prompt is answered", async () => {
    const app = await aDurableApp([{ text: "Never to be read." }, { text: "Noon." }]);
    let interrupted: RunTicket | undefined;
    duringFirstCall(app, async () => {
      interrupted = await app.start("Stop, tell me the time.", undefined, { whileRunning: "interrupt" });
    });
    const first = await app.start("A long story.");
    await app.finish();
    expect(await stateOf(app, first.runId)).toMatchObject({
      kind: "canceled",
      reason: "Interrupted by a new prompt.",
    });
    expect(interrupted).toMatchObject({ state: "running", turn: 1 });
    expect((await spoken(app)).at(-1)).toBe("assistant: Noon.");
    expect(await kindOf(app, interrupted ?? { runId: "" })).toBe("completed");
    expect(await leftovers(app)).toEqual({});
  });

  test("fails a run whose file was moved while it waited, and the next goes on", async () => {
    const app = await aDurableApp([{ text: "One." }, { text: "Moved." }]);
    await app.start("1?");
    const two = await app.start("2?");
    const args = { as: OWNER, threadId: app.threadId, prompt: "3?" };
    const three = await app.t.mutation(async (ctx) =>
      app.agent.start(ctx, reference<"mutation">("moved:run"), args),
    );
    duringFirstCall(app, async () => {
      for (const name of ["run", "step", "settle"]) delete app.researcher[name];
    });
    await app.finish();
    expect(await stateOf(app, two.runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(await kindOf(app, three)).toBe("completed");
  });

  test("goes on behind a run that fails, and behind one that is canceled", async () => {
    const app = await aDurableApp([{ error: "Overloaded." }, { text: "Two." }], {
      retry: { maxAttempts: 1, initialBackoffMs: 1, base: 1 },
    });
    const [one, two, three] = [await app.start("1?"), await app.start("2?"), await app.start("3?")];
    await app.owner.runs.cancel(app.ctx, { runId: three.runId });
    await app.finish();
    expect([await kindOf(app, one), await kindOf(app, two), await kindOf(app, three)]).toEqual([
      "failed",
      "completed",
      "canceled",
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("ends a run whose file was moved between its turn and its first step", async () => {
    const app = await aDurableApp([{ text: "Never kept." }, { text: "Here." }]);
    const one = await app.start("1?");
    const two = await app.start("2?");
    duringFirstCall(app, async () => {
      await app.owner.runs.cancel(app.ctx, { runId: one.runId });
      for (const name of ["run", "step", "settle"]) delete app.researcher[name];
    });
    await app.finish();
    expect(await kindOf(app, two)).toBe("running"); // nobody could be told that its workflow failed
    const args = { as: OWNER, threadId: app.threadId, prompt: "3?" };
    const three = await app.t.mutation(async (ctx) =>
      app.agent.start(ctx, reference<"mutation">("moved:run"), args),
    );
    expect(await stateOf(app, two.runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    await app.finish();
    expect(await kindOf(app, three)).toBe("completed");
  });

  test("ends an abandoned run that it would wait behind, and begins", async () => {
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
    const app = await aDurableApp([movesIt, { text: "Two." }, { text: "Three." }], { tools: { moves } });
    const start = (prompt: string, more: Partial<StartArgs> = {}) =>
      app.t.mutation(async (ctx) =>
        app.agent.start(ctx, reference<"mutation">("moved:run"), {
          ...{ as: OWNER, threadId: app.threadId, prompt },
          ...more,
        }),
      );
    const one = await app.start("1?");
    const two = await start("2?");
    expect(two.state).toBe("queued");
    await app.finish();
    expect(await kindOf(app, one)).toBe("running"); // nobody could be told that its workflow failed
    const three = await start("3?");
    expect(await stateOf(app, one.runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect([await kindOf(app, two), three.state]).toEqual(["running", "queued"]);
    await app.finish();
    expect((await spoken(app)).slice(-4)).toEqual([
      "user: 2?",
      "assistant: Two.",
      "user: 3?",
      "assistant: Three.",
    ]);
  });
});

describe("agent.start with startAt", () => {
  test("answers at its time, with what was said until then", async () => {
    const one1 = { text: "One. ".repeat(40), usage: { inputTokens: 150, outputTokens: 9 } };
    const app = await aDurableApp([one1, { text: "Good morning." }]);
    const later = await app.start("Greet me.", undefined, { startAt: Date.now() + HOUR_MS });
    expect(later).toMatchObject({ state: "queued", turn: 0 });
    const one = await app.start("1?");
    expect(one.state).toBe("running");
    await settleNow(app);
    expect(await kindOf(app, one)).toBe("completed");
    expect(JSON.stringify(app.model.calls[0]?.prompt)).not.toContain("Greet me.");
    expect(await kindOf(app, later)).toBe("queued");
    await app.finish();
    expect(await spoken(app)).toEqual([
      "user: 1?",
      `assistant: ${one1.text}`,
      "user: Greet me.",
      "assistant: Good morning.",
    ]);
    const shown = JSON.stringify(app.model.calls[1]?.prompt);
    expect(shown).toContain("One.");
    expect(shown, "the turn that the prompt has left is no cut").not.toContain("summary");
    expect((await messagesOf(app)).find(({ messageId }) => messageId === later.messageId)).toMatchObject({
      turn: 2,
    });
    expect(await leftovers(app)).toEqual({});
  });

  test("is nothing at its time when it was canceled; NaN is refused", async () => {
    const app = await aDurableApp([]);
    const { runId } = await app.start("Greet me.", undefined, { startAt: Date.now() + HOUR_MS });
    await app.owner.runs.cancel(app.ctx, { runId });
    await app.finish();
    expect(app.model.calls).toHaveLength(0);
    expect(await codeOf(app.start("x", undefined, { startAt: NaN }))).toBe("INVALID_ARGUMENT");
    expect(await leftovers(app)).toEqual({});
  });
});
