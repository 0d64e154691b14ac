import { RECALL_DEFAULT_TOKENS, RECALL_MAX_HITS } from "../shared/limits.js";
import { checkedCount } from "../shared/recallArguments.js";
import { TokenBudget } from "../shared/recallBudget.js";
import type { RecallHit } from "../validators/recall.js";
import type { Usage } from "../validators/usage.js";

/**
 * Puts texts in the order of how well they answer: the places of the texts, best first, each once. What it leaves
 * out comes behind, in the order it had. `rerankWith` of `convex-agent-memory/ai` makes one of any AI SDK model.
 *
 * @example const longest: Rerank = { rerank: async (_, texts) => texts.map((_, place) => place).sort((a, b) => texts[b]!.length - texts[a]!.length) };
 */
export type Rerank = {
  /** The order; with what it cost where that is to be in the ledger. */
  rerank: (query: string, texts: string[]) => Promise<number[] | Reranked>;
  /** Hits that are put before it, the best: 30 unless told, 50 at most. Further ones keep their places behind. */
  candidates?: number;
};

export type Reranked = { order: number[]; usage?: Usage };

type Asked = { query: string; limit?: number; maxTokens?: number };

const DEFAULT_CANDIDATES = 30;
/** Tokens of the candidates beside those that are wanted: what is moved up must have been read. */
const OVER_FETCH = 4;

/** What to ask for beyond what is wanted, so that there is something to put in order. */
export function reachForRerank(
  rerank: Rerank | undefined,
  { limit, maxTokens = RECALL_DEFAULT_TOKENS }: Asked,
): { limit?: number; maxTokens?: number } {
  if (rerank === undefined) return {};
  const { candidates = DEFAULT_CANDIDATES } = rerank;
  return {
    limit: Math.min(RECALL_MAX_HITS, Math.max(checkedCount("candidates", candidates), limit ?? 0)),
    maxTokens: maxTokens * OVER_FETCH,
  };
}

/** The hits in the reranker's order, within the budget; in the order they had, with a warning, where it fails. */
export async function rerankHits(
  { rerank, candidates = DEFAULT_CANDIDATES }: Rerank,
  hits: RecallHit[],
  asked: Asked,
): Promise<{ hits: RecallHit[]; warnings?: string[]; usage?: Usage }> {
  if (hits.length === 0) return { hits };
  const best = hits.slice(0, candidates);
  let spent: { usage?: Usage } = {};
  try {
    const given = await rerank(
      asked.query,
      best.map(({ text }) => text),
    );
    const { order, usage } = Array.isArray(given) ? { order: given } : given;
    if (usage !== undefined) spent = { usage };
    return { hits: fill([...inOrder(best, order), ...hits.slice(candidates)], asked), ...spent };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      hits: fill(hits, asked),
      warnings: [`Recall kept its own order, the reranker failed: ${reason}`],
      ...spent,
    };
  }
}

function inOrder(hits: RecallHit[], order: readonly number[]): RecallHit[] {
  const first = new Set(order);
  const isPlace = (place: number) => Number.isInteger(place) && place >= 0 && place < hits.length;
  if (first.size !== order.length || !order.every(isPlace))
    throw new TypeError("it must name places of the texts, each once");
  const rest = hits.map((_, place) => place).filter((place) => !first.has(place));
  return [...order, ...rest].flatMap((place) => hits[place] ?? []);
}

function fill(
  hits: readonly RecallHit[],
  { limit = RECALL_MAX_HITS, maxTokens = RECALL_DEFAULT_TOKENS }: Asked,
): RecallHit[] {
  const budget = new TokenBudget(maxTokens, limit);
  return hits.flatMap((hit) => (budget.isFull ? [] : (budget.take(hit) ?? [])));
}
