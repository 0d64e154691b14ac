import type { ResolvedAgent } from "./definition.js";
import type { AgentTool } from "./tool.js";

type Named = { toolName: string };

const toolOf = ({ tools }: ResolvedAgent, toolName: string): AgentTool | undefined =>
  Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;

/** True for a tool that is another agent's durable run: in a durable run it is no step but a run of its own. */
export const isNested = (agent: ResolvedAgent, toolName: string): boolean =>
  toolOf(agent, toolName)?.nested?.run !== undefined;

/** True when one of the calls asks another agent, in whichever engine. */
export const asksAgents = (agent: ResolvedAgent, calls: readonly Named[]): boolean =>
  calls.some(({ toolName }) => toolOf(agent, toolName)?.nested !== undefined);
