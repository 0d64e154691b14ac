import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldDeltas, parseDeltas, type StreamDelta } from "../../src/shared/foldDeltas.js";
import type { Part } from "../../src/validators/content.js";

const anyText = fc.string({ unit: "binary", maxLength: 12 });
const callId = fc.constantFrom("call-1", "call-2");

const finishedPart: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text: anyText }),
  fc.record({ type: fc.constant("source" as const), sourceId: anyText, url: anyText }),
  fc.record({
    type: fc.constant("toolCall" as const),
    callId,
    toolName: fc.constant("search"),
    input: fc.json(),
  }),
  fc.record({
    type: fc.constant("toolResult" as const),
    callId,
    toolName: fc.constant("search"),
    outputKind: fc.constant("text" as const),
    output: anyText,
  }),
);

const delta: fc.Arbitrary<StreamDelta> = fc.oneof(
  fc.record({ kind: fc.constantFrom("text" as const, "reasoning" as const), text: anyText }),
  fc.record({
    kind: fc.constant("toolInput" as const),
    callId,
    toolName: fc.constant("search"),
    text: anyText,
  }),
  fc.record({ kind: fc.constant("part" as const), part: finishedPart }),
);

/** The same deltas with each text cut where the cuts say, also within a character, also into nothing. */
function cutTexts(deltas: StreamDelta[], cuts: number[]): StreamDelta[] {
  return deltas.flatMap((given, index): StreamDelta[] => {
    if (given.kind === "part" || given.kind === "extras") return [given];
    const cut = (cuts[index % cuts.length] ?? 0) % (given.text.length + 1);
    return [given.text.slice(0, cut), given.text.slice(cut)].map((text) => ({ ...given, text }));
  });
}

/** A second reading of the rules: all text of one kind in a row is one part. */
function naiveTexts(deltas: StreamDelta[]): Part[] {
  const runs: { type: "text" | "reasoning"; texts: string[] }[] = [];
  for (const given of deltas) {
    if (given.kind !== "text" && given.kind !== "reasoning") continue;
    if (given.text === "") continue;
    if (runs.at(-1)?.type !== given.kind) runs.push({ type: given.kind, texts: [] });
    runs.at(-1)?.texts.push(given.text);
  }
  return runs.map(({ type, texts }) => ({ type, text: texts.join("").replace(/\p{Surrogate}/gu, "\uFFFD") }));
}

describe("foldDeltas", () => {
  test("gives the same parts however texts are split into deltas", () => {
    fc.assert(
      fc.property(fc.array(delta), fc.array(fc.nat(), { minLength: 1 }), (deltas, cuts) => {
        expect(foldDeltas(cutTexts(deltas, cuts))).toEqual(foldDeltas(deltas));
      }),
    );
  });

  test("gives the same parts after the deltas went through the JSON text of any chunks", () => {
    fc.assert(
      fc.property(fc.array(fc.array(delta)), (chunks) => {
        const received = chunks.flatMap((chunk) => parseDeltas(JSON.stringify(chunk)));
        expect(foldDeltas(received)).toEqual(foldDeltas(chunks.flat()));
      }),
    );
  });

  test("joins texts in a row as a naive reading of them does", () => {
    const texts = fc
      .array(delta)
      .map((deltas) => deltas.filter(({ kind }) => kind === "text" || kind === "reasoning"));
    fc.assert(
      fc.property(texts, (deltas) => {
        expect(foldDeltas(deltas)).toEqual(naiveTexts(deltas));
      }),
    );
  });

  test("changes nothing that it was given", () => {
    const deltas: StreamDelta[] = [
      { kind: "part", part: { type: "text", text: "The " } },
      { kind: "text", text: "end" },
    ];
    expect(foldDeltas(deltas)).toEqual([{ type: "text", text: "The end" }]);
    expect(deltas[0]).toEqual({ kind: "part", part: { type: "text", text: "The " } });
  });

  test("writes the inputs of two calls side by side, then puts the whole calls in their places", () => {
    const call = (id: string, input: string): Part => ({
      type: "toolCall",
      callId: id,
      toolName: "search",
      input,
    });
    const piece = (id: string, text: string): StreamDelta => ({
      kind: "toolInput",
      callId: id,
      toolName: "search",
      text,
    });
    const begun = [piece("1", '{"a"'), piece("2", ""), piece("1", ":1"), piece("2", '{"b":')];
    expect(foldDeltas(begun)).toEqual([call("1", '{"a":1'), call("2", '{"b":')]);
    const whole = { kind: "part" as const, part: call("1", '{"a":1}') };
    expect(foldDeltas([...begun, whole, piece("1", "late")])).toEqual([
      call("1", '{"a":1}'),
      call("2", '{"b":'),
    ]);
  });

  test("opens a new block of text where a part of empty text says so", () => {
    const block: StreamDelta = { kind: "part", part: { type: "text", text: "" } };
    const folded = foldDeltas([{ kind: "text", text: "one" }, block, { kind: "text", text: "two" }, block]);
    expect(folded).toEqual([
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ]);
  });
});

describe("parseDeltas", () => {
  test("leaves out what is no delta", () => {
    const kept: StreamDelta = { kind: "text", text: "kept" };
    const others = [null, 1, [], { kind: "text" }, { kind: "text", text: 1 }, { kind: "other", text: "" }];
    const parts = [{ kind: "part" }, { kind: "part", part: { type: "toString", text: "" } }];
    const file = { kind: "part", part: { type: "file", mediaType: "image/png" } };
    expect(parseDeltas(JSON.stringify([...others, kept, ...parts, file]))).toEqual([kept]);
  });

  test.each(["", "{", "null", '{"kind":"text","text":"alone"}'])("reads nothing from %j", (text) => {
    expect(parseDeltas(text)).toEqual([]);
  });
});
