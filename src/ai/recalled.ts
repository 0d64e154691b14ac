import type {
  ActionCtx,
  BoundMemory,
  EmbeddedText,
  PendingEntry,
  RecallHit,
  RecallSearch,
  Spent,
} from "../client/index.js";
import { RECALL_QUERY_MAX_CHARACTERS } from "../shared/limits.js";
import { warningLine } from "../shared/runLog.js";
import { estimateTokens } from "../shared/tokens.js";
import { isMemoryError } from "../validators/errors.js";
import type { AgentRecall, ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";
import { embedPrompt } from "./promptVectors.js";
import { recordSpent } from "./spent.js";

/** What a turn asks its memory. */
export type RecallRequest = {
  ctx: ActionCtx;
  memory: BoundMemory;
  /** Absent where no run asks. */
  runId?: string;
  threadId: string;
  turn: number;
  promptText: string;
  promptEntryId?: string;
  pending: PendingEntry[];
  /** The prompt's vector, where its text was embedded before. */
  promptVector?: EmbeddedText;
  /** Whose vectors are searched, once the app has named it. */
  activeEmbedder?: string;
  /** Messages that the model sees anyway: recalling them again would only cost tokens. */
  shown: ReadonlySet<string>;
  abortSignal?: AbortSignal;
  /** Takes what reranking cost: it is recorded with the step. */
  spent: Spent[];
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
  const { made, usage } = await embedPrompt(agent, request, warnings);
  for (const warning of warnings) noteFailure(agent, request, warning);
  const search = searchFor(recall, request);
  const byWords = (error: unknown) => {
    if (made === null || !isMemoryError(error, "INVALID_ARGUMENT")) throw error;
    warnings.push(`Recall went on by words, the vectors were refused: ${describeError(error)}`);
    noteFailure(agent, request, warnings.at(-1) ?? "");
    return memory.recall(ctx, { ...search, usage });
  };
  const { hits, warnings: further = [] } = await memory
    .recall(ctx, { ...search, ...made, usage })
    .catch(byWords)
    .catch(async (error: unknown) => {
      if (usage !== undefined && isGone(error)) await recordSpent(request, [usage]);
      throw error;
    });
  const kept = withinBudget(
    hits.filter((hit) => !isShown(hit, request.shown)),
    recall.maxTokens,
  );
  return { hits: kept, warnings: [...warnings, ...further] };
}

/** Where the run went with its thread, what was embedded for it was paid all the same. */
const isGone = (error: unknown): boolean =>
  isMemoryError(error, "RUN_NOT_FOUND") || isMemoryError(error, "THREAD_NOT_FOUND");

function noteFailure(
  { name: agentName }: ResolvedAgent,
  { ctx, memory, runId }: RecallRequest,
  warning: string,
): void {
  const run = runId === undefined ? {} : { runId };
  memory.log(ctx, { event: "embedding.failed", ...run, agentName, ...warningLine(warning) });
}

/** What a prompt asks of the memory; more than is wanted, because some of it is shown already. */
function searchFor(
  { scopes, kinds, maxTokens, neighbours, vectorWeight, rerank }: AgentRecall,
  { promptText, threadId, turn, runId, spent }: RecallRequest,
): RecallSearch {
  return {
    query: promptText.slice(0, RECALL_QUERY_MAX_CHARACTERS),
    scopes,
    threadId,
    beforeTurn: turn,
    maxTokens: maxTokens * OVER_FETCH,
    ...(runId === undefined ? {} : { runId }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(neighbours === undefined ? {} : { neighbours }),
    ...(vectorWeight === undefined ? {} : { vectorWeight }),
    ...(rerank === undefined ? {} : { rerank: rerank(), onRerankUsage: (usage) => spent.push(usage) }),
  };
}

/** True when the model sees the hit anyway: all of it, where it is made of several messages. */
const isShown = ({ sourceId, sourceIds = [sourceId] }: RecallHit, shown: ReadonlySet<string>): boolean =>
  sourceIds.every((id) => shown.has(id));

function withinBudget(hits: RecallHit[], maxTokens: number): RecallHit[] {
  let tokens = 0;
  return hits.filter((hit) => {
    const added = hit.tokens + estimateTokens(hit.citation);
    if (tokens + added > maxTokens) return false;
    tokens += added;
    return true;
  });
}
