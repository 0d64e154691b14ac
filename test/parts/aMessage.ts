import type { Part, PartOf } from "../../src/validators/content.js";
import type { Message, MessageRole } from "../../src/validators/message.js";

/** A stored message with a readable id; places follow each other where none is given. */
export function aMessage(role: MessageRole, parts: Part[], fields: Partial<Message> = {}): Message {
  const { turn = 0, step = 0 } = fields;
  const place = { messageId: `message-${turn}-${step}`, threadId: "thread", turn, step };
  return { ...place, role, parts, state: { kind: "complete" }, tokens: 0, createdAt: 1_000, ...fields };
}

export const textPart = (text: string): Part => ({ type: "text", text });

export const callPart = (callId: string, input = "{}"): PartOf<"toolCall"> => ({
  type: "toolCall",
  callId,
  toolName: "search",
  input,
});

export const resultPart = (callId: string, output: string): PartOf<"toolResult"> => ({
  type: "toolResult",
  callId,
  toolName: "search",
  outputKind: "text",
  output,
});
