import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { whileActive } from "../../src/ai/cancelWatch.js";
import { resolveAgent } from "../../src/ai/resolveAgent.js";
import { defineAgent, defineTool } from "../../src/ai/index.js";
import { takeStep } from "../../src/ai/modelStep.js";
import type { ActionCtx } from "../../src/client/index.js";
import { CANCEL_POLL_MS } from "../../src/shared/runLimits.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { OWNER, text } from "../support/aMemory.js";
import { z } from "zod";
import { fallingSilent, untilAborted } from "./busyModel.js";
import { aDurableApp, hushed, leftovers, stateOf } from "./durableApp.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const polls = ({ calls }: TestAgent): number => calls.filter((call) => call === "runs.isActive").length;

/** Lets what is due run, as far as it waits for nothing. */
const realTimeout = globalThis.setTimeout;
const nextTask = () => new Promise((resolve) => realTimeout(resolve, 0));

const hasChunks = ({ inside }: TestAgent): Promise<boolean> =>
  inside(async ({ db }) => (await db.query("streamChunks").first()) !== null);

/** A run of the owner's, and work for it that ends when it is told to. */
async function aWatchedRun() {
  const helper = await anAgent([]);
  const { owner, ctx, threadId } = helper;
  const { runId } = await owner.turns.begin(ctx, {
    ...{ threadId, agentName: "helper", engine: "action", prompt: [text("Go")] },
  });
  const abort = new AbortController();
  const asked: Promise<unknown>[] = [];
  const noting = (using: ActionCtx) => {
    const ask = using.runQuery as unknown as (...args: unknown[]) => Promise<unknown>;
    return ((...args: unknown[]) => {
      const answer = ask(...args);
      asked.push(answer.catch(() => null));
      return answer;
    }) as unknown as ActionCtx["runQuery"];
  };
  let finish: () => void = () => {};
  const working = (using: ActionCtx = ctx) =>
    whileActive(
      { ctx: { ...using, runQuery: noting(using) }, memory: owner, runId, abort },
      async (watch) => {
        await new Promise<void>((resolve) => (finish = resolve));
        return watch.seenAlive;
      },
    );
  /** Lets so many looks come due, one after the other, and be answered. */
  const pass = async (looks: number) => {
    for (let look = 0; look < looks; look++) {
      vi.advanceTimersByTime(CANCEL_POLL_MS);
      await Promise.all(asked);
      await nextTask();
    }
  };
  return { ...helper, runId, abort, working, pass, finish: () => finish() };
}

