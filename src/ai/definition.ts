import {
  isStepCount,
  type EmbeddingModel,
  type LanguageModel,
  type LanguageModelCallOptions,
  type ModelMessage,
  type ProviderMetadata,
  type StopCondition,
  type ToolSet,
} from "ai";
import type {
  AgentBudgets,
  AgentMemory,
  ContextLimits,
  RateLimits,
  RecallKind,
  Rerank,
  ScopeKind,
  WhileRunning,
} from "../client/index.js";
import {
  resolveCompaction,
  type CompactionOptions,
  type CompactionSettings,
} from "../shared/compactionPlan.js";
import type { BudgetTerms } from "../shared/agentBudgets.js";
import { contextBudget, type ContextBudget } from "../shared/contextBudget.js";
import { READ_OUTPUT_TOOL } from "../shared/contextPruning.js";
import { NAME_MAX_CHARACTERS } from "../shared/limits.js";
import { checkQuestion } from "../shared/recallArguments.js";
import { estimateTokens } from "../shared/tokens.js";
import { isMemoryError, memoryError } from "../validators/errors.js";
import { vWhileRunning } from "../validators/run.js";
import type { ExtractionSettings } from "./extraction.js";
import { activeOf, modelFieldProblems, type ModelFields } from "./modelFields.js";
import { rateLimitsOf } from "./rateGates.js";
import { readOutputTool } from "./readOutput.js";
import { spendingOf } from "./spending.js";
import { STREAM_PRESETS } from "./streamPresets.js";
import type { AgentTool } from "./tool.js";

export type AgentRecall = {
  /** Where to look: the thread, what is known of the user, the agent's own, the tenant's. */
  scopes: ScopeKind[];
  /** What to look for; messages, facts and chunks of documents unless told. */
  kinds?: RecallKind[];
  /** Tokens of recalled text at most. */
  maxTokens: number;
  /** Turns, or chunks, shown on each side of what is found: 0 unless told, 3 at most. */
  neighbours?: number;
  /** How far the embedding model is trusted beside words, from 0 to 1: 1 unless told, little for one that knows words only. */
  vectorWeight?: number;
  /** Puts what is found in a new order; `rerankWith` makes one of a model. Called in actions only. */
  rerank?: () => Rerank;
};

/**
 * When the agent's contexts make room, and how: `CompactionOptions`, and whether it is also done after a run, so that
 * the next turn need not wait for it; a worker may do that as well. True unless told.
 */
export type AgentCompaction = CompactionOptions & { afterRun?: boolean };

/** How facts are found in what was said, after each run. One call of the model a run unless told. */
export type AgentExtraction = Omit<ExtractionSettings, "abortSignal">;

/** How much a model is shown. Tokens are our estimate, calibrated by what the provider counted last in the thread. */
export type AgentContext = {
  /** Tokens of everything: instructions, tools, blocks, summary, messages, recalled text. 32,000 unless told. */
  maxTokens?: number;
  /** Messages of the thread, and bytes of their rows, that are read at most: 400 and 512 KiB unless told. */
  maxMessages?: number;
  maxBytes?: number;
  /**
   * Tokens that one section may have: unless told, blocks a tenth of `maxTokens`, the summary half (written to half of that), recalled text
   * what `recall.maxTokens` says, the older messages what is left. 0 leaves the section out.
   */
  sections?: { blocks?: number; summary?: number; recalled?: number; tail?: number };
};

/** How often a durable step is tried when it fails, and how long it waits in between. */
export type StepRetry = { maxAttempts: number; initialBackoffMs: number; base: number };

/** Settings that are passed to each call of the model; `providerOptions` as the provider documents them. */
export type ModelSettings = LanguageModelCallOptions & {
  providerOptions?: ProviderMetadata;
  headers?: Record<string, string | undefined>;
  /** How long one call may take, in ms. */
  timeoutMs?: number;
  /** How long a model that streams may be silent before its first words, and between two of its pieces, in ms. */
  firstChunkTimeoutMs?: number;
  chunkTimeoutMs?: number;
};

