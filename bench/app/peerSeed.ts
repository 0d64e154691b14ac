// History for the peer, with the columns that its own turns write. What this costs is not counted.
import { mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { exchangeOf, historyBlock, type HistoryMessage } from "../material/history.js";
import { TOOL_NAME } from "../material/turn.js";
import { components } from "./components.js";

type AddMessages = (typeof components.agent.messages.addMessages)["_args"];
type Row = AddMessages["messages"][number];

const SAID = {
  model: "scripted-model-1",
  provider: "bench",
  reasoningDetails: [],
  warnings: [],
  usage: {
    cacheWriteInputTokens: 0,
    cachedInputTokens: 0,
    completionTokens: 240,
    nonCachedInputTokens: 812,
    promptTokens: 812,
    reasoningTokens: 0,
    textOutputTokens: 240,
    totalTokens: 1_052,
  },
};

function toRow(message: HistoryMessage): Row {
  switch (message.kind) {
    case "user":
      return { message: { role: "user", content: message.text } };
    case "assistant": {
      const content = [{ type: "text" as const, text: message.text }];
      return { message: { role: "assistant", content }, ...SAID, finishReason: "stop", sources: [] };
    }
    case "toolCall": {
      const { callId: toolCallId, input } = message;
      const content = [{ type: "tool-call" as const, toolCallId, toolName: TOOL_NAME, input, args: input }];
      return { message: { role: "assistant", content }, ...SAID, finishReason: "tool-calls" };
    }
    case "toolResult": {
      const output = { type: "json" as const, value: message.output };
      const content = [
        { type: "tool-result" as const, toolCallId: message.callId, toolName: TOOL_NAME, output },
      ];
      return { message: { role: "tool", content }, sources: [] };
    }
  }
}

/** Adds the first `count` messages of one block of the history. */
export const addHistory = mutationGeneric({
  args: { threadId: v.string(), block: v.number(), count: v.number() },
  handler: async (ctx, { threadId, block, count }) => {
    const messages = historyBlock(block).slice(0, count).map(toRow);
    await ctx.runMutation(components.agent.messages.addMessages, { threadId, agentName: "plain", messages });
    return null;
  },
});

/** Threads of one user with one exchange in each. */
export const addThreads = mutationGeneric({
  args: { userId: v.string(), count: v.number() },
  handler: async (ctx, { userId, count }) => {
    for (let index = 0; index < count; index++) {
      const { _id } = await ctx.runMutation(components.agent.threads.createThread, { userId });
      const messages = exchangeOf(index).map(toRow);
      await ctx.runMutation(components.agent.messages.addMessages, {
        threadId: _id,
        agentName: "plain",
        messages,
      });
    }
    return null;
  },
});
