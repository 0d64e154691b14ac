import { describe, expect, test } from "vitest";
import { aMemory, codeOf, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

async function aStream() {
  const { memory, ctx } = aMemory();
  const as = memory.as({ userId: "ada" });
  const { threadId } = await as.threads.create(ctx, {});
  const turn = await as.turns.begin(ctx, {
    threadId,
    agentName: "helper",
    engine: "action",
    prompt: [text("hello")],
    stream: true,
  });
  const streamId = turn.streamId ?? "";
  const say = (seq: number, text: string) =>
    as.streams.append(ctx, { streamId, seq, deltas: [{ kind: "text", text }] });
  const answer = async () =>
    (await as.messages.list(ctx, { threadId, cursor: null, order: "desc" })).page.find(
      ({ role }) => role === "assistant",
    );
  return { memory, as, ctx, threadId, turn, streamId, say, answer };
}

describe("streams", () => {
  test("the id seen from the first chunk is the id of the final row", async () => {
    const { as, ctx, turn, streamId, say, answer } = await aStream();
    await say(0, "he");
    expect(await answer()).toMatchObject({
      messageId: turn.messageId,
      state: { kind: "streaming", streamId },
    });
    const message = { parts: [text("hello")] };
    await as.turns.saveStep(ctx, {
      runId: turn.runId,
      step: 0,
      message,
      results: [],
      usage: used,
      finish: true,
    });
    expect(await answer()).toMatchObject({
      messageId: turn.messageId,
      state: { kind: "complete" },
      parts: message.parts,
    });
    expect((await as.streams.follow(ctx, { streamId, after: 0 })).state.kind).toBe("finished");
  });

  test("a page stops by bytes, and following from its end reaches the last chunk", async () => {
    const { as, ctx, streamId, say } = await aStream();
    const chunks = 80;
    for (let seq = 0; seq < chunks; seq += 1) await say(seq, "x".repeat(250_000));
    const seen = new Set<number>();
    let after = 0;
    for (let page = 0, more = true; more && page < chunks; page += 1) {
      const found = await as.streams.follow(ctx, { streamId, after });
      for (const { seq } of found.chunks) seen.add(seq);
      expect(found.chunks.length).toBeLessThanOrEqual(16);
      ({ more } = found);
      after = Math.max(...seen) + 1;
    }
    expect(seen.size).toBe(chunks);
  });

  test("a chunk that is appended twice is there once, and readers get whole quanta", async () => {
    const { as, ctx, streamId, say } = await aStream();
    for (let seq = 0; seq < 10; seq += 1) await say(seq, String(seq));
    await say(3, "again");
    const seqs = async (after: number) =>
      (await as.streams.follow(ctx, { streamId, after })).chunks.map(({ seq }) => seq);
    expect(await seqs(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await seqs(9)).toEqual([8, 9]);
  });

  test("what was said before a failure stays as a failed message, out of context", async () => {
    const { as, ctx, threadId, turn, say, answer } = await aStream();
    await say(0, "The answer ");
    await say(1, "is");
    await as.turns.end(ctx, {
      runId: turn.runId,
      outcome: { kind: "failed", code: "MODEL_FAILED", message: "cut off" },
    });
    expect(await answer()).toMatchObject({
      messageId: turn.messageId,
      state: { kind: "failed", code: "MODEL_FAILED" },
      parts: [text("The answer is")],
    });
    const next = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("again")] };
    const { context } = await as.turns.begin(ctx, next);
    expect(context.map(({ role }) => role)).toEqual(["user", "user"]);
  });

  test("a canceled run tells its writer to stop and leaves the thread free", async () => {
    const { as, ctx, threadId, turn, say, answer } = await aStream();
    expect(await say(0, "I was")).toEqual({ alive: true });
    await as.runs.cancel(ctx, { runId: turn.runId, reason: "enough" });
    expect(await say(1, " going on")).toEqual({ alive: false });
    expect(await answer()).toMatchObject({
      state: { kind: "failed", code: "RUN_CANCELED" },
      parts: [text("I was")],
    });
    const late = {
      runId: turn.runId,
      step: 0,
      message: { parts: [text("late")] },
      results: [],
      usage: used,
      finish: true,
    };
    expect(await as.turns.saveStep(ctx, late)).toMatchObject({ saved: false, state: { kind: "canceled" } });
    expect((await as.usage.list(ctx, { runId: turn.runId, cursor: null })).page).toHaveLength(1);
    const next = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("new")] };
    expect((await as.turns.begin(ctx, next)).repeated).toBe(false);
  });

  test("a canceled run that had said nothing leaves no empty message", async () => {
    const { as, ctx, turn, answer } = await aStream();
    await as.runs.cancel(ctx, { runId: turn.runId });
    expect(await answer()).toBeUndefined();
  });

  test("a durable step that is started again replaces its partial stream on the same message row", async () => {
    const { as, ctx, threadId, turn } = await aStream();
    await as.runs.cancel(ctx, { runId: turn.runId });
    const prompt = { threadId, agentName: "helper", engine: "durable" as const, prompt: [text("again")] };
    const { runId } = await as.turns.begin(ctx, prompt);
    const first = await as.turns.open(ctx, { runId, step: 0, stream: true });
    const append = (streamId = "", text = "") =>
      as.streams.append(ctx, { streamId, seq: 0, deltas: [{ kind: "text", text }] });
    await append(first.streamId, "half");
    const second = await as.turns.open(ctx, { runId, step: 0, stream: true });
    expect(second.messageId).toBe(first.messageId);
    expect(second.streamId).not.toBe(first.streamId);
    expect(await append(first.streamId, "late")).toEqual({ alive: false });
    expect(await append(second.streamId, "whole")).toEqual({ alive: true });
  });
});

