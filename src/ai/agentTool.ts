import { jsonSchema, type JSONSchema7 } from "ai";
import { memoryError } from "../validators/errors.js";
import type { Agent } from "./agent.js";
import { budgetAsk } from "./budgetAsk.js";
import { resolvedOf } from "./definedAgents.js";
import type { RunReference } from "./siblings.js";
import { defineTool, type AgentTool, type NestedAgent, type ToolContext } from "./tool.js";

export type AgentToolDefinition = {
  /** Tells the model when to ask the agent. */
  description: string;
  /** The agent; `() => agent` where it asks itself, or agents ask each other. */
  agent: Agent | (() => Agent);
  /**
   * The agent's durable run, `run: () => internal.researcher.run`: a durable run that asks it waits without compute,
   * and each of its steps is written on its own. Without it, and in an action, the agent answers inside the tool.
   */
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
 * parent. What it uses is in the parent's totals, and it is canceled with the parent. Safe to retry: its thread and its
 * run carry the call's operationId, so an answer that was given is not paid for again. When it fails, is stopped or
 * would stand deeper than agents may ask each other (`NESTING_TOO_DEEP`), the parent's model is told so as the tool's
 * result and the parent goes on. So too when it answers inside the tool and needs an approval or a late result: only a
 * durable run (`run`) waits for people.
 *
 * @example const askResearcher = agentTool({ description: "Ask the researcher.", agent: researcher, run: () => internal.researcher.run });
 */
export function agentTool({ description, agent: given, run }: AgentToolDefinition): AgentTool {
  const asked = typeof given === "function" ? given : () => given;
  const budgets = async () => {
    const resolved = resolvedOf(asked());
    return resolved === undefined ? {} : await budgetAsk(resolved, "durable");
  };
  const nested: NestedAgent = {
    agentName: () => asked().name,
    ...(run === undefined ? {} : { run, budgets }),
  };
  const tool = defineTool<{ prompt: string }>({
    description,
    inputSchema: jsonSchema<{ prompt: string }>(PROMPT_SCHEMA, { validate: checkPrompt }),
    idempotent: true,
    execute: async (ctx, { prompt }) => {
      const { operationId, abortSignal, principal, runId: parentRunId } = ctx;
      const agent = asked();
      const opening = { title: agent.name, runId: parentRunId, operationId };
      const { threadId } = await ctx.memory.runs.createNestedThread(ctx, opening);
      const as = { ...principal, agentName: agent.name };
      const { text, state, runId } = await agent.generate(ctx, {
        as,
        threadId,
        prompt,
        operationId,
        parentRunId,
        resume: true, // a call is never under way twice: what is left in the middle is of an attempt that died
        abortSignal,
      });
      if (state.kind === "completed") return text;
      const reason = state.kind === "canceled" ? state.reason : await stopWaiting(ctx, runId);
      throw memoryError("RUN_ENDED", stopped(agent.name, reason));
    },
  });
  return { ...tool, nested };
}

const NEEDS = { approval: "an approval of", result: "the result of" } as const;

/** Nobody would go on with a run that waits for people inside of a tool: it ends, and the reason says what it needed. */
async function stopWaiting(ctx: ToolContext, runId: string): Promise<string> {
  const { runs } = ctx.memory;
  const waiting = await runs.listWaiting(ctx, { runId });
  const needs = [...new Set(waiting.map(({ kind, toolName }) => `${NEEDS[kind]} "${toolName}"`))];
  const needed = needs.length === 0 ? "its turn" : needs.join(" and ");
  const reason = `It waits for ${needed}, which an agent that is asked inside an action cannot wait for.`;
  const { state } = await runs.cancel(ctx, { runId, reason });
  return state.kind === "canceled" ? (state.reason ?? reason) : reason;
}

const stopped = (agentName: string, reason = "the run was canceled"): string =>
  `${agentName} was stopped before it had answered: ${reason}`;

function checkPrompt(value: unknown) {
  if (typeof value === "object" && value !== null && "prompt" in value && typeof value.prompt === "string")
    return { success: true as const, value: { prompt: value.prompt } };
  return { success: false as const, error: new TypeError("`prompt` must be a text.") };
}
