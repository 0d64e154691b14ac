import type { EmbeddingModel } from "ai";

/** An embedding model as the AI SDK 7 calls it; taken from the SDK's own types, so that they cannot drift. */
type EmbeddingModelV4 = Extract<EmbeddingModel, { specificationVersion: "v4" }>;

export type DeterministicEmbedderOptions = {
  /** Length of each vector; 256 unless told. */
  dimensions?: number;
  /** Texts that one call takes; 2048 unless told. */
  maxEmbeddingsPerCall?: number;
  provider?: string;
  modelId?: string;
  /** Fails calls from this one on (0 for the first), until the number changes: an embedder that is down. */
  failFromCall?: number;
  /** Fails each call that holds such a text: an embedder that refuses it. */
  refuses?: (text: string) => boolean;
};

/** An embedding model that needs no network, and remembers the texts of each call. */
export type DeterministicEmbedder = EmbeddingModelV4 & {
  readonly calls: string[][];
  /** As `options.failFromCall`; may be set while a test runs. */
  failFromCall: number;
};

const DEFAULT_DIMENSIONS = 256;
const DEFAULT_PER_CALL = 2048;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * A deterministic embedder for tests: words are hashed into a vector of unit length, so texts that share words are
 * near each other and the same text always gives the same vector.
 *
 * @example const agent = defineAgent(memory, { …, embeddingModel: () => deterministicEmbedder() });
 */
export function deterministicEmbedder(options: DeterministicEmbedderOptions = {}): DeterministicEmbedder {
  const dimensions = options.dimensions ?? DEFAULT_DIMENSIONS;
  const calls: string[][] = [];
  const embedder: DeterministicEmbedder = {
    specificationVersion: "v4",
    provider: options.provider ?? "deterministic",
    modelId: options.modelId ?? `hashed-words-${dimensions}`,
    maxEmbeddingsPerCall: options.maxEmbeddingsPerCall ?? DEFAULT_PER_CALL,
    supportsParallelCalls: true,
    calls,
    failFromCall: options.failFromCall ?? Infinity,
    doEmbed: async ({ values }) => {
      calls.push(values);
      if (calls.length > embedder.failFromCall) throw embedderError("The embedder is down.");
      if (options.refuses !== undefined && values.some(options.refuses))
        throw embedderError("The embedder refuses a text.");
      const tokens = values.reduce((sum, value) => sum + wordsOf(value).length, 0);
      return {
        embeddings: values.map((value) => embedWords(value, dimensions)),
        usage: { tokens },
        warnings: [],
      };
    },
  };
  return embedder;
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

function embedWords(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of wordsOf(text)) {
    const hash = hashOf(word);
    const index = hash % dimensions;
    vector[index] = (vector[index] ?? 0) + ((hash >>> 16) % 2 === 0 ? 1 : -1);
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** FNV-1a over UTF-16 units: spreads words evenly and is the same everywhere. */
function hashOf(word: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < word.length; index++)
    hash = Math.imul(hash ^ word.charCodeAt(index), FNV_PRIME) >>> 0;
  return hash;
}

const embedderError = (message: string): Error =>
  Object.assign(new Error(message), { name: "EmbedderError" });
