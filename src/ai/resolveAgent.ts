import { isStepCount } from "ai";
import type { AgentMemory, ContextLimits, ScopeKind } from "../client/index.js";
import { resolveCompaction } from "../shared/compactionPlan.js";
import { contextBudget, type ContextBudget } from "../shared/contextBudget.js";
import { READ_OUTPUT_TOOL } from "../shared/contextPruning.js";
import { NAME_MAX_CHARACTERS } from "../shared/limits.js";
import { checkQuestion } from "../shared/recallArguments.js";
import { estimateTokens } from "../shared/tokens.js";
import { withoutUndefined } from "../shared/withoutUndefined.js";
import { isMemoryError, memoryError } from "../validators/errors.js";
import { vWhileRunning } from "../validators/runDriving.js";
import type { AgentContext, AgentDefinition, ResolvedAgent } from "./definition.js";
import { activeOf, modelFieldProblems } from "./modelFields.js";
import { rateLimitsOf } from "./rateGates.js";
import { readOutputTool } from "./readOutput.js";
import { spendingOf } from "./spending.js";
import { STREAM_PRESETS } from "./streamPresets.js";
import type { AgentTool } from "./tool.js";

/** Model calls of one turn when an agent names no condition: ends a model that asks for tools for ever. */
const DEFAULT_STEPS = 8;
const DEFAULTS = {
  tools: {},
  settings: {},
  maxRetries: 2,
  retry: { maxAttempts: 4, initialBackoffMs: 500, base: 2 },
  stream: true,
  /** A delay that a reader does not notice, while a fast model costs ten writes a second and not a hundred. */
  throttleMs: STREAM_PRESETS.smooth,
  whileRunning: "queue" as const,
};
/** What providers accept as the name of a tool. */
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Checks a definition and fills in its defaults. Throws `AGENT_INVALID`. */
export function resolveAgent(memory: AgentMemory, definition: AgentDefinition): ResolvedAgent {
  checkDefinition(definition);
  const { stopWhen = isStepCount(DEFAULT_STEPS), budgets: _, ...defined } = definition;
  return {
    ...DEFAULTS,
    ...withoutUndefined(defined),
    memory,
    spending: spendingOf(memory, definition),
    tools: toolsOf(definition),
    ...providerToolsOf(definition),
    budget: budgetOf(definition),
    compaction: compactionOf(definition),
    rateLimits: rateLimitsOf(memory, definition),
    limits: limitsOf(definition.context),
    stopConditions: Array.isArray(stopWhen) ? stopWhen : [stopWhen],
  };
}

const providerToolsOf = ({ providerTools, activeTools }: AgentDefinition) =>
  providerTools === undefined ? {} : { providerTools: activeOf(providerTools, activeTools) };

function budgetOf({ context = {}, recall }: AgentDefinition): ContextBudget {
  const { sections = {}, maxTokens } = context;
  const recalled = sections.recalled ?? recall?.maxTokens;
  return contextBudget({ ...sections, ...(recalled === undefined ? {} : { recalled }), maxTokens });
}

/** The agent's own, and what reads an output again that became a placeholder: there from the start, so that prompts keep theirs. */
function toolsOf({
  tools: defined = {},
  compaction,
  activeTools,
}: AgentDefinition): Record<string, AgentTool> {
  const tools = activeOf(defined, activeTools);
  const hasNone = Object.keys(tools).length === 0;
  if (compaction === false || hasNone || Object.hasOwn(tools, READ_OUTPUT_TOOL)) return tools;
  return { ...tools, [READ_OUTPUT_TOOL]: readOutputTool() };
}

/** Share of a context that is history at least, whatever an agent's other sections may take. */
const HISTORY_MIN_SHARE = 0.25;

/** Share of its section that a summary is written to: the rest is for what the provider counts more by then. */
const WRITTEN_SHARE = 0.5;

function compactionOf(definition: AgentDefinition): ResolvedAgent["compaction"] {
  const { compaction = {}, instructions, blocks = [], recall } = definition;
  if (compaction === false) return null;
  const { afterRun = true, ...options } = compaction;
  const budget = budgetOf(definition);
  const others = [
    estimateTokens(instructions),
    blocks.length === 0 ? 0 : budget.blocks,
    recall === undefined ? 0 : budget.recalled,
  ].reduce((sum, tokens) => sum + tokens, 0);
  const left = Math.max(budget.maxTokens - others, Math.floor(budget.maxTokens * HISTORY_MIN_SHARE));
  const history = Math.min(left, budget.summary + budget.tail);
  const maxSummaryTokens = budget.summary === 0 ? undefined : Math.floor(budget.summary * WRITTEN_SHARE);
  return { settings: resolveCompaction({ maxSummaryTokens, ...options }, history), afterRun };
}

const limitsOf = ({ sections: _sections, ...limits }: AgentContext = {}): ContextLimits => limits;

function checkDefinition(definition: AgentDefinition): void {
  const { name, tools = {}, throttleMs = 0, context = {}, blocks = [], whileRunning } = definition;
  const misnamed = Object.keys(tools).find((tool) => !TOOL_NAME.test(tool));
  const problems = {
    [`An agent's name must have 1 to ${NAME_MAX_CHARACTERS} characters.`]:
      name.trim() === "" || name.length > NAME_MAX_CHARACTERS,
    [`Tools are named with up to 64 letters, digits, "_" and "-"; not "${misnamed}".`]:
      misnamed !== undefined,
    "`throttleMs` must be a number from 0.": !(throttleMs >= 0),
    "`whileRunning` must be one of queue, reject, interrupt and steer.": !isWhileRunning(whileRunning),
    ...contextProblems(context, blocks),
    ...modelFieldProblems(definition),
  };
  for (const [message, holds] of Object.entries(problems))
    if (holds) throw memoryError("AGENT_INVALID", message, { agentName: name });
  try {
    checkRecall(definition);
    compactionOf(definition);
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    throw memoryError("AGENT_INVALID", error.data.message, { agentName: name });
  }
}

const isWhileRunning = (mode: string | undefined): boolean =>
  mode === undefined || vWhileRunning.members.some(({ value }) => value === mode);

/** What every turn would be refused for is told at once. */
function checkRecall({ recall }: AgentDefinition): void {
  if (recall === undefined) return;
  const { scopes, kinds = ["message"], maxTokens, neighbours, vectorWeight } = recall;
  checkQuestion({ query: "", threadId: "", scopes, kinds, maxTokens, neighbours, vectorWeight });
}

const SCOPE_KINDS = new Set<string>(["thread", "user", "agent", "tenant"] satisfies ScopeKind[]);

/** What is wrong with how much an agent shows: messages, and whether each holds. */
export function contextProblems(
  context: AgentContext,
  blocks: readonly ScopeKind[],
): Record<string, boolean> {
  const { sections = {}, maxTokens, maxMessages, maxBytes } = context;
  const isBad = (count: number | undefined, min: number): boolean =>
    count !== undefined && !(Number.isInteger(count) && count >= min);
  const cap = Object.entries(sections).find(([, tokens]) => isBad(tokens, 0))?.[0];
  return {
    "`context.maxMessages` must be an integer from 1: the prompt is one.": isBad(maxMessages, 1),
    "`context.maxTokens` and `context.maxBytes` must be integers from 1.":
      isBad(maxTokens, 1) || isBad(maxBytes, 1),
    [`\`context.sections.${cap}\` must be an integer from 0.`]: cap !== undefined,
    "`blocks` names each of thread, user, agent and tenant at most once.":
      new Set(blocks).size < blocks.length || blocks.some((kind) => !SCOPE_KINDS.has(kind)),
  };
}
