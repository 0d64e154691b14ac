import { rerank, type RerankingModel } from "ai";
import type { Rerank } from "../client/index.js";
import { rerankUsage } from "./usage.js";

/**
 * A reranking model of the AI SDK as `memory.recall` takes it: one call a recall, in the ledger with tokens by estimate,
 * because those models tell none; give it a price by the `call`. Where it fails after its retries,
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
      const startedAt = Date.now();
      const { ranking } = await rerank({ model, query, documents, maxRetries });
      const [provider, modelId] =
        typeof model === "string" ? ["gateway", model] : [model.provider, model.modelId];
      const called = { provider, modelId, texts: [query, ...documents], ms: Date.now() - startedAt };
      return { order: ranking.map(({ originalIndex }) => originalIndex), usage: rerankUsage(called) };
    },
  };
}
