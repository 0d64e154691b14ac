import { generateText, type ModelMessage } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { describe, expect, test } from "vitest";
import { fromModelMessage } from "../../src/parts/fromModelMessage.js";
import { toModelMessages } from "../../src/parts/modelMessages.js";
import type { Part } from "../../src/validators/content.js";
import { aMessage, callPart, resultPart, textPart } from "./aMessage.js";

const payload = { bytes: 123_456, hash: "hash", pieces: 1 };

/** What a model is given by the SDK itself: it refuses conversations with open calls. */
async function promptOf(messages: ModelMessage[]) {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  const model = new MockLanguageModelV4({
    doGenerate: { content: [], finishReason: { unified: "stop", raw: "stop" }, usage, warnings: [] },
  });
  await generateText({ model, messages, allowSystemInMessages: true });
  return model.doGenerateCalls[0]?.prompt;
}

describe("toModelMessages", () => {
  test("puts the results of parallel calls into one tool message, in the order of the calls", () => {
    const messages = [
      aMessage("user", [textPart("Which?")]),
      aMessage("assistant", [callPart("a"), callPart("b")], { step: 1 }),
      aMessage("tool", [resultPart("b", "second")], { step: 3 }),
      aMessage("tool", [resultPart("a", "first")], { step: 2 }),
    ];
    const last = toModelMessages(messages).at(-1);
    expect(last).toEqual({
      role: "tool",
      content: ["first", "second"].map((value, index) => ({
        type: "tool-result",
        toolCallId: index === 0 ? "a" : "b",
        toolName: "search",
        output: { type: "text", value },
      })),
    });
  });

  test("gives the SDK what it accepts when results, calls and answers were lost", async () => {
    const messages = [
      aMessage("system", [textPart("Be brief.")]),
      aMessage("tool", [resultPart("gone", "of a call that is on an older page")]),
      aMessage("user", [textPart("Which?")], { step: 1 }),
      aMessage("assistant", [callPart("lost")], { step: 2 }),
      aMessage("assistant", [callPart("failed")], {
        step: 3,
        state: { kind: "failed", code: "X", reason: "" },
      }),
      aMessage("tool", [resultPart("failed", "of a failed answer")], { step: 4 }),
      aMessage("assistant", [textPart("Th")], { step: 5, state: { kind: "streaming", streamId: "stream" } }),
      aMessage("user", [textPart("And now?")], { turn: 1 }),
    ];
    const prompt = await promptOf(toModelMessages(messages));
    expect(prompt?.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "user"]);
    expect(prompt?.[3]?.content).toMatchObject([
      {
        toolCallId: "lost",
        output: { type: "error-text", value: expect.stringContaining("interrupted") as string },
      },
    ]);
  });

  test("tells calls apart that have the same id in different turns", () => {
    const turn = (index: number) => [
      aMessage("assistant", [callPart("call_0")], { turn: index, step: 1 }),
      aMessage("tool", [resultPart("call_0", `result ${index}`)], { turn: index, step: 2 }),
    ];
    const shown = toModelMessages([...turn(0), ...turn(1)]);
    expect(shown.map(({ content }) => content)).toMatchObject([
      [{ type: "tool-call" }],
      [{ output: { value: "result 0" } }],
      [{ type: "tool-call" }],
      [{ output: { value: "result 1" } }],
    ]);
  });

  test("leaves the result of a provider's own tool in the answer", () => {
    const call: Part = { ...callPart("web"), providerExecuted: true };
    const shown = toModelMessages([
      aMessage("assistant", [call, resultPart("web", "found"), textPart("So:")]),
    ]);
    expect(shown).toHaveLength(1);
    expect(shown[0]?.content).toMatchObject([
      { type: "tool-call" },
      { type: "tool-result" },
      { type: "text" },
    ]);
  });

  test("shows the start of a long part and says how long the whole is", () => {
    const long: Part[] = [
      { type: "text", text: "größer", payload },
      { ...callPart("a", '{"text":"lo'), payload },
    ];
    const result: Part = { ...resultPart("a", '{"rows":[1,'), outputKind: "json", payload };
    const [answer, tool] = toModelMessages([
      aMessage("assistant", long),
      aMessage("tool", [result], { step: 1 }),
    ]);
    const note = (bytes: number) => `[Shortened: these are the first ${bytes} of 123456 bytes.]`;
    expect(answer?.content).toEqual([
      { type: "text", text: `größer\n\n${note(8)}` },
      {
        type: "tool-call",
        toolCallId: "a",
        toolName: "search",
        input: { start: '{"text":"lo', note: note(11) },
      },
    ]);
    expect(tool?.content).toMatchObject([{ output: { type: "text", value: `{"rows":[1,\n\n${note(11)}` } }]);
  });

  test("shows a part as whole that a context brought whole", () => {
    const whole: Part = { type: "text", text: "abc", payload: { ...payload, bytes: 3 } };
    expect(toModelMessages([aMessage("user", [whole])])).toEqual([
      { role: "user", content: [{ type: "text", text: "abc" }] },
    ]);
  });

  test("leaves out reasoning that is only a start: its provider signed the whole", () => {
    const thought: Part = { type: "reasoning", text: "Hm", provider: '{"anthropic":{"signature":"s"}}' };
    const shown = toModelMessages([aMessage("assistant", [thought, { ...thought, payload }])]);
    expect(shown[0]?.content).toEqual([
      { type: "reasoning", text: "Hm", providerOptions: { anthropic: { signature: "s" } } },
    ]);
  });

  test("names a stored file that has no address, and links one that has", async () => {
    const file: Part = {
      type: "file",
      mediaType: "application/pdf",
      name: "plan.pdf",
      file: { kind: "stored", fileId: "f1" },
    };
    const message = aMessage("user", [file]);
    expect(toModelMessages([message])[0]?.content).toMatchObject([
      { type: "text", text: expect.stringContaining("plan.pdf (application/pdf)") as string },
    ]);
    const linked = toModelMessages([message], { fileUrl: (fileId) => `https://files.test/${fileId}` });
    expect(linked[0]?.content).toMatchObject([
      { type: "file", filename: "plan.pdf", data: { type: "url", url: new URL("https://files.test/f1") } },
    ]);
  });

  test.each([
    ["no JSON", '{"query": "un', { invalidJson: '{"query": "un' }],
    ["nothing", " ", {}],
    ["JSON's null", "null", null],
  ])("gives providers an input for one of %s", (_name, input, expected) => {
    const [answer] = toModelMessages([aMessage("assistant", [callPart("a", input)])]);
    expect(answer?.content).toMatchObject([{ input: expected }]);
  });
});

