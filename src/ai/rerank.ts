import { rerank, type RerankingModel } from "ai";
import type { Rerank } from "../client/index.js";

/**
 * A reranking model of the AI SDK as `memory.recall` takes it: one call a recall. Where it fails after its retries,
 * recall keeps its own order and says so in `warnings`.
 *
 * @example await memory.recall(ctx, { query, rerank: rerankWith(cohere.reranking("rerank-v4.0-pro")) });
 */
export function rerankWith(
  model: RerankingModel,
  { maxRetries = 2, candidates }: { maxRetries?: number; candidates?: number } = {},
): Rerank {
  return {
    ...(candidates === undefined ? {} : { candidates }),
    rerank: async (query, documents) => {
      const { ranking } = await rerank({ model, query, documents, maxRetries });
      return ranking.map(({ originalIndex }) => originalIndex);
    },
  };
}
