import { type ToolChoice, type ToolSet } from "ai";
import { memoryError } from "../validators/errors.js";
import type { ResolvedAgent } from "./definition.js";
import { activeOf, modelFieldProblems } from "./modelFields.js";
import { sortTools } from "./sdkTools.js";
import type { AnswerOutput } from "./structuredOutput.js";

/** What one call of `generate` or `stream` may change of its agent. */
export type CallOverrides<Shape = unknown> = {
  /** Tools of the AI SDK beside the agent's own, such as `await client.tools()` of its MCP client. They run in this action. */
  tools?: ToolSet;
  /** The tools that may be used, by name. */
  activeTools?: string[];
  toolChoice?: ToolChoice<ToolSet>;
  /** What the answer is to be: `result.output` has its type. */
  output?: AnswerOutput<Shape>;
};

/** The agent as one call has it; the agent itself where nothing is changed. Throws `INVALID_ARGUMENT`. */
export function agentForCall(agent: ResolvedAgent, overrides: CallOverrides): ResolvedAgent {
  const { tools: given, activeTools, toolChoice, output } = overrides;
  if (given === undefined && activeTools === undefined && toolChoice === undefined && output === undefined)
    return agent;
  const asked: NonNullable<ResolvedAgent["asked"]> = { messages: [], warnings: [] };
  const sorted = sortTools(given ?? {}, asked);
  const named = {
    tools: unique(agent.tools, sorted.tools),
    providerTools: unique(agent.providerTools ?? {}, sorted.providerTools),
  };
  const problems = modelFieldProblems({
    ...{ ...named, activeTools },
    toolChoice: toolChoice ?? agent.toolChoice,
  });
  for (const [message, holds] of Object.entries(problems))
    if (holds) throw memoryError("INVALID_ARGUMENT", message, { agentName: agent.name });
  return {
    ...agent,
    tools: activeOf(named.tools, activeTools),
    providerTools: activeOf(named.providerTools, activeTools),
    sdkTools: sorted.sdkTools,
    asked,
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(output === undefined ? {} : { output }),
  };
}

/** Both, where no name is in both. */
function unique<Tool>(own: Record<string, Tool>, more: Record<string, Tool>): Record<string, Tool> {
  const twice = Object.keys(more).find((name) => Object.hasOwn(own, name));
  if (twice !== undefined)
    throw memoryError(
      "INVALID_ARGUMENT",
      `The agent has a tool "${twice}" of its own: give yours another name.`,
      {
        toolName: twice,
      },
    );
  return { ...own, ...more };
}