describe("fromModelMessage", () => {
  test("keeps files by address, gives bytes to be stored, and says what it cannot keep", () => {
    const stored: unknown[] = [];
    const bytes = new Uint8Array([1, 2, 3]);
    const file = (data: unknown) => ({ type: "file", mediaType: "image/png", data }) as never;
    const message: ModelMessage = {
      role: "user",
      content: [
        file(new URL("https://files.test/a.png")),
        file({ type: "data", data: bytes }),
        file("data:text/plain;base64,AQID"),
        file({ type: "reference", reference: { openai: "file-1" } }),
        file({ type: "text", text: "inline" }),
        { type: "image", image: bytes },
      ],
    };
    const [read] = fromModelMessage(message, { storeFile: (given) => `id${stored.push(given)}` });
    expect(read?.parts).toMatchObject([
      { type: "file", file: { kind: "url", url: "https://files.test/a.png" } },
      { type: "file", mediaType: "image/png", file: { kind: "stored", fileId: "id1" } },
      { type: "file", mediaType: "text/plain", file: { kind: "stored", fileId: "id2" } },
      { type: "file", file: { kind: "reference", reference: '{"openai":"file-1"}' } },
      { type: "text", text: "inline" },
      { type: "file", mediaType: "image/*", file: { kind: "stored", fileId: "id3" } },
    ]);
    expect(stored).toEqual([
      { mediaType: "image/png", data: bytes },
      { mediaType: "text/plain", data: "AQID" },
      { mediaType: "image/*", data: bytes },
    ]);
    expect(fromModelMessage(message)[0]?.parts[1]).toEqual({
      type: "text",
      text: "[The file image/png of 3 bytes was not kept.]",
    });
  });

  test("keeps the bytes of a tool's content as base 64", () => {
    const value = [
      { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([1, 2, 3]) } },
    ];
    const output = { type: "content", value } as never;
    const [read] = fromModelMessage({
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "a", toolName: "look", output }],
    });
    expect(JSON.parse((read?.parts[0] as { output: string }).output)).toEqual([
      { type: "file", mediaType: "image/png", data: { type: "data", data: "AQID" } },
    ]);
  });

  test("stores the bytes of a tool's content where it can, and shows them by their address", () => {
    const item = {
      type: "file",
      mediaType: "image/png",
      data: { type: "data", data: new Uint8Array([1, 2, 3]) },
    };
    const output = {
      type: "content",
      value: [item, { type: "image-data", mediaType: "image/gif", data: "AQID" }],
    } as never;
    const message: ModelMessage = {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "a", toolName: "look", output }],
    };
    const [read] = fromModelMessage(message, { storeFile: ({ mediaType }) => `id of ${mediaType}` });
    expect(read?.parts[0]).toMatchObject({
      outputKind: "content",
      files: ["id of image/png", "id of image/gif"],
    });
    const thread = [
      aMessage("assistant", [{ ...callPart("a"), toolName: "look" }]),
      aMessage("tool", read?.parts ?? [], { step: 1 }),
    ];
    const fileUrl = (fileId: string) => (fileId.endsWith("png") ? "https://files.test/png" : undefined);
    expect(toModelMessages(thread, { fileUrl })[1]?.content).toMatchObject([
      {
        output: {
          type: "content",
          value: [
            {
              type: "file",
              mediaType: "image/png",
              data: { type: "url", url: new URL("https://files.test/png") },
            },
            { type: "text", text: expect.stringContaining("cannot be shown") as string },
          ],
        },
      },
    ]);
  });
});