export type AgentDefinition = ModelFields & {
  /** Names the agent in runs, messages and usage, and its own scope of memory. */
  name: string;
  /** The model, made when it is needed: in actions only. */
  model: () => LanguageModel;
  /** Needed for recall by meaning; without it recall is by words. */
  embeddingModel?: () => EmbeddingModel;
  /** While vectors of another model are built beside: that one. It is used from the moment they are switched to. */
  nextEmbeddingModel?: () => EmbeddingModel;
  instructions: string;
  tools?: Record<string, AgentTool>;
  /** When to stop although the model asks for tools: they still run, the model is not asked again. 8 steps unless told. */
  stopWhen?: StopCondition<ToolSet> | StopCondition<ToolSet>[];
  /** Recalls before the model is asked. What is recalled is shown to the model and never becomes history. */
  recall?: AgentRecall;
  /** Whose blocks the model always sees behind its instructions, in this order; none unless told. */
  blocks?: ScopeKind[];
  /** How much the model is shown. */
  context?: AgentContext;
  /**
   * Makes room where the history is near its budget: old outputs of tools become placeholders, then older turns a
   * summary. With the defaults of `resolveCompaction` unless told; `false` turns it off, and what does not fit is left
   * out. An agent with tools gets `readToolOutput` with it, to read what is a placeholder.
   */
  compaction?: AgentCompaction | false;
  /** Writes the summaries. Unless told they are extractive and cost nothing: the agent's own model is not asked. */
  compactionModel?: () => LanguageModel;
  /** Finds facts in what was said, as the last thing of each run. Off unless told. */
  extraction?: AgentExtraction;
  /** What a new prompt does while its thread has an active run: "queue" unless told. Each call may say otherwise. */
  whileRunning?: WhileRunning;
  /**
   * What its runs may spend, with what its memory says for all agents: rules, or `true` for what `budgets.set` has set.
   * Unless either says so no budget is looked at. Answers are then cut at `settings.maxOutputTokens`, or 8,192 tokens.
   */
  budgets?: AgentBudgets;
  settings?: ModelSettings;
  /**
   * How often the agent may ask its model, and for how many tokens, per user, tenant and model; as its memory says
   * unless told, and `false` for no limits. See `docs/rate-limits.md`.
   */
  rateLimits?: RateLimits | false;
  /** Retries of the SDK for one call in `generate` and `stream`; 2 unless told. */
  maxRetries?: number;
  /** Retries of a durable step; 4 attempts from 500 ms on, doubled each time, unless told. */
  retry?: StepRetry;
  /** Whether durable runs stream; true unless told. */
  stream?: boolean;
  /** Text that arrives within this time is written together, in ms; 0 writes each delta on its own. 100 unless told: see `STREAM_PRESETS`. */
  throttleMs?: number;
};

/** An agent's definition with every default in its place, and the memory that it writes to. */
export type ResolvedAgent = Omit<AgentDefinition, "compaction" | "budgets" | "rateLimits"> &
  Required<
    Pick<
      AgentDefinition,
      "tools" | "settings" | "maxRetries" | "retry" | "stream" | "throttleMs" | "whileRunning"
    >
  > & {
    memory: AgentMemory;
    /** Absent: none. */
    rateLimits: RateLimits | undefined;
    budget: ContextBudget;
    /** Null: its runs look at no budget. */
    spending: BudgetTerms | null;
    /** What is read of the thread at most. */
    limits: ContextLimits;
    /** Null: off. */
    compaction: { settings: CompactionSettings; afterRun: boolean } | null;
    stopConditions: StopCondition<ToolSet>[];
    /** Of `tools`, those that came as the SDK's: the model is told them as they were given. */
    sdkTools?: ToolSet;
    /** For tools of the SDK: what the model was last shown, and where they tell what went wrong. */
    asked?: { messages: ModelMessage[]; warnings: string[] };
  };

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

/** A setting that is `undefined` was not made: it must not hide its default. */
const withoutUndefined = (definition: AgentDefinition): AgentDefinition =>
  Object.fromEntries(
    Object.entries(definition).filter(([, value]) => value !== undefined),
  ) as unknown as AgentDefinition;

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

function contextProblems(context: AgentContext, blocks: readonly ScopeKind[]): Record<string, boolean> {
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
