// An agent that asks the narrator twice at once, and then answers.
import { agentTool, defineAgent, type RunReference, type RunTicket } from "convex-agent-memory/ai";
import { scriptedModel, type ScriptedTurn } from "convex-agent-memory/test";
import { internalMutationGeneric, makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { memory, principal, workflow } from "./memory.js";
import { narrator } from "./narrator.js";

const referenceTo = (path: string) => makeFunctionReference<"mutation">(path) as unknown as RunReference;

const edit: ScriptedTurn = ({ prompt }) =>
  prompt.at(-1)?.role === "tool"
    ? { text: "Both are told." }
    : {
        toolCalls: ["Oslo", "Rome"].map((place) => ({
          toolName: "askNarrator",
          input: { prompt: `Tell of ${place}.` },
        })),
      };

const editor = defineAgent(memory, {
  name: "editor",
  model: () => scriptedModel([edit]),
  instructions: "Collect stories.",
  tools: {
    askNarrator: agentTool({
      description: "Ask the narrator.",
      agent: narrator,
      run: () => referenceTo("narrator:run"),
    }),
  },
});

export const { run, step, settle } = editor.durable(workflow);

/** A durable run. */
export const start = internalMutationGeneric({
  args: { threadId: v.string(), prompt: v.string() },
  returns: v.object({ runId: v.string(), messageId: v.string(), turn: v.number(), state: v.string() }),
  handler: async (ctx, args): Promise<RunTicket> =>
    await editor.start(ctx, referenceTo("editor:run"), { as: await principal(ctx), ...args }),
});
