import { describe, expect, test } from "vitest";
import type { Part } from "../../src/validators/content.js";
import type { ProviderError } from "../../src/validators/providerError.js";
import { aThread, codeOf, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

const failed = { kind: "failed" as const, code: "MODEL_FAILED", message: "no answer" };

/** A streaming run of the owner's, with words and calls that were streamed so far. */
async function aStream(streamed: Part[][]) {
  const thread = await aThread();
  const { owner, ctx, threadId } = thread;
  const prompt = [text("hello")];
  const run = { threadId, agentName: "helper", engine: "action" as const, prompt, stream: true };
  const { runId, streamId = "" } = await owner.turns.begin(ctx, run);
  for (const [seq, parts] of streamed.entries())
    await owner.streams.append(ctx, { streamId, seq, deltas: parts.map((part) => ({ kind: "part", part })) });
  const answer = async () => (await owner.messages.list(ctx, { threadId, cursor: null })).page[0];
  return { ...thread, runId, streamId, answer };
}

describe("a run can always be ended", () => {
  test("when more parts were streamed than a message may have", async () => {
    const many = Array.from({ length: 600 }, (_, index): Part =>
      index % 2 === 0 ? { type: "reasoning", text: "Hm. " } : text("So. "),
    );
    const { owner, ctx, runId, answer } = await aStream([many]);
    expect((await owner.runs.cancel(ctx, { runId })).state.kind).toBe("canceled");
    const kept = await answer();
    expect(kept?.state).toMatchObject({ kind: "failed", code: "RUN_CANCELED" });
    expect(kept?.parts).toHaveLength(512);
  });

  test("when what was streamed is too large for a row: the words are kept", async () => {
    const sources = Array.from({ length: 300 }, (_, index): Part => ({
      type: "source",
      sourceId: `s${index}`,
      url: `https://example.com/${"x".repeat(500)}`,
    }));
    const { owner, ctx, runId, answer } = await aStream([[text("Found: ")], sources, [text("much.")]]);
    expect((await owner.turns.end(ctx, { runId, outcome: failed })).state.kind).toBe("failed");
    expect((await answer())?.parts).toEqual([text("Found: "), text("much.")]);
  });

  test("when what was streamed is no part of a message: it is left out", async () => {
    const strange = { type: "text", text: "odd", colour: "red" } as unknown as Part;
    const { owner, ctx, runId, answer } = await aStream([[text("Well. ")], [strange]]);
    expect((await owner.turns.end(ctx, { runId, outcome: failed })).state.kind).toBe("failed");
    expect((await answer())?.parts).toEqual([text("Well. ")]);
  });

  test("when its runtime hands over more than can be kept, with what it used", async () => {
    const { owner, ctx, runId } = await aStream([]);
    const partial = Array.from({ length: 600 }, (_, index) => text(`${index} `));
    const end = { runId, outcome: failed, partial, usage: used };
    expect((await owner.turns.end(ctx, end)).state.kind).toBe("failed");
    expect((await owner.usage.list(ctx, { runId, cursor: null })).page).toHaveLength(1);
  });

  test("with a reason of any length, of which the start is kept", async () => {
    const { owner, ctx, runId, answer } = await aStream([[text("Half")]]);
    const { state } = await owner.runs.cancel(ctx, { runId, reason: "ö".repeat(900_000) });
    expect(JSON.stringify(state).length).toBeLessThan(3_000);
    expect(JSON.stringify((await answer())?.state).length).toBeLessThan(3_000);
    const long = { kind: "failed" as const, code: "C".repeat(900_000), message: "m".repeat(900_000) };
    const next = await aStream([]);
    const ended = await next.owner.turns.end(next.ctx, { runId: next.runId, outcome: long });
    expect(JSON.stringify(ended.state).length).toBeLessThan(4_000);
  });
});

describe("the record of a provider's error", () => {
  const endWith = async (error: unknown) => {
    const { owner, ctx, runId, answer } = await aStream([[text("Half")]]);
    const outcome = { ...failed, error: error as ProviderError };
    const { state } = await owner.turns.end(ctx, { runId, outcome });
    return { run: state, message: (await answer())?.state };
  };

  test("is kept with run and message, of its known fields only, and short", async () => {
    const told = { name: "n".repeat(9_000), code: "c".repeat(9_000), statusCode: 429, isRetryable: true };
    const { run, message } = await endWith({ ...told, headers: { authorization: "secret" } });
    const kept = { name: expect.stringMatching(/^n+$/) as string, statusCode: 429, isRetryable: true };
    for (const state of [run, message]) {
      expect(state).toMatchObject({ kind: "failed", error: kept });
      expect(JSON.stringify(state)).not.toContain("secret");
      expect(JSON.stringify(state).length).toBeLessThan(2_000);
    }
  });

  test.each([["a text"], [7], [{ name: 7, isRetryable: true }], [{ name: "x" }], [[]], [null]])(
    "that is none (%j) keeps no run from ending",
    async (error) => {
      const { run, message } = await endWith(error);
      for (const state of [run, message]) {
        expect(state).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
        expect(state).not.toHaveProperty("error");
      }
    },
  );
});

describe("promise 1: an end is recorded once", () => {
  test("what the last call used is recorded once, however often the end is repeated", async () => {
    const { owner, ctx, runId } = await aStream([[text("Half")]]);
    const end = { runId, outcome: failed, partial: [text("Half")], usage: used };
    for (let time = 0; time < 3; time++) await owner.turns.end(ctx, end);
    expect((await owner.usage.list(ctx, { runId, cursor: null })).page).toHaveLength(1);
    expect((await owner.runs.get(ctx, { runId })).totals).toEqual({
      calls: 1,
      inputTokens: 10,
      outputTokens: 5,
    });
  });

  test("a call that was under way when the run was canceled is recorded, once", async () => {
    const { owner, ctx, runId } = await aStream([[text("Half")]]);
    await owner.runs.cancel(ctx, { runId });
    const end = { runId, outcome: failed, usage: used };
    for (let time = 0; time < 2; time++) await owner.turns.end(ctx, end);
    expect((await owner.usage.list(ctx, { runId, cursor: null })).page).toHaveLength(1);
    expect((await owner.runs.get(ctx, { runId })).totals.calls).toBe(1);
  });

  test("a partial that is no part of a message is refused, and the run goes on", async () => {
    const { owner, ctx, runId } = await aStream([]);
    const end = { runId, outcome: failed, partial: [{ type: "sound" } as unknown as Part] };
    expect(await codeOf(owner.turns.end(ctx, end))).toBe("INVALID_ARGUMENT");
    expect((await owner.runs.get(ctx, { runId })).state.kind).toBe("running");
  });
});
