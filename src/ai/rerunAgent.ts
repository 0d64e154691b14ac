import { jsonSchema } from "ai";
import type { AgentContent } from "../parts/contextMaterial.js";
import type { ToolDescription } from "../parts/contextMessages.js";
import { withoutUndefined } from "../shared/withoutUndefined.js";
import { memoryError } from "../validators/errors.js";
import type { AgentContext, AgentRecall, ModelSettings, ResolvedAgent } from "./definition.js";
import type { RerunArgs } from "./rerunArgs.js";
import { defineTool, type AgentTool } from "./tool.js";

/** What an agent was when it made a call. */
export type KeptAgent = AgentContent & {
  settings: ModelSettings & { recall?: AgentRecall; context?: AgentContext };
};

/**
 * The agent as it makes a saved call again: with the instructions, tools and settings that it had then, where nothing
 * else is asked for. Its tools are only told to the model. Its `prepareStep` is not called: what it would change was
 * changed then. Throws `INVALID_ARGUMENT` for tools that the model was not told of.
 */
export function agentAgain(agent: ResolvedAgent, kept: KeptAgent, args: RerunArgs): ResolvedAgent {
  const { prepareStep: _prepare, repairToolCall: _repair, sdkTools: _sdk, asked: _asked, ...stays } = agent;
  const { toolChoice, providerTools = {}, ...rest } = stays;
  const told = toolsTold(kept, args);
  const isOfProvider = ({ name }: ToolDescription) => Object.hasOwn(providerTools, name);
  const isTold = (name: string) => told.some((tool) => tool.name === name);
  const isChosen =
    toolChoice !== undefined &&
    (typeof toolChoice === "string" ? told.length > 0 : isTold(toolChoice.toolName));
  const { model = agent.model } = args;
  return {
    ...rest,
    ...(isChosen ? { toolChoice } : {}),
    model: typeof model === "function" ? model : () => model,
    instructions: args.instructions ?? kept.instructions,
    tools: Object.fromEntries(
      told.filter((tool) => !isOfProvider(tool)).map((tool) => [tool.name, onlyTold(tool)]),
    ),
    providerTools: Object.fromEntries(Object.entries(providerTools).filter(([name]) => isTold(name))),
    settings: settingsAgain(agent, kept, args),
  };
}

/** The tools that the model is told of. */
export function toolsTold(
  { tools }: Pick<KeptAgent, "tools">,
  { activeTools, messageId }: Pick<RerunArgs, "activeTools" | "messageId">,
): ToolDescription[] {
  if (activeTools === undefined) return tools;
  const unknown = activeTools.find((name) => !tools.some((tool) => tool.name === name));
  if (unknown !== undefined)
    throw memoryError(
      "INVALID_ARGUMENT",
      `\`activeTools\` names "${unknown}", of which the model was not told.`,
      { messageId },
    );
  return tools.filter(({ name }) => activeTools.includes(name));
}

/** Headers and provider options are not kept: they are as the agent has them now. */
function settingsAgain(agent: ResolvedAgent, kept: KeptAgent, { settings = {} }: RerunArgs): ModelSettings {
  const { recall: _recall, context: _context, ...before } = kept.settings;
  const { headers, providerOptions } = agent.settings;
  return {
    ...withoutBlocks(before),
    ...(headers === undefined ? {} : { headers }),
    ...(providerOptions === undefined ? {} : { providerOptions }),
    ...withoutUndefined(settings),
  };
}

/** Which blocks an agent shows is kept among its settings, and is none of a model's. */
function withoutBlocks(settings: ModelSettings & { blocks?: unknown }): ModelSettings {
  const { blocks: _blocks, ...ofModel } = settings;
  return ofModel;
}

/** A tool that is never run. */
const onlyTold = ({ description, inputSchema }: ToolDescription): AgentTool =>
  defineTool({
    description,
    // The boundary where a kept JSON schema is one again: it was written from the tool's own.
    inputSchema: jsonSchema(inputSchema as Parameters<typeof jsonSchema>[0]),
    answersLater: true,
  });
