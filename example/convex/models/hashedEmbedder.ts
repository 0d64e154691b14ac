import { TooManyEmbeddingValuesForCallError, type EmbeddingModelV4 } from "@ai-sdk/provider";
import { countTokens, isStopWord, stemOf, wordsOf } from "./words.js";

/** Weights of the kinds of features, each for content words and, lower, where a stop word is in it. */
const WORD_WEIGHT = { content: 1, stop: 0.1 };
const PAIR_WEIGHT = { content: 0.5, stop: 0.15 };
const GRAM_WEIGHT = 0.25;
/** Letter groups of these lengths let inflections and typing errors meet. */
const GRAM_LENGTHS = [3, 4];

const DEFAULT_DIMENSIONS = 512;
const MAX_EMBEDDINGS_PER_CALL = 256;
/** Words whose features are remembered: texts share most of theirs, and hashing them anew is most of the work. */
const WORD_CACHE_MAX_WORDS = 20_000;

type WordFeatures = { word: number; grams: number[]; isStop: boolean };

/**
 * An embedding model without weights: words, pairs of words and groups of letters are hashed to dimensions, counted
 * sublinearly and normalised to length 1. The same text gives the same vector on every machine. It knows words, not
 * meanings: texts are near when they share words or parts of words.
 */
export function createHashedEmbedder(settings: { dimensions?: number } = {}): EmbeddingModelV4 {
  const dimensions = settings.dimensions ?? DEFAULT_DIMENSIONS;
  const provider = "built-in";
  const modelId = `hashed-${dimensions}`;
  return {
    specificationVersion: "v4",
    provider,
    modelId,
    maxEmbeddingsPerCall: MAX_EMBEDDINGS_PER_CALL,
    supportsParallelCalls: true,
    doEmbed: async ({ values, abortSignal, dimensions: asked }) => {
      abortSignal?.throwIfAborted();
      if (values.length > MAX_EMBEDDINGS_PER_CALL) {
        throw new TooManyEmbeddingValuesForCallError({
          provider,
          modelId,
          maxEmbeddingsPerCall: MAX_EMBEDDINGS_PER_CALL,
          values,
        });
      }
      return {
        embeddings: values.map((value) => embedText(value, asked ?? dimensions)),
        usage: { tokens: values.reduce((sum, value) => sum + countTokens(value), 0) },
        warnings: [],
      };
    },
  };
}

/** The vector of one text: length 1, also for a text without words. */
function embedText(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const { counts, weight } of countFeatures(text)) {
    for (const [feature, count] of counts) {
      const bits = mixBits(feature);
      const sign = bits & 1 ? 1 : -1;
      const place = (bits >>> 1) % dimensions;
      vector[place] = (vector[place] ?? 0) + sign * weight * (1 + Math.log(count));
    }
  }
  const length = Math.hypot(...vector);
  if (length === 0) return vector.fill(1, 0, 1);
  return vector.map((value) => value / length);
}

function countFeatures(text: string): { counts: Map<number, number>; weight: number }[] {
  const words = { content: new Map<number, number>(), stop: new Map<number, number>() };
  const pairs = { content: new Map<number, number>(), stop: new Map<number, number>() };
  const grams = new Map<number, number>();
  let previous: WordFeatures | null = null;
  for (const word of wordsOf(text)) {
    const features = featuresOf(word);
    countOne(features.isStop ? words.stop : words.content, features.word);
    for (const gram of features.grams) countOne(grams, gram);
    if (previous !== null) {
      const pair = Math.imul(previous.word, 31) ^ features.word;
      countOne(previous.isStop || features.isStop ? pairs.stop : pairs.content, pair);
    }
    previous = features;
  }
  return [
    { counts: words.content, weight: WORD_WEIGHT.content },
    { counts: words.stop, weight: WORD_WEIGHT.stop },
    { counts: pairs.content, weight: PAIR_WEIGHT.content },
    { counts: pairs.stop, weight: PAIR_WEIGHT.stop },
    { counts: grams, weight: GRAM_WEIGHT },
  ];
}

function countOne(counts: Map<number, number>, feature: number): void {
  counts.set(feature, (counts.get(feature) ?? 0) + 1);
}

const wordCache = new Map<string, WordFeatures>();

function featuresOf(word: string): WordFeatures {
  const known = wordCache.get(word);
  if (known !== undefined) return known;
  const isStop = isStopWord(word);
  const features = { word: hashOf(`word:${stemOf(word)}`), grams: isStop ? [] : gramsOf(word), isStop };
  if (wordCache.size >= WORD_CACHE_MAX_WORDS) wordCache.clear();
  wordCache.set(word, features);
  return features;
}

function gramsOf(word: string): number[] {
  const marked = `<${word}>`;
  const grams: number[] = [];
  for (const length of GRAM_LENGTHS) {
    for (let start = 0; start + length <= marked.length; start++) {
      grams.push(hashOf(`gram:${marked.slice(start, start + length)}`));
    }
  }
  return grams;
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash | 0;
}

/** Spreads the bits of a hash (the finalizer of MurmurHash3): FNV alone leaves its low bits uneven. */
function mixBits(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