describe("work for a run", () => {
  test("is not asked about when it is done soon, and no more once it is done", async () => {
    const run = await aWatchedRun();
    const working = run.working();
    vi.advanceTimersByTime(CANCEL_POLL_MS - 1);
    expect(polls(run)).toBe(0);
    run.finish();
    const seenAlive = await working;
    seenAlive();
    await run.pass(5);
    expect(polls(run)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is asked about every two seconds, and aborted once when the run has ended", async () => {
    const run = await aWatchedRun();
    const working = run.working();
    await run.pass(3);
    expect(polls(run)).toBe(3);
    expect(run.abort.signal.aborted).toBe(false);
    await run.owner.runs.cancel(run.ctx, { runId: run.runId });
    await run.pass(3);
    expect(run.abort.signal.reason).toMatchObject({ name: "AbortError" });
    expect(polls(run)).toBe(4);
    run.finish();
    await working;
  });

  test("goes on when a question fails, and is asked about again", async () => {
    const run = await aWatchedRun();
    const failing = vi.fn(run.ctx.runQuery).mockRejectedValueOnce(new TypeError("No network."));
    const working = run.working({ ...run.ctx, runQuery: failing } as ActionCtx);
    await run.pass(1);
    expect(run.abort.signal.aborted).toBe(false);
    await run.owner.runs.cancel(run.ctx, { runId: run.runId });
    await run.pass(1);
    expect(run.abort.signal.aborted).toBe(true);
    run.finish();
    await working;
  });

  test("is aborted when the run went with its thread", async () => {
    const run = await aWatchedRun();
    const working = run.working();
    await run.inside(async ({ db }) => {
      for (const row of await db.query("runs").collect()) await db.delete("runs", row._id);
    });
    await run.pass(1);
    expect(run.abort.signal.aborted).toBe(true);
    run.finish();
    await working;
  });

  test("that ends while it is asked about is not aborted any more", async () => {
    const run = await aWatchedRun();
    let answer: (isActive: boolean) => void = () => {};
    const runQuery = () => new Promise((resolve) => (answer = resolve));
    const working = run.working({ ...run.ctx, runQuery });
    vi.advanceTimersByTime(CANCEL_POLL_MS);
    run.finish();
    let isSettled = false;
    void working.then(() => (isSettled = true));
    await nextTask();
    expect(isSettled).toBe(false); // an action must not leave the question behind
    answer(false);
    await working;
    expect(run.abort.signal.aborted).toBe(false);
  });

  test("is not asked about while something shows that its run goes on", async () => {
    const run = await aWatchedRun();
    const working = whileActive({ ...run, memory: run.owner }, async ({ seenAlive }) => {
      for (let write = 0; write < 5; write++) {
        vi.advanceTimersByTime(CANCEL_POLL_MS - 1);
        seenAlive();
      }
    });
    await working;
    expect(polls(run)).toBe(0);
  });
});

describe("a model that streams and falls silent", () => {
  test("is aborted when its run is canceled, and what it said is kept", async () => {
    const helper = await anAgent([]);
    const { owner, ctx, threadId, memory } = helper;
    const model = fallingSilent("Half an answer.", async (signal) => {
      await vi.waitUntil(() => hasChunks(helper)); // what it said is written
      const run = await owner.runs.latest(ctx, { threadId });
      await owner.runs.cancel(ctx, { runId: run?.runId ?? "" });
      await untilAborted(signal);
    });
    const definition = { name: "helper", model: () => model, instructions: "Be brief.", throttleMs: 0 };
    const agent = defineAgent(memory, definition);
    const { state } = await agent.stream(ctx, { as: OWNER, threadId, prompt: "Go." });
    expect(state.kind).toBe("canceled");
    const all = await messagesOf(helper);
    expect(transcript(all)).toEqual(["user: Go.", "assistant: Half an answer."]);
    expect(all[1]?.state).toMatchObject({ kind: "failed", code: "RUN_CANCELED" });
  });

  test("shows with each write that its run goes on", async () => {
    const helper = await anAgent([]);
    const { owner, ctx, threadId, memory } = helper;
    const model = scriptedModel([{ text: "one two three four" }], { chunks: 4 });
    const definition = { name: "helper", model: () => model, instructions: "Be brief.", throttleMs: 0 };
    const { streamId } = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action", prompt: [text("Go")], stream: true },
    });
    const onAlive = vi.fn();
    await takeStep(resolveAgent(memory, definition), {
      ...{ ctx, memory: owner, streamId, maxRetries: 0, onAlive },
      built: {
        instructions: "Be brief.",
        messages: [{ role: "user", content: "Go" }],
        prepared: {},
        call: { trace: "", estimate: 0, texts: [] },
      },
      abort: new AbortController(),
    });
    expect(onAlive).toHaveBeenCalledTimes(4);
  });
});

describe("canceling a durable run", () => {
  test("before its first step calls no model, and leaves a thread that can be used", async () => {
    const app = await aDurableApp([{ text: "Now." }]);
    const { runId } = await app.start("Weather?");
    await app.owner.runs.cancel(app.ctx, { runId });
    await app.finish();
    expect(app.model.calls).toHaveLength(0);
    const { runId: next } = await app.start("And now?");
    await app.finish();
    expect(await stateOf(app, next)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))).toEqual([
      "user: Weather?",
      "user: And now?",
      "assistant: Now.",
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("between two of its tools starts no further one", async () => {
    const ran: string[] = [];
    const tool = (name: string) =>
      defineTool({
        description: name,
        inputSchema: z.object({}),
        execute: async (ctx) => {
          ran.push(name);
          if (ran.length === 1) await ctx.memory.runs.cancel(ctx, { runId: ctx.runId });
        },
      });
    const calls = ["first", "second"].map((toolName) => ({ toolName, input: {} }));
    const app = await aDurableApp([{ toolCalls: calls }, { text: "Late." }], {
      tools: { first: tool("first"), second: tool("second") },
    });
    await app.start("Both.");
    await app.finish();
    expect(ran.length).toBeLessThanOrEqual(2);
    expect(app.model.calls).toHaveLength(1);
    expect(await leftovers(app)).toEqual({});
  });
});
