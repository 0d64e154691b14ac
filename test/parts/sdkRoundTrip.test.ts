import type { ModelMessage, UIMessage } from "ai";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromModelMessages } from "../../src/parts/fromModelMessage.js";
import { fromUIMessages } from "../../src/parts/fromUIMessages.js";
import { toModelMessages } from "../../src/parts/modelMessages.js";
import { toUIMessages } from "../../src/parts/uiMessages.js";
import { isPart } from "../../src/component/model/messagePayloads.js";
import type { Message } from "../../src/validators/message.js";
import type { NewMessage } from "../../src/validators/messageWrite.js";
import { aMessage } from "./aMessage.js";
import { modelConversation } from "./arbitraries.js";
import { uiConversation } from "./uiArbitraries.js";

/** New messages where a thread would put them: each prompt begins a turn. */
function placed(messages: readonly NewMessage[]): Message[] {
  let turn = -1;
  let step = 0;
  return messages.map(({ role, parts }) => {
    if (role === "user" || turn < 0) {
      turn += 1;
      step = 0;
    } else step += 1;
    return aMessage(role, parts, { turn, step });
  });
}

/** The options of a message are those of its last part; so it is documented. */
function withOptionsInParts(message: ModelMessage): ModelMessage {
  if (message.role === "system" || typeof message.content === "string") return message;
  const { providerOptions, ...rest } = message;
  if (providerOptions === undefined) return message;
  const content = message.content.map((part, index) => {
    if (index < message.content.length - 1) return part;
    const own = "providerOptions" in part ? part.providerOptions : undefined;
    return part.type.startsWith("tool-approval")
      ? part
      : { ...part, providerOptions: { ...providerOptions, ...own } };
  });
  return { ...rest, content } as ModelMessage;
}

describe("messages of the AI SDK that are kept", () => {
  test("come out as they came in, for models", () => {
    fc.assert(
      fc.property(modelConversation, (messages) => {
        const kept = fromModelMessages(messages);
        expect(kept.flatMap(({ parts }) => parts).filter((part) => !isPart(part))).toEqual([]);
        expect(toModelMessages(placed(kept))).toEqual(messages.map(withOptionsInParts));
      }),
      { numRuns: 300 },
    );
  });

  test("come out as they came in, for interfaces", () => {
    fc.assert(
      fc.property(uiConversation, (messages) => {
        const kept = fromUIMessages(messages);
        expect(kept.flatMap(({ parts }) => parts).filter((part) => !isPart(part))).toEqual([]);
        const shown = toUIMessages(placed(kept));
        expect(shown.map(({ role, parts }) => ({ role, parts }))).toEqual(
          messages.map(({ role, parts }) => ({ role, parts })),
        );
        expect(fromUIMessages(shown)).toEqual(kept);
      }),
      { numRuns: 300 },
    );
  });
});

describe("messages that are not as we write them", () => {
  const shownOf = (message: Omit<UIMessage, "id">) => fromUIMessages([{ id: "m", ...message }]);

  test("become what they mean: static tools, input that is written, steering, results that are not final", () => {
    const kept = shownOf({
      role: "assistant",
      parts: [
        { type: "step-start" },
        { type: "text", text: "" },
        {
          type: "tool-search",
          toolCallId: "a",
          state: "input-streaming",
          input: undefined,
          rawInput: '{"q":',
        } as never,
        {
          type: "tool-search",
          toolCallId: "b",
          state: "output-available",
          input: {},
          output: 1,
          preliminary: true,
        },
        { type: "steering-message", id: "s", parts: [{ type: "text", text: "Faster." }] },
        { type: "step-start" },
        { type: "text", text: "Yes." },
      ],
    });
    expect(kept).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "toolCall", callId: "a", toolName: "search", input: '{"q":' },
          { type: "toolCall", callId: "b", toolName: "search", input: "{}" },
        ],
      },
      { role: "user", parts: [{ type: "text", text: "Faster." }] },
      { role: "assistant", parts: [{ type: "text", text: "Yes." }] },
    ]);
  });

  test("give the bytes of a file to be stored, and know a stored file again", () => {
    const parts: UIMessage["parts"] = [
      { type: "file", mediaType: "image/png", url: "data:image/png;base64,AQID" },
      {
        type: "file",
        mediaType: "image/png",
        url: "https://files.test/f",
        providerMetadata: { agentMemory: { fileId: "f" } },
      },
    ];
    const [kept] = fromUIMessages([{ id: "m", role: "user", parts }], { storeFile: () => "new" });
    expect(kept?.parts).toEqual([
      { type: "file", mediaType: "image/png", file: { kind: "stored", fileId: "new" } },
      { type: "file", mediaType: "image/png", file: { kind: "stored", fileId: "f" } },
    ]);
  });

  test("have no question that was forgotten: it is left out with its call once the talk went on", () => {
    const asked: ModelMessage[] = [
      {
        role: "assistant",
        content: [
          { type: "text", text: "May I?" },
          { type: "tool-call", toolCallId: "c", toolName: "mcp.pay", input: {}, providerExecuted: true },
          { type: "tool-approval-request", approvalId: "a", toolCallId: "c" },
        ],
      },
    ];
    expect(toModelMessages(placed(fromModelMessages(asked)))).toEqual(asked);
    const after: ModelMessage = { role: "user", content: [{ type: "text", text: "Never mind." }] };
    expect(toModelMessages(placed(fromModelMessages([...asked, after])))).toEqual([
      { role: "assistant", content: [{ type: "text", text: "May I?" }] },
      after,
    ]);
  });

  test("put an answer to a question behind it, also when it came as a prompt", () => {
    const [question] = fromModelMessages([
      {
        role: "assistant",
        content: [
          { type: "tool-call", toolCallId: "c", toolName: "mcp.pay", input: {}, providerExecuted: true },
          { type: "tool-approval-request", approvalId: "a", toolCallId: "c" },
        ],
      },
    ]);
    const response = {
      type: "approvalResponse" as const,
      approvalId: "a",
      approved: true,
      providerExecuted: true,
    };
    const shown = toModelMessages(placed([question as NewMessage, { role: "user", parts: [response] }]));
    expect(shown.map(({ role }) => role)).toEqual(["assistant", "tool"]);
    expect(shown[1]?.content).toEqual([
      { type: "tool-approval-response", approvalId: "a", approved: true, providerExecuted: true },
    ]);
  });
});
