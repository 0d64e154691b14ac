import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callModel } from "../../src/ai/modelCall.js";
import { resolveAgent } from "../../src/ai/resolveAgent.js";
import { FileKeeper } from "../../src/ai/fileKeeper.js";
import type { AgentMemory } from "../../src/client/index.js";
import { foldDeltas, type StreamDelta } from "../../src/shared/foldDeltas.js";
import { recordedModel, textStream } from "../ai/recordedModel.js";

type Part = LanguageModelV4StreamPart;
const words = fc.string({ unit: "grapheme", maxLength: 6 });
const metadata = fc.option(fc.constantFrom({ a: { n: 1 } }, { b: { signature: "s" } }), { nil: undefined });
const extras = (given: { a: { n: number } } | { b: { signature: string } } | undefined) =>
  given === undefined ? {} : { providerMetadata: given as never };

/** The pieces of one text or thought, in their order. */
const block = (id: string): fc.Arbitrary<Part[]> =>
  fc
    .tuple(
      fc.constantFrom("text" as const, "reasoning" as const),
      fc.array(words, { maxLength: 3 }),
      metadata,
      metadata,
    )
    .map(([kind, deltas, atStart, atEnd]) => [
      { type: `${kind}-start`, id, ...extras(atStart) },
      ...deltas.map((delta): Part => ({ type: `${kind}-delta`, id, delta })),
      { type: `${kind}-end`, id, ...extras(atEnd) },
    ]);

/** The pieces of one call: with its input in deltas or without, spaced or not, of a provider or ours. */
const call = (id: string): fc.Arbitrary<Part[]> =>
  fc
    .tuple(fc.constantFrom('{"q": "a"}', '{"q":"b"}', "{}", '{"q": '), fc.boolean(), fc.boolean(), metadata)
    .map(([input, isStreamed, isOfProvider, more]) => {
      const by = isOfProvider ? { providerExecuted: true, dynamic: true } : {};
      const cut = Math.floor(input.length / 2);
      const pieces: Part[] = [
        { type: "tool-input-start", id, toolName: "search", ...by },
        { type: "tool-input-delta", id, delta: input.slice(0, cut) },
        { type: "tool-input-delta", id, delta: input.slice(cut) },
        { type: "tool-input-end", id },
      ];
      const named = { toolCallId: id, toolName: "search" };
      const results: Part[] = [
        { type: "tool-result", ...named, result: 1, preliminary: true, dynamic: true },
        { type: "tool-result", ...named, result: 2, dynamic: true },
      ];
      return [
        ...(isStreamed ? pieces : []),
        { type: "tool-call", ...named, input, ...by, ...extras(more) },
        ...(isOfProvider ? results : []),
      ];
    });

const alone: fc.Arbitrary<Part[]> = fc.constantFrom<Part[]>(
  [{ type: "source", sourceType: "url", id: "s", url: "https://a.test" }],
  [{ type: "custom", kind: "a.b", providerMetadata: { a: { n: 1 } } }],
  [{ type: "file", mediaType: "image/png", data: { type: "data", data: "AQID" } }],
);

/** Several of them at once: the order within each stays, that between them is any. */
const stream: fc.Arbitrary<Part[]> = fc
  .array(fc.nat(2), { minLength: 1, maxLength: 5 })
  .chain((kinds) =>
    fc.tuple(
      fc.tuple(...kinds.map((kind, index) => [block(`b${index}`), call(`c${index}`), alone][kind] ?? alone)),
      fc.array(fc.nat(4), { maxLength: 30 }),
    ),
  )
  .map(([queues, order]) => {
    const rest = queues.map((queue) => [...queue]);
    const mixed: Part[] = [];
    for (const pick of order) mixed.push(...(rest[pick % rest.length]?.splice(0, 1) ?? []));
    const [start, ...end] = [textStream("")[0], textStream("").at(-1)] as [Part, Part];
    return [start, ...mixed, ...rest.flat(), ...end];
  });

describe("the deltas of a stream", () => {
  test("fold to the parts of the answer, however its blocks and calls are mixed", async () => {
    await fc.assert(
      fc.asyncProperty(stream, async (parts) => {
        const model = recordedModel([parts]);
        const agent = resolveAgent({} as AgentMemory, { name: "a", model: () => model, instructions: "" });
        const deltas: StreamDelta[] = [];
        const answer = await callModel(agent, {
          instructions: "",
          messages: [{ role: "user", content: "Go." }],
          files: new FileKeeper({} as never, {} as never),
          maxRetries: 0,
          abortSignal: new AbortController().signal,
          onDelta: (delta) => deltas.push(delta),
        });
        expect(foldDeltas(deltas)).toEqual(answer.parts);
      }),
      { numRuns: 150 },
    );
  });
});
