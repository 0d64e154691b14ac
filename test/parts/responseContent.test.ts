import type { LanguageModelV4Content } from "@ai-sdk/provider";
import type { ContentPart, ToolSet } from "ai";
import { describe, expect, test } from "vitest";
import { fromContent, inlineFiles, type ResponsePart } from "../../src/parts/responseContent.js";
import { toolResultPart } from "../../src/parts/toolResult.js";

/** What the SDK and its language models give is taken, by type. */
const ofSdk = (content: ContentPart<ToolSet>[]): readonly ResponsePart[] => content;
const ofModel = (content: LanguageModelV4Content[]): readonly ResponsePart[] => content;

describe("fromContent", () => {
  test("keeps each part of an answer in its order, with what the provider added", () => {
    const content = ofModel([
      { type: "reasoning", text: "Hm", providerMetadata: { anthropic: { signature: "s" } } },
      { type: "text", text: "" },
      { type: "text", text: "Found." },
      { type: "source", sourceType: "url", id: "s1", url: "https://a.test", title: "A" },
      {
        type: "source",
        sourceType: "document",
        id: "s2",
        mediaType: "text/plain",
        title: "B",
        filename: "b.txt",
      },
      { type: "tool-call", toolCallId: "1", toolName: "search", input: '{"$ref":"größe"}' },
    ]);
    expect(fromContent(content)).toEqual([
      { type: "reasoning", text: "Hm", provider: '{"anthropic":{"signature":"s"}}' },
      { type: "text", text: "Found." },
      { type: "source", sourceId: "s1", url: "https://a.test", title: "A" },
      { type: "source", sourceId: "s2", mediaType: "text/plain", title: "B", name: "b.txt" },
      { type: "toolCall", callId: "1", toolName: "search", input: '{"$ref":"größe"}' },
    ]);
  });

  test("keeps the input of an invalid call as the model wrote it", () => {
    const content = ofSdk([
      {
        type: "tool-call",
        toolCallId: "1",
        toolName: "search",
        input: '{"a":',
        dynamic: true,
        invalid: true,
      },
      { type: "tool-call", toolCallId: "2", toolName: "gone", input: { a: 1 }, dynamic: true, invalid: true },
    ]);
    expect(fromContent(content)).toMatchObject([{ input: '{"a":' }, { input: '{"a":1}' }]);
  });

  test("keeps results of the provider's tools, and not those of ours", () => {
    const named = { toolCallId: "1", toolName: "web", input: {}, dynamic: true } as const;
    const ran = { ...named, providerExecuted: true };
    const content = ofSdk([
      { type: "tool-result", ...ran, output: { preview: true }, preliminary: true },
      { type: "tool-result", ...ran, output: { hits: [] } },
      { type: "tool-error", ...ran, error: { errorCode: "too_many" } },
      { type: "tool-result", ...named, output: "ours" },
      { type: "tool-error", ...named, error: "ours" },
    ]);
    expect(fromContent(content)).toMatchObject([
      { outputKind: "json", output: '{"hits":[]}' },
      { outputKind: "error", output: '{"errorCode":"too_many"}' },
    ]);
    const model = ofModel([
      { type: "tool-result", toolCallId: "1", toolName: "web", result: "no", isError: true },
    ]);
    expect(fromContent(model)).toMatchObject([{ outputKind: "error", output: "no" }]);
  });

  test("asks for the ids of generated files in the order in which they were listed", () => {
    const content = [
      ...ofSdk([
        { type: "file", file: { base64: "AQID", uint8Array: new Uint8Array(3), mediaType: "image/png" } },
      ]),
      ...ofModel([
        { type: "file", mediaType: "image/gif", data: { type: "data", data: new Uint8Array([1]) } },
        { type: "file", mediaType: "image/webp", data: { type: "url", url: new URL("https://a.test/b") } },
      ]),
    ];
    const ids = inlineFiles(content).map(({ mediaType }) => `stored ${mediaType}`);
    const next = ids.values();
    expect(fromContent(content, { storeFile: () => next.next().value })).toMatchObject([
      { mediaType: "image/png", file: { kind: "stored", fileId: "stored image/png" } },
      { mediaType: "image/gif", file: { kind: "stored", fileId: "stored image/gif" } },
      { mediaType: "image/webp", file: { kind: "url", url: "https://a.test/b" } },
    ]);
    expect(fromContent(content)[0]).toEqual({
      type: "text",
      text: "[The file image/png of 3 bytes was not kept.]",
    });
  });
});

const NO_JSON: unknown = expect.stringContaining("no JSON");

describe("toolResultPart", () => {
  const named = { callId: "1", toolName: "search" };
  const circular: Record<string, unknown> = {};
  circular.self = circular;

  test.each([
    ["a text", "plain", "text", "plain"],
    ["a lone surrogate", "cut \ud83d", "text", "cut \uFFFD"],
    ["nothing", undefined, "json", "null"],
    ["a function", () => 1, "json", "null"],
    ["hostile keys", { $ref: 1, größe: 2, _id: 3 }, "json", '{"$ref":1,"größe":2,"_id":3}'],
    ["bytes", { data: new Uint8Array([1, 2, 3]) }, "json", '{"data":"AQID"}'],
    ["a Buffer", Buffer.from([1, 2, 3]), "json", '"AQID"'],
    ["a date", new Date(0), "json", '"1970-01-01T00:00:00.000Z"'],
    ["a circular value", circular, "error", NO_JSON],
    ["a bigint", { id: 1n }, "error", NO_JSON],
  ])("keeps %s", (...[, output, outputKind, stored]) => {
    expect(toolResultPart({ ...named, output })).toEqual({
      type: "toolResult",
      ...named,
      outputKind,
      output: stored,
    });
  });

  test.each([
    ["an error", new TypeError("bad"), "bad"],
    ["an error without words", new TypeError(), "TypeError"],
    ["a text", "no", "no"],
    ["an object", { code: 1 }, '{"code":1}'],
    ["null", null, "null"],
    ["a circular value", circular, NO_JSON],
  ])("keeps %s that was thrown", (_name, error, output) => {
    expect(toolResultPart({ ...named, error })).toMatchObject({
      outputKind: "error",
      output,
    });
  });

  test("keeps long bytes without overflowing the stack", () => {
    const { output } = toolResultPart({ ...named, output: { data: new Uint8Array(1_000_000) } });
    expect(output).toHaveLength(11 + Math.ceil(1_000_000 / 3) * 4);
  });
});
