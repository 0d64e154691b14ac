import type { TelemetryOptions, ToolCallRepairFunction, ToolChoice, ToolSet } from "ai";
import type { PrepareStep } from "./prepareStep.js";
import type { AnswerOutput } from "./structuredOutput.js";
import type { AgentTool } from "./tool.js";

/** What of an agent is the AI SDK's: passed to each call of the model, in both engines. */
export type ModelFields = {
  /** Tools that the model's provider runs itself, as it makes them: `{ search: openai.tools.webSearch() }`. */
  providerTools?: ToolSet;
  /** The tools that may be used, by name; all unless told. */
  activeTools?: string[];
  /** Whether the model must use a tool, or which: in every step, unless `prepareStep` says otherwise. */
  toolChoice?: ToolChoice<ToolSet>;
  /** What each answer is to be: `Output.object`, `array`, `choice` or `json`. One that does not fit is `OUTPUT_INVALID`. */
  output?: AnswerOutput;
  /** Changes one call of the model before it is made: its model, tools, settings, instructions or messages. */
  prepareStep?: PrepareStep;
  /** Mends a call of a tool whose input does not fit, or that names none. Unless told the model is told what is wrong. */
  repairToolCall?: ToolCallRepairFunction<ToolSet>;
  /** Passed to the SDK with each call of the model; its `functionId` is the agent's name unless told. */
  telemetry?: TelemetryOptions;
  /** Told what went wrong without losing the turn, as `TurnResult.warnings`; of durable runs `console.warn` unless told. */
  onWarning?: (warning: string, run: { agentName: string; threadId: string; runId: string }) => unknown;
};

/** Those of `tools` that are active: all where none are named. */
export function activeOf<Tool>(
  tools: Record<string, Tool>,
  active: readonly string[] | undefined,
): Record<string, Tool> {
  if (active === undefined) return tools;
  return Object.fromEntries(Object.entries(tools).filter(([name]) => active.includes(name)));
}

/** What is wrong with the fields of a definition: messages, and whether each holds. */
export function modelFieldProblems({
  tools = {},
  providerTools = {},
  activeTools,
  toolChoice,
}: ModelFields & { tools?: Record<string, AgentTool> }): Record<string, boolean> {
  const isKnown = (name: string): boolean => Object.hasOwn(tools, name) || Object.hasOwn(providerTools, name);
  const isActive = (name: string): boolean => activeTools === undefined || activeTools.includes(name);
  const unknown = activeTools?.find((name) => !isKnown(name));
  const notOfProvider = Object.entries(providerTools).find(([, tool]) => !isOfProvider(tool))?.[0];
  const twice = Object.keys(providerTools).find((name) => Object.hasOwn(tools, name));
  const chosen = typeof toolChoice === "object" ? toolChoice.toolName : undefined;
  return {
    [`\`activeTools\` names "${unknown}", which is none of the agent's tools.`]: unknown !== undefined,
    [`\`toolChoice\` names "${chosen}", which is none of the tools that may be used.`]:
      chosen !== undefined && !(isKnown(chosen) && isActive(chosen)),
    [`\`providerTools.${notOfProvider}\` is not run by its provider: define it with defineTool.`]:
      notOfProvider !== undefined,
    [`"${twice}" is both a tool and a provider's tool: name them apart.`]: twice !== undefined,
  };
}

/** True for a tool that runs at the model's provider. */
export const isOfProvider = (tool: ToolSet[string]): boolean =>
  tool.type === "provider" && tool.isProviderExecuted;
