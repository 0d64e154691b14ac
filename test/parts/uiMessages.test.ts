import { convertToModelMessages, validateUIMessages } from "ai";
import { describe, expect, test } from "vitest";
import { toUIMessages } from "../../src/parts/uiMessages.js";
import type { Part } from "../../src/validators/content.js";
import type { Message } from "../../src/validators/message.js";
import { aMessage, callPart, resultPart, textPart } from "./aMessage.js";

const conversation: Message[] = [
  aMessage("user", [textPart("Which?")], { author: "ada" }),
  aMessage("assistant", [textPart("Let me see."), callPart("a", '{"query":"x"}')], {
    step: 1,
    runId: "run",
    agentName: "researcher",
  }),
  aMessage("tool", [resultPart("a", "found")], { step: 2, runId: "run" }),
  aMessage("assistant", [textPart("This one.")], { step: 3, runId: "run" }),
  aMessage("user", [textPart("Thanks")], { turn: 1 }),
];

describe("toUIMessages", () => {
  test("shows a prompt and its answer with all steps as two messages, whatever order they come in", () => {
    const shown = toUIMessages([...conversation].reverse());
    expect(shown).toEqual([
      {
        id: "message-0-0",
        role: "user",
        metadata: { turn: 0, state: { kind: "complete" }, createdAt: 1_000, author: "ada" },
        parts: [{ type: "text", text: "Which?", state: "done" }],
      },
      {
        id: "message-0-1",
        role: "assistant",
        metadata: {
          turn: 0,
          state: { kind: "complete" },
          createdAt: 1_000,
          agentName: "researcher",
          runId: "run",
        },
        parts: [
          { type: "text", text: "Let me see.", state: "done" },
          {
            type: "dynamic-tool",
            toolName: "search",
            toolCallId: "a",
            state: "output-available",
            input: { query: "x" },
            output: "found",
          },
          { type: "step-start" },
          { type: "text", text: "This one.", state: "done" },
        ],
      },
      {
        id: "message-1-0",
        role: "user",
        metadata: { turn: 1, state: { kind: "complete" }, createdAt: 1_000 },
        parts: [{ type: "text", text: "Thanks", state: "done" }],
      },
    ]);
  });

  test("shows what steered a run between two answers, each under the id of its first part", () => {
    const shown = toUIMessages([
      ...conversation.slice(0, 3),
      aMessage("user", [textPart("A newer one.")], { step: 66, runId: "run" }),
      aMessage("assistant", [], { step: 67, runId: "run", state: { kind: "streaming", streamId: "s" } }),
    ]);
    expect(shown.map(({ id, role }) => `${role} ${id}`)).toEqual([
      ...["user message-0-0", "assistant message-0-1", "user message-0-66", "assistant message-0-67"],
    ]);
    expect(shown.map(({ metadata }) => metadata?.state.kind)).toEqual([
      ...["complete", "complete", "complete", "streaming"],
    ]);
    // What is still written before it changes neither its id nor that of the answer before it.
    const later = toUIMessages([
      ...conversation.slice(0, 3),
      aMessage("assistant", [callPart("b")], { step: 3, runId: "run" }),
      aMessage("tool", [resultPart("b", "more")], { step: 4, runId: "run" }),
      aMessage("user", [textPart("A newer one.")], { step: 66, runId: "run" }),
    ]);
    expect(later.map(({ id }) => id)).toEqual(["message-0-0", "message-0-1", "message-0-66"]);
    expect(later[1]?.parts.filter(({ type }) => type === "dynamic-tool")).toHaveLength(2);
  });

  test("gives the SDK messages that it validates and converts", async () => {
    const messages = await validateUIMessages({ messages: toUIMessages(conversation) });
    const roles = (await convertToModelMessages(messages)).map(({ role }) => role);
    expect(roles).toEqual(["user", "assistant", "tool", "assistant", "user"]);
  });

  test("keeps the id and the parts of an answer when its row takes the place of the stream", () => {
    const written = aMessage("assistant", [], { step: 1, state: { kind: "streaming", streamId: "s" } });
    const said: Part[] = [{ type: "reasoning", text: "Hm" }, textPart("Th")];
    const [streaming] = toUIMessages([written], { "message-0-1": said });
    expect(streaming).toMatchObject({ id: "message-0-1", metadata: { state: { kind: "streaming" } } });
    expect(streaming?.parts).toMatchObject([{ state: "done" }, { text: "Th", state: "streaming" }]);

    const complete = aMessage("assistant", [said[0] as Part, textPart("This.")], { step: 1 });
    const [done] = toUIMessages([complete], { "message-0-1": said });
    expect(done).toMatchObject({ id: "message-0-1", metadata: { state: { kind: "complete" } } });
    expect(done?.parts).toMatchObject([{ text: "Hm" }, { text: "This.", state: "done" }]);
  });

  test("shows a call while its input is written, while it runs, and as it ended", () => {
    const stateOf = (message: Message, results: Part[] = []) => {
      const tools = results.map((part, index) => aMessage("tool", [part], { step: index + 2 }));
      return toUIMessages([message, ...tools])[0]?.parts[0];
    };
    const streaming = { step: 1, state: { kind: "streaming" as const, streamId: "s" } };
    expect(stateOf(aMessage("assistant", [callPart("a", '{"q":')], streaming))).toMatchObject({
      state: "input-streaming",
      rawInput: '{"q":',
    });
    const called = aMessage("assistant", [callPart("a", '{"q":null}')], { step: 1 });
    expect(stateOf(called)).toMatchObject({ state: "input-available", input: { q: null } });
    const ended = (outputKind: "json" | "error" | "interrupted" | "denied", output: string): unknown =>
      stateOf(called, [{ type: "toolResult", callId: "a", toolName: "search", outputKind, output }]);
    expect(ended("json", "null")).toMatchObject({ state: "output-available", output: null });
    expect(ended("error", "bad")).toMatchObject({ state: "output-error", errorText: "bad" });
    expect(ended("interrupted", "cut")).toMatchObject({ state: "output-error", errorText: "cut" });
    expect(ended("denied", "no")).toMatchObject({
      state: "output-denied",
      approval: { approved: false, reason: "no" },
    });
  });

  test("shows a result alone while its call is on a page that is not loaded", () => {
    const [shown] = toUIMessages([aMessage("tool", [resultPart("a", "found")])]);
    expect(shown).toMatchObject({
      role: "assistant",
      parts: [{ state: "output-available", output: "found" }],
    });
  });

  test("tells a failed answer by its state, with what was said until then", () => {
    const state = { kind: "failed" as const, code: "MODEL_FAILED", reason: "gone" };
    const [shown] = toUIMessages([aMessage("assistant", [textPart("Th")], { state })]);
    expect(shown).toMatchObject({ metadata: { state }, parts: [{ text: "Th" }] });
  });

  test("says where a shortened part can be read whole", () => {
    const payload = { bytes: 50_000, hash: "h", pieces: 1 };
    const [shown] = toUIMessages([
      aMessage("assistant", [textPart("a"), { type: "text", text: "start", payload }]),
    ]);
    expect(shown?.parts[1]).toMatchObject({
      providerMetadata: { agentMemory: { messageId: "message-0-0", part: 1, bytes: 50_000 } },
    });
  });

  test("shows citations, sources and files", async () => {
    const citations = [{ source: { type: "source", sourceType: "url", id: "1", url: "https://a.test" } }];
    const parts: Part[] = [
      { type: "text", text: "So.", provider: JSON.stringify({ agentMemory: { citations } }) },
      { type: "source", sourceId: "1", url: "https://a.test", title: "A" },
      { type: "source", sourceId: "2", name: "b.txt" },
      { type: "file", mediaType: "image/png", file: { kind: "stored", fileId: "f" } },
    ];
    const fileUrl = (fileId: string) => `https://files.test/${fileId}`;
    const messages = toUIMessages([aMessage("assistant", parts)], {}, { fileUrl });
    expect(messages[0]?.parts).toMatchObject([
      { type: "text", citations },
      { type: "source-url", title: "A" },
      { type: "source-document", title: "b.txt", filename: "b.txt" },
      { type: "file", url: "https://files.test/f", providerMetadata: { agentMemory: { fileId: "f" } } },
    ]);
    await validateUIMessages({ messages });
  });
});
