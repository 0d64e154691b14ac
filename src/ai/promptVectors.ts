import type { EmbeddedText, PendingEntry, Usage } from "../client/index.js";
import { RECALL_TEXT_MAX_BYTES } from "../shared/limits.js";
import { cutToBytes } from "../shared/utf8.js";
import type { ResolvedAgent } from "./definition.js";
import { embedderName, embedTexts } from "./embed.js";
import { describeError } from "./errors.js";

/** What is embedded for one turn. */
export type PromptRequest = {
  promptText: string;
  promptEntryId?: string;
  pending: PendingEntry[];
  /** The prompt's vector from an earlier step of the run. */
  promptVector?: EmbeddedText;
  abortSignal?: AbortSignal;
};

/** The prompt's vector, and the vectors to store on the way. */
export type Made = {
  vector: number[];
  embedder: string;
  store?: { entryId: string; vector: number[] }[];
  usage?: Usage;
};

/**
 * Embeds the prompt and what is pending, in one call of the embedding model; null, with a warning, where it fails or
 * the agent has none.
 */
export async function embedPrompt(
  agent: ResolvedAgent,
  request: PromptRequest,
  warnings: string[],
): Promise<Made | null> {
  if (agent.embeddingModel === undefined) return null;
  // Cut as what is pending is: models refuse long texts, and then nothing would be recalled by meaning.
  const promptText = cutToBytes(request.promptText, RECALL_TEXT_MAX_BYTES);
  const texts = [promptText, ...request.pending.map((entry) => entry.text)];
  const { maxRetries } = agent;
  try {
    const model = agent.embeddingModel();
    const known = request.promptVector;
    if (known !== undefined && known.embedder === embedderName(model)) return known; // what is pending waits
    const { vectors, embedder, usage } = await embedTexts(model, texts, {
      maxRetries,
      abortSignal: request.abortSignal,
    });
    const [vector, ...others] = vectors;
    if (vector === undefined) return null;
    const entryIds = request.pending.map((entry) => entry.entryId);
    const store = others.flatMap((other, index) => {
      const entryId = entryIds[index];
      return entryId === undefined ? [] : [{ entryId, vector: other }];
    });
    if (request.promptEntryId !== undefined) store.push({ entryId: request.promptEntryId, vector });
    return { vector, embedder, store, usage };
  } catch (error) {
    warnings.push(`Recall went on by words: ${describeError(error)}`);
    return null;
  }
}
