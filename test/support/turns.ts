import type { Part, PartOf, Usage } from "convex-agent-memory";

/** A part of words. */
export const words = (text: string): Part => ({ type: "text", text });

/** A call of a tool. */
export const call = (callId: string, toolName = "search", input = "{}"): Part => ({
  type: "toolCall",
  callId,
  toolName,
  input,
});

/** A result of a tool. */
export const result = (callId: string, output = '"found"', toolName = "search"): PartOf<"toolResult"> => ({
  type: "toolResult",
  callId,
  toolName,
  outputKind: "json",
  output,
});

/** What one scripted call of a model used. */
export const used: Usage = {
  provider: "test",
  model: "scripted",
  purpose: "answer",
  inputTokens: 10,
  outputTokens: 5,
  ms: 1,
};
