import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { DeltaWriter } from "../../src/ai/deltaWriter.js";
import { foldDeltas, parseDeltas, type StreamDelta } from "../../src/shared/foldDeltas.js";
import { memoryError } from "../../src/validators/errors.js";
import { OWNER } from "../support/aMemory.js";
import { anAgent, messagesOf, type TestAgent } from "./support.js";

const look = defineTool({
  description: "Looks.",
  inputSchema: z.object({ at: z.string() }),
  execute: () => "seen",
});

describe("agent.stream", () => {
  test("writes the answer into the message that watchers saw from the start", async () => {
    const helper = await anAgent([{ reasoning: "Hmm.", text: "Oslo is in Norway." }], { throttleMs: 0 });
    const seen = new Set<string>();
    const running = helper.agent.stream(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Oslo?",
    });
    const { text } = await running;
    expect(text).toBe("Oslo is in Norway.");
    const [, answer] = await messagesOf(helper);
    expect(answer?.state).toEqual({ kind: "complete" });
    for (const stream of await streamsOf(helper)) seen.add(stream.messageId);
    expect([...seen]).toEqual([answer?.messageId]);
    const [stream] = await streamsOf(helper);
    expect(stream?.parts).toEqual(answer?.parts);
    expect(stream?.state).toBe("finished");
  });

  test("writes each delta on its own when the throttle is off, all together else", async () => {
    for (const [throttleMs, appends] of [
      [0, 12],
      [60_000, 2],
    ] as const) {
      const helper = await anAgent([{ text: "one two three four five six " }], { chunks: 12, throttleMs });
      await helper.agent.stream(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Count." });
      expect(helper.calls.filter((call) => call === "streams.append")).toHaveLength(appends);
    }
  });

  test("streams the input of tools and the answer after them, each into its own message", async () => {
    const helper = await anAgent(
      [{ text: "Let me look.", toolCalls: [{ toolName: "look", input: { at: "Oslo" } }] }, { text: "Seen." }],
      { tools: { look }, throttleMs: 0 },
    );
    await helper.agent.stream(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Look." });
    const calls = helper.calls.filter((call) => !call.startsWith("streams."));
    const messages = await messagesOf(helper);
    const answers = messages.filter((message) => message.role === "assistant");
    const streams = await streamsOf(helper);
    expect(streams.map((stream) => stream.messageId)).toEqual(answers.map((message) => message.messageId));
    expect(streams[0]?.parts).toMatchObject([
      { type: "text", text: "Let me look." },
      { type: "toolCall", toolName: "look", input: '{"at":"Oslo"}' },
    ]);
    expect(calls).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
  });
});

describe("DeltaWriter", () => {
  const writer = (throttleMs: number, append?: () => Promise<{ alive: boolean }>) => {
    const written: { seq: number; deltas: StreamDelta[] }[] = [];
    let ended = 0;
    const made = new DeltaWriter({
      throttleMs,
      append: async (seq, deltas) => {
        const answer = await append?.();
        written.push({ seq, deltas });
        return answer ?? { alive: true };
      },
      onEnded: () => (ended += 1),
    });
    return { made, written, ended: () => ended };
  };
  const text = (words: string): StreamDelta => ({ kind: "text", text: words });

  test("writes the last text within the throttle although nothing follows", async () => {
    const { made, written } = writer(20);
    made.push(text("a"));
    made.push(text("b"));
    made.push(text("c"));
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(written).toEqual([
      { seq: 0, deltas: [text("a")] },
      { seq: 1, deltas: [text("bc")] },
    ]);
  });

  test("never writes two chunks at once, and in order", async () => {
    let running = 0;
    let most = 0;
    const { made, written } = writer(0, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      return { alive: true };
    });
    for (let index = 0; index < 10; index++) made.push(text(String(index)));
    await made.finish();
    expect(most).toBe(1);
    expect(written.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("stops and says so once when the stream has ended", async () => {
    const { made, written, ended } = writer(0, async () => ({ alive: false }));
    made.push(text("a"));
    made.push(text("b"));
    await made.finish();
    made.push(text("c"));
    await made.finish();
    expect(written).toHaveLength(1);
    expect(ended()).toBe(1);
  });

  test("stops and says so when the stream is gone with its thread", async () => {
    const { made, ended } = writer(0, async () => {
      throw memoryError("STREAM_NOT_FOUND", "Gone.");
    });
    made.push(text("a"));
    await made.finish();
    expect(ended()).toBe(1);
    expect(made.failure).toBeUndefined();
  });

  test("tries a failed write once more with the same seq, then lets the stream stay behind", async () => {
    let attempts = 0;
    const { made, ended } = writer(0, async () => {
      attempts++;
      throw new TypeError("offline");
    });
    made.push(text("a"));
    made.push(text("b"));
    await made.finish();
    expect(attempts).toBe(2);
    expect(made.failure).toBeInstanceOf(TypeError);
    expect(ended()).toBe(0);
  });

  test("cuts what is too long for one chunk between characters", async () => {
    const words = `a${"🙂".repeat(60_000)}`;
    const { made, written } = writer(0);
    made.push(text(words));
    await made.finish();
    expect(written.length).toBeGreaterThan(1);
    for (const { deltas } of written) expect(JSON.stringify(deltas).length).toBeLessThan(256 * 1024);
    expect(foldDeltas(written.flatMap(({ deltas }) => deltas))).toEqual([{ type: "text", text: words }]);
  });
});

/** Every stream of the thread as its watchers would see it, oldest first. */
async function streamsOf(helper: TestAgent) {
  return await helper.inside(async (ctx) => {
    const streams = await ctx.db.query("streams").collect();
    return await Promise.all(
      streams.map(async (stream) => {
        const chunks = await ctx.db
          .query("streamChunks")
          .withIndex("by_stream", (q) => q.eq("streamId", stream._id))
          .collect();
        const parts = foldDeltas(chunks.flatMap((chunk) => parseDeltas(chunk.deltas)));
        return { messageId: stream.messageId, state: stream.state.kind, parts };
      }),
    );
  });
}
