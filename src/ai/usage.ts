import type { LanguageModelUsage } from "ai";
import type { Usage } from "../client/index.js";
import { USAGE_MAX_TOKENS } from "../shared/ledgerLimits.js";

/** Characters of a provider's own record that are kept: it is for audits, and some hold whole requests. */
const RAW_MAX_CHARACTERS = 4_096;

export type MeasuredCall = {
  provider: string;
  modelId: string;
  usage: LanguageModelUsage;
  ms: number;
  finishReason: string;
};

/**
 * What a provider counted; some count nothing, and a few NaN, below zero, fractions or more than there can be: an answer
 * must not be lost over that.
 */
const countOf = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) && value > 0
    ? Math.min(Math.round(value), USAGE_MAX_TOKENS)
    : 0;

/** Wall time, of a clock that may be set back meanwhile. */
const durationOf = (ms: number): number => Math.max(0, ms);

/** One call of a language model as a row of the ledger. Counts that the provider did not give are 0, or left out where optional. */
export function answerUsage({ provider, modelId, usage, ms, finishReason }: MeasuredCall): Usage {
  const cached = countOf(usage.inputTokenDetails.cacheReadTokens);
  const reasoning = countOf(usage.outputTokenDetails.reasoningTokens);
  const raw = usage.raw === undefined ? undefined : JSON.stringify(usage.raw);
  return {
    provider,
    model: modelId,
    purpose: "answer",
    inputTokens: countOf(usage.inputTokens),
    outputTokens: countOf(usage.outputTokens),
    ...(cached === 0 ? {} : { cachedInputTokens: cached }),
    ...(reasoning === 0 ? {} : { reasoningTokens: reasoning }),
    ms: durationOf(ms),
    finishReason,
    ...(raw === undefined || raw.length > RAW_MAX_CHARACTERS ? {} : { raw }),
  };
}

/** One call of an embedding model as a row of the ledger. */
export function embeddingUsage(call: {
  provider: string;
  modelId: string;
  tokens: number;
  ms: number;
}): Usage {
  return {
    provider: call.provider,
    model: call.modelId,
    purpose: "embedding",
    inputTokens: countOf(call.tokens),
    outputTokens: 0,
    ms: durationOf(call.ms),
  };
}
