import type {
  EmbeddingModel,
  LanguageModel,
  LanguageModelCallOptions,
  ModelMessage,
  ProviderMetadata,
  StopCondition,
  ToolSet,
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
import type { CompactionOptions, CompactionSettings } from "../shared/compactionPlan.js";
import type { BudgetTerms } from "../shared/agentBudgets.js";
import type { ContextBudget } from "../shared/contextBudget.js";
import type { ExtractionSettings } from "./extraction.js";
import type { ModelFields } from "./modelFields.js";
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
