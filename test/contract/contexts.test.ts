import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  decodePlaces,
  decodeTrace,
  encodePlaces,
  encodeTrace,
  type ContextTrace,
} from "../../src/shared/contextTrace.js";
import { AGENT_TEXTS_MAX, TRACE_MAX_TEXTS } from "../../src/shared/limits.js";
import type { ContextCall } from "../../src/validators/contextGiven.js";
import fc from "fast-check";
import { aThread, codeOf, said, text, type TestThread } from "../support/aMemory.js";
import { used } from "../support/turns.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const TRACE: ContextTrace = { agent: "agent", hash: "hash", places: "0:0", tokens: [5, 0, 0, 0, 3, 2, 0] };
const callOf = (texts: ContextCall["texts"], trace = TRACE): ContextCall => ({
  trace: encodeTrace(trace, null),
  estimate: 10,
  texts,
});

/** A turn of one call with this context; gives the answer's id. */
async function answered({ ctx, owner }: TestThread, threadId: string, context: ContextCall): Promise<string> {
  const { runId } = await owner.turns.begin(ctx, {
    threadId,
    agentName: "helper",
    engine: "action",
    prompt: [text("Go.")],
  });
  const message = { parts: [text("Done.")] };
  const step = { runId, step: 0, message, results: [], usage: used, finish: true, context };
  return (await owner.turns.saveStep(ctx, step)).messageId ?? "";
}

describe("traces", () => {
  test("are explained to whoever may read the thread, and to nobody else", async () => {
    const thread = await aThread();
    const messageId = await answered(thread, thread.threadId, callOf([{ hash: "agent", text: "{}" }]));
    const { ctx, owner, reader, stranger, otherTenant } = thread;
    for (const as of [owner, reader]) {
      const { sections, tokens } = await as.contexts.explain(ctx, { messageId });
      expect(tokens).toBe(10);
      expect(sections).toHaveLength(7);
    }
    for (const as of [stranger, otherTenant])
      for (const asked of [as.contexts.explain(ctx, { messageId }), as.contexts.replay(ctx, { messageId })])
        expect(await codeOf(asked)).toBe("TRACE_NOT_FOUND");
  });

  test("of any length are refused beyond what one row and one mutation hold", async () => {
    const thread = await aThread();
    const many = Array.from({ length: TRACE_MAX_TEXTS + 1 }, (_, index) => ({ hash: `${index}`, text: "x" }));
    const long = { ...callOf([]), trace: "x".repeat(70_000) };
    const huge = callOf([{ hash: "a", text: "x".repeat(5_000_000) }]);
    for (const context of [callOf(many), long, huge]) {
      const { threadId } = await thread.owner.threads.create(thread.ctx, {});
      expect(await codeOf(answered(thread, threadId, context))).toBe("INVALID_ARGUMENT");
    }
  });

  test("come back as they were kept, whatever was added since a run's first call", () => {
    const place = fc.record({ turn: fc.nat({ max: 30 }), step: fc.nat({ max: 8 }) });
    const trace = fc
      .record(
        {
          agent: fc.string(),
          hash: fc.string(),
          places: fc.array(place, { maxLength: 20 }).map(encodePlaces),
          tokens: fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
          factor: fc.constantFrom(1.5, 2),
          summary: fc.string({ minLength: 1 }),
          blocks: fc.array(fc.tuple(fc.string(), fc.nat()), { minLength: 1 }),
        },
        { requiredKeys: ["agent", "hash", "places", "tokens"] },
      )
      .map((made): ContextTrace => made);
    fc.assert(
      fc.property(trace, trace, (first, later) => {
        expect(decodeTrace(encodeTrace(first, null), null)).toEqual(first);
        expect(decodeTrace(encodeTrace(later, first), first)).toEqual(later);
      }),
    );
  });

  test("write places in few characters, and lose none", () => {
    const places = fc.uniqueArray(fc.record({ turn: fc.nat({ max: 40 }), step: fc.nat({ max: 9 }) }), {
      selector: ({ turn, step }) => turn * 10 + step,
    });
    fc.assert(
      fc.property(places, (given) => {
        const inOrder = [...given].sort((a, b) => a.turn - b.turn || a.step - b.step);
        expect(decodePlaces(encodePlaces(given))).toEqual(inOrder);
      }),
    );
    const hundred = Array.from({ length: 100 }, (_, index) => ({ turn: index >> 1, step: index % 2 }));
    expect(encodePlaces(hundred)).toBe("0~49:0-1");
  });
});

describe("kept texts", () => {
  test("of a message go with it from every thread that recalled it, also where there are many", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner, threadId } = thread;
    const { places } = await owner.messages.append(ctx, { threadId, messages: [said("user", "secret")] });
    const sourceId = places[0]?.messageId ?? "";
    const recalled: ContextTrace["recalled"] = [["message", sourceId, { lexical: 1 }, 3, "recalled"]];
    const kept = {
      hash: "recalled",
      text: "secret",
      sourceIds: [sourceId, "neighbour"],
      sourceThreadId: threadId,
    };
    const context = callOf([{ hash: "agent", text: "{}" }, kept], { ...TRACE, recalled });
    const answers: string[] = [];
    for (let count = 0; count < 40; count++) {
      const { threadId: other } = await owner.threads.create(ctx, {});
      answers.push(await answered(thread, other, context));
    }
    expect((await thread.countRows()).contextParts).toBe(81);
    await owner.messages.remove(ctx, { messageId: sourceId });
    const last = { messageId: answers.at(-1) ?? "" };
    expect(await owner.contexts.replay(ctx, last)).toEqual({
      kind: "SOURCE_ERASED",
      source: { kind: "message", id: sourceId },
    });
    await thread.finishSweeps();
    expect(await thread.countRows()).toMatchObject({ contextParts: 1, contextTraces: 40 });
    expect((await thread.countRows()).sweeps).toBeUndefined();
  });

  test("of an agent are bounded, and once each", async () => {
    const thread = await aThread({ shared: false });
    for (const round of [0, 1])
      for (let index = 0; index < AGENT_TEXTS_MAX / 2; index++) {
        const { threadId } = await thread.owner.threads.create(thread.ctx, {});
        const hash = `agent ${index}`;
        await answered(thread, threadId, callOf([{ hash, text: `${hash} ${round}`.repeat(200) }]));
      }
    expect(await thread.countRows()).toMatchObject({
      contextParts: AGENT_TEXTS_MAX / 2,
      contextTexts: AGENT_TEXTS_MAX / 2,
    });
  });
});
