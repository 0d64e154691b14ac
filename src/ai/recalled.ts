import type { ActionCtx, BoundMemory, EmbeddedText, PendingEntry, RecallHit } from "../client/index.js";
import { RECALL_QUERY_MAX_CHARACTERS } from "../shared/limits.js";
import { estimateTokens } from "../shared/tokens.js";
import { isMemoryError } from "../validators/errors.js";
import type { AgentRecall, ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";
import { embedPrompt } from "./promptVectors.js";

/** What a turn asks its memory. */
export type RecallRequest = {
  ctx: ActionCtx;
  memory: BoundMemory;
  runId: string;
  threadId: string;
  turn: number;
  promptText: string;
  promptEntryId?: string;
  pending: PendingEntry[];
  /** The prompt's vector from an earlier step of the run. */
  promptVector?: EmbeddedText;
  /** Messages that the model sees anyway: recalling them again would only cost tokens. */
  shown: ReadonlySet<string>;
  abortSignal?: AbortSignal;
};

/** What to show the model, best first, and what went wrong without losing the turn. */
export type Recalled = { hits: RecallHit[]; warnings: string[] };

/** Asked for beyond the budget, because hits that are shown already are dropped after the search. */
const OVER_FETCH = 2;

/**
 * Recalls for a prompt: one call of the embedding model for the prompt and what is pending in the thread, then one
 * call of the component that stores the vectors and searches. Where the embedding model fails, recall goes on by
 * words, the entries stay pending, and a warning says so.
 */
export async function recallFor(
  agent: ResolvedAgent,
  recall: AgentRecall,
  request: RecallRequest,
): Promise<Recalled> {
  const { ctx, memory, promptText } = request;
  const nothing: Recalled = { hits: [], warnings: [] };
  if (promptText.trim() === "") return nothing;
  const warnings: string[] = [];
  const made = await embedPrompt(agent, request, warnings);
  const search = {
    query: promptText.slice(0, RECALL_QUERY_MAX_CHARACTERS),
    ...(recall.kinds === undefined ? {} : { kinds: recall.kinds }),
    scopes: recall.scopes,
    threadId: request.threadId,
    beforeTurn: request.turn,
    maxTokens: recall.maxTokens * OVER_FETCH,
    runId: request.runId,
  };
  const byWords = (error: unknown) => {
    if (made === null || !isMemoryError(error, "INVALID_ARGUMENT")) throw error;
    warnings.push(`Recall went on by words, the vectors were refused: ${describeError(error)}`);
    return memory.recall(ctx, { ...search, usage: made.usage });
  };
  const { hits } = await memory.recall(ctx, { ...search, ...made }).catch(byWords);
  const kept = withinBudget(
    hits.filter((hit) => !request.shown.has(hit.sourceId)),
    recall.maxTokens,
  );
  return { hits: kept, warnings };
}

function withinBudget(hits: RecallHit[], maxTokens: number): RecallHit[] {
  let tokens = 0;
  return hits.filter((hit) => {
    const added = estimateTokens(hit.text) + estimateTokens(hit.citation);
    if (tokens + added > maxTokens) return false;
    tokens += added;
    return true;
  });
}
