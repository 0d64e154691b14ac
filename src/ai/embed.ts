import { embedMany, type EmbeddingModel } from "ai";
import type { Embed, Usage } from "../client/index.js";
import { EMBEDDING_PARALLEL_CALLS } from "../shared/limits.js";
import { checkVectors } from "../shared/vectors.js";
import { memoryError } from "../validators/errors.js";
import { EmbeddingMeter } from "./embeddingMeter.js";
import { describeError } from "./errors.js";

/** Vectors in the order of the texts, who made them, and what it cost. */
export type Embedded = { vectors: number[][]; embedder: string; usage: Usage };

/** A name for vectors of one kind: vectors of two models never meet. */
export function embedderName(model: EmbeddingModel): string {
  return typeof model === "string" ? model : `${model.provider}/${model.modelId}`;
}

/**
 * Embeds texts through the model's `doEmbed`, in as few calls as the model's `maxEmbeddingsPerCall` and its limit of bytes allow; at most
 * four at once, and one after the other where it supports no more. Throws `EMBEDDING_FAILED` when the
 * model fails, or gives vectors that cannot be stored: too few, of different lengths, not finite, too long.
 */
export async function embedTexts(
  model: EmbeddingModel,
  texts: string[],
  options: { maxRetries: number; abortSignal?: AbortSignal },
): Promise<Embedded> {
  const embedder = embedderName(model);
  const meter = new EmbeddingMeter(model);
  try {
    const maxParallelCalls = EMBEDDING_PARALLEL_CALLS;
    const made = await embedMany({ model: meter.model, values: texts, maxParallelCalls, ...options });
    checkVectors(made.embeddings);
    const usage = meter.usage();
    if (usage === undefined) throw new TypeError("It was given no text.");
    return { vectors: made.embeddings, embedder, usage };
  } catch (error) {
    const failure = memoryError("EMBEDDING_FAILED", `The embedding model failed: ${describeError(error)}`, {
      embedder,
    });
    const usage = meter.usage();
    if (usage !== undefined) paidFailures.set(failure, usage);
    throw failure;
  }
}

/** What failures of `embedTexts` cost: of those whose vectors came, in part or of a kind that cannot be kept. */
const paidFailures = new WeakMap<object, Usage>();

/** What a call of `embedTexts` cost that failed; nothing where it was refused. */
export const usageOfFailure = (error: unknown): Usage | undefined =>
  typeof error === "object" && error !== null ? paidFailures.get(error) : undefined;

/**
 * An embedding model of the AI SDK as `memory.documents.put` and others take it.
 *
 * Throws `EMBEDDING_FAILED` when the model fails or its vectors cannot be stored.
 *
 * @example await ctx.memory.documents.put(ctx, { scope: "tenant", key, text, embed: embedWith(embeddingModel()) });
 */
export function embedWith(
  model: EmbeddingModel,
  options: { maxRetries?: number; weight?: number } = {},
): Embed {
  const { maxRetries = 2, weight } = options;
  return {
    name: embedderName(model),
    ...(weight === undefined ? {} : { weight }),
    embed: async (texts) => {
      const { vectors, usage } = await embedTexts(model, texts, { maxRetries });
      return { vectors, usage };
    },
  };
}
