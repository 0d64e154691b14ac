import {
  CONTEXT_BLOCKS_SHARE,
  CONTEXT_DEFAULT_TOKENS,
  CONTEXT_RECALL_MAX_TOKENS,
  CONTEXT_RECALL_SHARE,
  CONTEXT_SUMMARY_SHARE,
  TOKEN_FACTOR_BELIEVED,
  TOKEN_FACTOR_USED,
} from "./limits.js";

/** Tokens that each section may have; `maxTokens` is for all together. */
export type ContextBudget = {
  maxTokens: number;
  blocks: number;
  summary: number;
  recalled: number;
  tail: number;
};
/** What an agent names of it. */
export type BudgetOptions = Partial<ContextBudget>;

/**
 * The budget of a context. Without caps, of `maxTokens` the blocks may take a tenth, the summary half, recalled
 * text a tenth and 4,000 tokens at most; the raw tail takes what is left. `maxTokens` should be the model's window
 * less the longest answer and a tenth for what estimates miss.
 */
export function contextBudget(options: BudgetOptions = {}): ContextBudget {
  const { maxTokens = CONTEXT_DEFAULT_TOKENS } = options;
  const share = (part: number): number => Math.floor(maxTokens * part);
  return {
    maxTokens,
    blocks: options.blocks ?? share(CONTEXT_BLOCKS_SHARE),
    summary: options.summary ?? share(CONTEXT_SUMMARY_SHARE),
    recalled: options.recalled ?? Math.min(share(CONTEXT_RECALL_SHARE), CONTEXT_RECALL_MAX_TOKENS),
    tail: options.tail ?? maxTokens,
  };
}

/**
 * Tokens that the provider counted for each token of our estimate, or null when its count cannot be believed: absent,
 * zero, no number, or far from any tokenizer. Clamped, because a call of a few words says little; two decimals.
 */
export function tokenFactor(reportedTokens: number, estimatedTokens: number): number | null {
  const ratio = reportedTokens / estimatedTokens;
  if (!Number.isFinite(ratio) || reportedTokens <= 0 || estimatedTokens <= 0) return null;
  if (ratio < TOKEN_FACTOR_BELIEVED.min || ratio > TOKEN_FACTOR_BELIEVED.max) return null;
  const clamped = Math.min(TOKEN_FACTOR_USED.max, Math.max(TOKEN_FACTOR_USED.min, ratio));
  return Math.round(clamped * 100) / 100;
}