describe("promise 7: runs and streams fail closed", () => {
  test("a stranger and another tenant's user of the same name get nothing", async () => {
    const { memory, ctx, threadId, turn, streamId } = await aStream();
    const { runId } = turn;
    for (const principal of [{ userId: "eve" }, { userId: "ada", tenantId: "other" }]) {
      const as = memory.as(principal);
      const message = { parts: [text("forged")] };
      const codes: string[] = [];
      const attempts = [
        () => as.turns.begin(ctx, { threadId, agentName: "x", engine: "action", prompt: [text("hi")] }),
        () => as.turns.saveStep(ctx, { runId, step: 0, message, results: [], usage: used, finish: true }),
        () => as.turns.open(ctx, { runId, step: 0 }),
        () => as.turns.end(ctx, { runId, outcome: { kind: "completed" } }),
        () => as.runs.get(ctx, { runId }),
        () => as.runs.cancel(ctx, { runId }),
        () => as.runs.list(ctx, { threadId, cursor: null }),
        () => as.runs.latest(ctx, { threadId }),
        () => as.runs.listToolCalls(ctx, { runId, cursor: null }),
        () => as.streams.follow(ctx, { streamId, after: 0 }),
        () => as.streams.append(ctx, { streamId, seq: 0, deltas: [] }),
      ];
      for (const attempt of attempts) codes.push(await codeOf(attempt()));
      const run = "RUN_NOT_FOUND";
      const thread = "THREAD_NOT_FOUND";
      const stream = "STREAM_NOT_FOUND";
      expect(codes).toEqual([thread, run, run, run, run, run, thread, thread, run, stream, stream]);
    }
  });

  test("a reader of the thread may watch but neither ask nor cancel", async () => {
    const { memory, as, ctx, threadId, turn, streamId } = await aStream();
    await as.threads.setParticipant(ctx, { threadId, userId: "bob", role: "reader" });
    const bob = memory.as({ userId: "bob" });
    expect((await bob.streams.follow(ctx, { streamId, after: 0 })).state.kind).toBe("streaming");
    expect((await bob.runs.get(ctx, { runId: turn.runId })).state.kind).toBe("running");
    await expect(bob.runs.cancel(ctx, { runId: turn.runId })).rejects.toMatchObject({
      data: { code: "FORBIDDEN" },
    });
    const ask = { threadId, agentName: "x", engine: "action" as const, prompt: [text("hi")] };
    await expect(bob.turns.begin(ctx, ask)).rejects.toMatchObject({ data: { code: "FORBIDDEN" } });
  });

  test("malformed ids look like missing ones", async () => {
    const { as, ctx } = await aStream();
    await expect(as.runs.get(ctx, { runId: "nonsense" })).rejects.toMatchObject({
      data: { code: "RUN_NOT_FOUND" },
    });
    await expect(as.streams.follow(ctx, { streamId: "", after: 0 })).rejects.toMatchObject({
      data: { code: "STREAM_NOT_FOUND" },
    });
  });
});
