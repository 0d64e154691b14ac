import type { Usage } from "../client/index.js";
import { countsIn, soundCounts, type CountEstimate } from "../shared/soundUsage.js";
import { estimateTokens } from "../shared/tokens.js";

/** Characters of a provider's own record that are kept: it is for audits, and some hold whole requests. */
const RAW_MAX_CHARACTERS = 4_096;

export type MeasuredCall = {
  provider: string;
  modelId: string;
  /** As the provider gave it, whatever that is. */
  usage: unknown;
  /** What was asked and said, by estimate: for counts that the provider did not give, or that cannot be. */
  estimate: CountEstimate;
  ms: number;
  finishReason: string;
};

/** Wall time, by a clock that may be set back meanwhile. */
const durationOf = (ms: number): number => Math.max(0, ms);

/** One call of a language model as a row of the ledger: with counts that can be added up, whatever the provider gave. */
export function answerUsage({ provider, modelId, usage, estimate, ms, finishReason }: MeasuredCall): Usage {
  const raw = rawOf(usage);
  return {
    ...{ provider, model: modelId, purpose: "answer" },
    ...soundCounts(countsIn(usage), estimate),
    ...{ ms: durationOf(ms), finishReason },
    ...(raw === undefined ? {} : { raw }),
  };
}

/** The provider's own record as text, where there is one that is worth its room. */
function rawOf(usage: unknown): string | undefined {
  if (typeof usage !== "object" || usage === null || !("raw" in usage) || usage.raw === undefined)
    return undefined;
  try {
    const raw = JSON.stringify(usage.raw) as string | undefined;
    return raw === undefined || raw.length > RAW_MAX_CHARACTERS ? undefined : raw;
  } catch {
    return undefined; // what JSON has no text for
  }
}

type WholeCall = { provider: string; modelId: string; texts: readonly string[]; ms: number };

/** One call of an embedding model as a row of the ledger; its tokens are estimated where it counted none. */
export const embeddingUsage = ({ tokens, ...call }: WholeCall & { tokens: unknown }): Usage =>
  inputUsage("embedding", call, tokens);

/** One call of a reranking model: those count no tokens, and are paid for by the call. */
export const rerankUsage = (call: WholeCall): Usage => inputUsage("rerank", call, undefined);

function inputUsage(
  purpose: Usage["purpose"],
  { provider, modelId: model, texts, ms }: WholeCall,
  tokens: unknown,
): Usage {
  const inputTokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  const counts = soundCounts({ input: tokens, output: 0 }, { inputTokens, outputTokens: 0 });
  return { provider, model, purpose, ...counts, ms: durationOf(ms) };
}
