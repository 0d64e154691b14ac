import { jsonSchema, type JSONSchema7 } from "ai";
import type { Agent } from "./agent.js";
import type { RunReference } from "./siblings.js";
import { defineTool, type AgentTool } from "./tool.js";

export type AgentToolDefinition = {
  /** Tells the model when to ask the agent. */
  description: string;
  agent: Agent;
  /** The agent's durable run, for runs that nest durably; this version answers inside the tool's own step. */
  run?: () => RunReference;
};

const PROMPT_SCHEMA: JSONSchema7 = {
  type: "object",
  properties: {
    prompt: { type: "string", description: "What to ask, with everything needed to answer it." },
  },
  required: ["prompt"],
  additionalProperties: false,
};

/**
 * Another agent as a tool. It answers in a thread of its own below the parent's, so that only its answer enters the
 * parent; it is aborted with the parent's `abortSignal`. Safe to retry: its thread and its run carry the call's
 * operationId, so an answer that was given is not paid for again. What it throws (`MODEL_FAILED`) is told to the
 * parent's model as the tool's error.
 *
 * @example const askResearcher = agentTool({ description: "Ask the researcher.", agent: researcher });
 */
export function agentTool({ description, agent }: AgentToolDefinition): AgentTool {
  return defineTool<{ prompt: string }>({
    description,
    inputSchema: jsonSchema<{ prompt: string }>(PROMPT_SCHEMA, { validate: checkPrompt }),
    idempotent: true,
    execute: async (ctx, { prompt }) => {
      const { operationId, abortSignal, principal, threadId: parentThreadId } = ctx;
      const { threadId } = await ctx.memory.threads.create(ctx, {
        title: agent.name,
        parentThreadId,
        operationId,
      });
      const as = { ...principal, agentName: agent.name };
      const { text } = await agent.generate(ctx, {
        as,
        threadId,
        prompt,
        operationId,
        resume: true, // a call is never under way twice: what is left in the middle is of an attempt that died
        abortSignal,
      });
      return text;
    },
  });
}

function checkPrompt(value: unknown) {
  if (typeof value === "object" && value !== null && "prompt" in value && typeof value.prompt === "string")
    return { success: true as const, value: { prompt: value.prompt } };
  return { success: false as const, error: new TypeError("`prompt` must be a text.") };
}
