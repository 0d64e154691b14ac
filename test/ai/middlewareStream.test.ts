// Streams of a caller's loop have watchers, and end when all is saved.
import { isStepCount, streamText } from "ai";
import { describe, expect, test } from "vitest";
import { STEP_MAX_TOOL_CALLS } from "../../src/shared/limits.js";
import { codeOf } from "../support/aMemory.js";
import { aLoop, thermometer } from "./middlewareSupport.js";
import { asksFor, messagesOf, transcript } from "./support.js";

const stopWhen = isStepCount(5);

describe("a streaming loop with memory", () => {
  test("is watched while it answers, and its stream ends when all is saved", async () => {
    const { weather } = thermometer();
    const loop = await aLoop([{ text: "Let me look.", ...asksFor("Oslo") }, { text: "It is 7 degrees." }], {
      delayMs: 2,
    });
    const result = streamText({ model: loop.bind().model, tools: { weather }, stopWhen, prompt: "Oslo?" });
    const watched: string[] = [];
    for await (const delta of result.textStream) {
      watched.push(delta);
      const message = (await messagesOf(loop)).at(-1);
      if (message?.state.kind !== "streaming") continue;
      const { chunks } = await loop.owner.streams.follow(loop.ctx, {
        streamId: message.state.streamId,
        after: 0,
      });
      watched.push(`seen ${chunks.length > 0}`);
    }
    expect(watched).toContain("seen true");
    expect(await result.text).toBe("It is 7 degrees.");
    const run = await loop.owner.runs.latest(loop.ctx, { threadId: loop.threadId });
    expect(run).toMatchObject({ state: { kind: "completed" }, steps: 2 });
    expect(transcript(await messagesOf(loop))).toEqual([
      "user: Oslo?",
      'assistant: Let me look. weather({"city":"Oslo"})',
      'tool: json {"city":"Oslo","degrees":7}',
      "assistant: It is 7 degrees.",
    ]);
    const doors = loop.calls.filter((door) => door.startsWith("turns."));
    expect(doors).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
  });

  test("ends for its caller only when the answer is saved, however long that takes", async () => {
    const loop = await aLoop([{ text: "Norway." }]);
    let saved = false;
    const run = loop.ctx.runMutation as (...args: unknown[]) => Promise<unknown>;
    const runMutation = async (...args: unknown[]) => {
      const count = loop.calls.length;
      const done = await run(...args);
      if (loop.calls[count] !== "turns.saveStep") return done;
      await new Promise((resolve) => setTimeout(resolve, 50));
      saved = true;
      return done;
    };
    const { model } = loop.bind({ ctx: { ...loop.ctx, runMutation } });
    await streamText({ model, prompt: "Oslo?" }).consumeStream();
    expect(saved).toBe(true);
  });

  test("fails for its caller when the answer cannot be saved", async () => {
    const loop = await aLoop([asksFor(...Array<string>(STEP_MAX_TOOL_CALLS + 1).fill("Oslo"))]);
    const errors: unknown[] = [];
    const onError = ({ error }: { error: unknown }) => void errors.push(error);
    await streamText({
      model: loop.bind({ throttleMs: 60_000 }).model,
      prompt: "All.",
      onError,
    }).consumeStream();
    expect(await codeOf(Promise.reject(errors[0] as Error))).toBe("INVALID_ARGUMENT");
    const latest = await loop.owner.runs.latest(loop.ctx, { threadId: loop.threadId });
    expect(latest?.state).toMatchObject({ kind: "failed", code: "INVALID_ARGUMENT" });
  });

  test("gives the caller every part as the model gave it", async () => {
    const script = [{ reasoning: "Hmm.", text: "Oslo is in Norway." }];
    const loop = await aLoop(script);
    const plain = await aLoop(script);
    const partsOf = async (model: Parameters<typeof streamText>[0]["model"]) => {
      const parts: string[] = [];
      for await (const part of streamText({ model, prompt: "Oslo?" }).stream) parts.push(part.type);
      return parts;
    };
    expect(await partsOf(loop.bind().model)).toEqual(await partsOf(plain.scripted));
  });

  test("tells the loop when the run was canceled meanwhile", async () => {
    const loop = await aLoop([{ text: "one two three four five six seven eight nine ten " }], {
      chunks: 10,
      delayMs: 10,
    });
    let seen = 0;
    const watch = async () => {
      const result = streamText({ model: loop.bind().model, prompt: "Count.", onError: () => {} });
      for await (const part of result.stream) {
        if (part.type === "error") throw part.error;
        if (part.type !== "text-delta" || ++seen !== 2) continue;
        const run = await loop.owner.runs.latest(loop.ctx, { threadId: loop.threadId });
        await loop.owner.runs.cancel(loop.ctx, { runId: run?.runId ?? "" });
      }
    };
    expect(await codeOf(watch())).toBe("RUN_ENDED");
    expect(seen).toBeLessThan(10);
    const [, partial] = await messagesOf(loop);
    expect(partial?.state).toMatchObject({ kind: "failed", code: "RUN_CANCELED" });
    expect(JSON.stringify(partial?.parts)).toContain("one");
  });
});
