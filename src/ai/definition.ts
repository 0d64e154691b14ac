import {
  isStepCount,
  type EmbeddingModel,
  type LanguageModel,
  type LanguageModelCallOptions,
  type ProviderMetadata,
  type StopCondition,
  type ToolSet,
} from "ai";
import type { AgentMemory, ContextLimits, RecallKind, Rerank, ScopeKind } from "../client/index.js";
import { NAME_MAX_CHARACTERS } from "../shared/limits.js";
import { memoryError } from "../validators/errors.js";
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

/** How often a durable step is tried when it fails, and how long it waits in between. */
export type StepRetry = { maxAttempts: number; initialBackoffMs: number; base: number };

/** Settings that are passed to each call of the model; `providerOptions` as the provider documents them. */
export type ModelSettings = LanguageModelCallOptions & {
  providerOptions?: ProviderMetadata;
  headers?: Record<string, string | undefined>;
  /** How long one call may take, in ms. */
  timeoutMs?: number;
};

export type AgentDefinition = {
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
  /** How much of the thread the model sees: 100 messages, 512 KiB and 32,000 tokens unless told. */
  context?: ContextLimits;
  settings?: ModelSettings;
  /** Retries of the SDK for one call in `generate` and `stream`; 2 unless told. */
  maxRetries?: number;
  /** Retries of a durable step; 4 attempts from 500 ms on, doubled each time, unless told. */
  retry?: StepRetry;
  /** Whether durable runs stream; true unless told. */
  stream?: boolean;
  /** Text that arrives within this time is written together, in ms; 0 writes each delta on its own. 100 unless told. */
  throttleMs?: number;
};

/** An agent's definition with every default in its place, and the memory that it writes to. */
export type ResolvedAgent = AgentDefinition &
  Required<Pick<AgentDefinition, "tools" | "settings" | "maxRetries" | "retry" | "stream" | "throttleMs">> & {
    memory: AgentMemory;
    stopConditions: StopCondition<ToolSet>[];
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
  throttleMs: 100,
};
/** What providers accept as the name of a tool. */
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Checks a definition and fills in its defaults. Throws `AGENT_INVALID`. */
export function resolveAgent(memory: AgentMemory, definition: AgentDefinition): ResolvedAgent {
  checkDefinition(definition);
  const { stopWhen = isStepCount(DEFAULT_STEPS) } = definition;
  return {
    ...DEFAULTS,
    ...withoutUndefined(definition),
    memory,
    stopConditions: Array.isArray(stopWhen) ? stopWhen : [stopWhen],
  };
}

/** A setting that is `undefined` was not made: it must not hide its default. */
const withoutUndefined = (definition: AgentDefinition): AgentDefinition =>
  Object.fromEntries(
    Object.entries(definition).filter(([, value]) => value !== undefined),
  ) as unknown as AgentDefinition;

function checkDefinition({ name, tools = {}, throttleMs = 0, recall, context }: AgentDefinition): void {
  const misnamed = Object.keys(tools).find((tool) => !TOOL_NAME.test(tool));
  const problems = {
    [`An agent's name must have 1 to ${NAME_MAX_CHARACTERS} characters.`]:
      name.trim() === "" || name.length > NAME_MAX_CHARACTERS,
    [`Tools are named with up to 64 letters, digits, "_" and "-"; not "${misnamed}".`]:
      misnamed !== undefined,
    "`throttleMs` must be a number from 0.": !(throttleMs >= 0),
    "`recall.maxTokens` must be above 0.": recall !== undefined && !(recall.maxTokens > 0),
    "`context.maxMessages` must be at least 1: the prompt is one.": context?.maxMessages === 0,
  };
  for (const [message, holds] of Object.entries(problems))
    if (holds) throw memoryError("AGENT_INVALID", message, { agentName: name });
}
