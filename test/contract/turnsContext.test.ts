import { describe, expect, test } from "vitest";
import type { Message } from "../../src/validators/message.js";
import { aThread, call, result, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

const CALLS = ["a", "b", "c", "d"];

/** A durable run whose first step asked for four tools that each gave `bytes`, in a thread with something before it. */
async function aRunAfterTools(bytes = 10) {
  const thread = await aThread({ shared: false });
  const { owner, ctx, threadId } = thread;
  await owner.messages.append(ctx, { threadId, messages: [{ role: "user", parts: [text("Before")] }] });
  const turn = { threadId, agentName: "helper", engine: "durable" as const, prompt: [text("Look")] };
  const { runId } = await owner.turns.begin(ctx, turn);
  const parts = CALLS.map((callId) => call(callId));
  await owner.turns.saveStep(ctx, {
    ...{ runId, step: 0, message: { parts }, results: [], usage: used, finish: false },
  });
  for (const callId of CALLS) {
    const part = result(callId, JSON.stringify("r".repeat(bytes)));
    await owner.turns.saveResult(ctx, { runId, callId, part, failed: false, ms: 1 });
  }
  return { ...thread, runId };
}
const places = (context: readonly Message[]) => context.map(({ turn, step }) => `${turn}.${step}`);

describe("whatever the limits, a run sees its prompt and what its tools gave last", () => {
  test.each([
    ["messages", { maxMessages: 2 }],
    ["bytes", { maxBytes: 100 }],
    ["tokens", { maxTokens: 1 }],
  ])("when %s are few", async (_name, limits) => {
    const { owner, ctx, runId } = await aRunAfterTools();
    const { context } = await owner.turns.open(ctx, { runId, step: 1, limits });
    expect(places(context)).toEqual(["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]);
  });

  test("when they are long", async () => {
    const { owner, ctx, runId } = await aRunAfterTools(200_000);
    const { context } = await owner.turns.open(ctx, { runId, step: 1 });
    expect(places(context)).toEqual(["0.0", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]);
  });

  test("and the steps before its last go first", async () => {
    const { owner, ctx, runId } = await aRunAfterTools();
    const step = { runId, step: 1, results: [], usage: used, finish: false };
    await owner.turns.saveStep(ctx, { ...step, message: { parts: [call("e")] } });
    const last = { runId, callId: "e", part: result("e"), failed: false, ms: 1 };
    await owner.turns.saveResult(ctx, last);
    const { context } = await owner.turns.open(ctx, { runId, step: 2, limits: { maxMessages: 1 } });
    expect(places(context)).toEqual(["1.0", "1.6", "1.7"]);
  });
});

describe("a prompt that is in the thread", () => {
  const begin = { agentName: "helper", engine: "action" as const };

  test("is shown to the run that answers it, though it is longer than the limits", async () => {
    const { owner, ctx, threadId } = await aThread({ shared: false });
    const long = { role: "user" as const, parts: [text("word ".repeat(1_000))] };
    const { places: written } = await owner.messages.append(ctx, { threadId, messages: [long] });
    const promptMessageId = written[0]?.messageId ?? "";
    const { context } = await owner.turns.begin(ctx, {
      ...{ ...begin, threadId, promptMessageId, limits: { maxTokens: 10 } },
    });
    expect(places(context)).toEqual(["0.0"]);
  });

  test("of over 16 KiB is shown as far as one that comes with the run, and as a durable step shows it", async () => {
    const { owner, ctx, threadId } = await aThread({ shared: false });
    const parts = [text("short"), text("m".repeat(50_000)), text("l".repeat(100_000))];
    const { places: written } = await owner.messages.append(ctx, {
      threadId,
      messages: [{ role: "user", parts }],
    });
    const asked = { ...begin, threadId, promptMessageId: written[0]?.messageId ?? "" };
    const earlier = await owner.turns.begin(ctx, asked);
    await owner.runs.cancel(ctx, { runId: earlier.runId });
    const own = await owner.turns.begin(ctx, { ...begin, threadId, engine: "durable", prompt: parts });
    const opened = await owner.turns.open(ctx, { runId: own.runId, step: 0 });
    for (const { context } of [earlier, own, opened]) {
      const shown = context.at(-1)?.parts ?? [];
      expect(shown.map((part) => (part.type === "text" ? part.text.length : 0))).toEqual([5, 50_000, 65_536]);
      expect(shown[2]).toMatchObject({ payload: { bytes: 100_000 } });
    }
  });
});
