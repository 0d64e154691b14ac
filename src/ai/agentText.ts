import type { ToolDescription } from "../parts/contextMessages.js";
import { canonicalJson, shortHash } from "../shared/canonicalJson.js";
import { estimateTokens } from "../shared/tokens.js";
import type { ResolvedAgent } from "./definition.js";

/** What an agent is, as text: kept once by its hash, so that every context of it can be shown again. */
export type AgentText = { text: string; hash: string; tokens: number; tools: ToolDescription[] };

const texts = new WeakMap<ResolvedAgent, Promise<AgentText>>();

/** Made once for each agent. */
export function agentText(agent: ResolvedAgent): Promise<AgentText> {
  const made = texts.get(agent) ?? makeText(agent);
  texts.set(agent, made);
  return made;
}

async function makeText(agent: ResolvedAgent): Promise<AgentText> {
  const { instructions, recall, blocks, context } = agent;
  // Headers and provider options may hold keys.
  const { headers: _headers, providerOptions: _options, ...settings } = agent.settings;
  const own = await Promise.all(
    Object.entries(agent.tools).map(async ([name, { description, inputSchema }]) => ({
      name,
      description,
      inputSchema: await inputSchema.jsonSchema,
    })),
  );
  const tools: ToolDescription[] = [...own, ...providerToolTexts(agent)];
  const text = canonicalJson({ instructions, tools, settings: { ...settings, recall, blocks, context } });
  return { text, hash: await shortHash(text), tokens: toldTokens(instructions, tools), tools };
}

/** What a provider runs itself is told by its id and its settings. */
const providerToolTexts = ({ providerTools = {} }: ResolvedAgent): ToolDescription[] =>
  Object.entries(providerTools).map(([name, tool]) => ({
    name,
    description: "A tool of the provider.",
    inputSchema: tool.type === "provider" ? { id: tool.id, args: tool.args } : {},
  }));

/** What every call is told: providers send the definitions of tools with each. */
export const toldTokens = (instructions: string, tools: readonly ToolDescription[]): number =>
  estimateTokens(instructions) + (tools.length === 0 ? 0 : estimateTokens(canonicalJson(tools)));
