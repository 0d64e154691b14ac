// History for our side. What this costs is not counted.
import type { NewMessage } from "convex-agent-memory";
import { mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { exchangeOf, historyBlock, type HistoryMessage } from "../material/history.js";
import { TOOL_NAME } from "../material/turn.js";
import { memory } from "./ours.js";

const SAID = { agentName: "plain", model: "scripted-model-1" };

function toMessage(message: HistoryMessage): NewMessage {
  switch (message.kind) {
    case "user":
      return { role: "user", parts: [{ type: "text", text: message.text }] };
    case "assistant":
      return { role: "assistant", parts: [{ type: "text", text: message.text }], ...SAID };
    case "toolCall": {
      const { callId, input } = message;
      const call = { type: "toolCall" as const, callId, toolName: TOOL_NAME, input: JSON.stringify(input) };
      return { role: "assistant", parts: [call], ...SAID };
    }
    case "toolResult": {
      const { callId, output } = message;
      const result = {
        type: "toolResult" as const,
        callId,
        toolName: TOOL_NAME,
        outputKind: "json" as const,
      };
      return { role: "tool", parts: [{ ...result, output: JSON.stringify(output) }] };
    }
  }
}

/** Adds the first `count` messages of one block of the history. */
export const addHistory = mutationGeneric({
  args: { userId: v.string(), threadId: v.string(), block: v.number(), count: v.number() },
  handler: async (ctx, { userId, threadId, block, count }) => {
    const messages = historyBlock(block).slice(0, count).map(toMessage);
    await memory.as({ userId }).messages.append(ctx, { threadId, messages });
    return null;
  },
});

/** Threads of one user with one exchange in each. */
export const addThreads = mutationGeneric({
  args: { userId: v.string(), count: v.number() },
  handler: async (ctx, { userId, count }) => {
    const bound = memory.as({ userId });
    for (let index = 0; index < count; index++) {
      const { threadId } = await bound.threads.create(ctx);
      await bound.messages.append(ctx, { threadId, messages: exchangeOf(index).map(toMessage) });
    }
    return null;
  },
});
