import type { ComponentApi } from "../component/_generated/component.js";
import { embeddedTextHash } from "../shared/embeddedText.js";
import { EMBEDDING_LOOKUP_TEXTS } from "../shared/limits.js";
import { checkVectors } from "../shared/vectors.js";
import { isMemoryError, memoryError } from "../validators/errors.js";
import type { Usage } from "../validators/usage.js";
import type { QueryCtx } from "./ctx.js";

/**
 * Makes vectors of texts. `name` says who made them: vectors of two names are never compared. With `dimensions`,
 * vectors of another length are refused. `embedWith` of `convex-agent-memory/ai` makes one of any AI SDK model.
 *
 * @example const embed: Embed = { name: "my-model", embed: async (texts) => ({ vectors: await callMyModel(texts) }) };
 */
export type Embed = {
  name: string;
  dimensions?: number;
  /**
   * How far its vectors are trusted beside what words find, from 0 to 1: 1 unless told. Give little to an embedder
   * that knows words and no meanings, for words are looked for anyway.
   */
  weight?: number;
  embed: (texts: string[]) => Promise<{ vectors: number[][]; usage?: Usage }>;
};

/** One vector for each text, in order. Throws EMBEDDING_FAILED when the embedder fails or breaks its word. */
export async function embedAll(
  embed: Embed,
  texts: string[],
): Promise<{ vectors: number[][]; usage?: Usage }> {
  try {
    const made = await embed.embed(texts);
    checkMade(embed, made.vectors, texts.length);
    return made;
  } catch (error) {
    if (isMemoryError(error, "EMBEDDING_FAILED")) throw error;
    throw embeddingFailed(embed, `The embedder failed: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (isMemoryError(error)) return error.data.message;
  return error instanceof Error ? error.message : String(error);
}

/** Where known vectors are looked up: the ctx of the caller, and the component. */
type Known = { ctx: QueryCtx; component: ComponentApi };

/**
 * As `embedAll`, without embedding a text that this embedder has embedded before, or one text twice. `made` says how
 * many texts were embedded. Costs a query for each `EMBEDDING_LOOKUP_TEXTS` texts.
 */
export async function embedUnknown(
  { ctx, component }: Known,
  embed: Embed,
  texts: string[],
): Promise<{ vectors: number[][]; textHashes: string[]; usage?: Usage; made: number }> {
  const textHashes = await Promise.all(texts.map(embeddedTextHash));
  const vectorOf = new Map<string, number[]>();
  const left = [...new Set(textHashes)];
  while (left.length > 0) {
    const page = { embedder: embed.name, textHashes: left.slice(0, EMBEDDING_LOOKUP_TEXTS) };
    const looked = await ctx.runQuery(component.embeddings.lookUp, page);
    for (const { textHash, vector } of looked)
      if (vector?.length === (embed.dimensions ?? vector?.length) && vector !== undefined)
        vectorOf.set(textHash, vector);
    left.splice(0, Math.max(1, looked.length));
  }
  const unknown = new Map(texts.map((text, index) => [textHashes[index] ?? "", text] as const));
  for (const textHash of vectorOf.keys()) unknown.delete(textHash);
  const { vectors, usage } =
    unknown.size === 0 ? { vectors: [], usage: undefined } : await embedAll(embed, [...unknown.values()]);
  [...unknown.keys()].forEach((textHash, index) => vectorOf.set(textHash, vectors[index] ?? []));
  return {
    vectors: textHashes.map((textHash) => vectorOf.get(textHash) ?? []),
    textHashes,
    ...(usage === undefined ? {} : { usage }),
    made: unknown.size,
  };
}

function checkMade(embed: Embed, vectors: number[][], expected: number): void {
  if (vectors.length !== expected) {
    throw embeddingFailed(embed, `The embedder gave ${vectors.length} vectors for ${expected} texts.`);
  }
  if (expected === 0) return;
  const length = checkVectors(vectors);
  if (embed.dimensions !== undefined && length !== embed.dimensions) {
    throw embeddingFailed(
      embed,
      `The embedder gave ${length} dimensions, not the ${embed.dimensions} it promised.`,
    );
  }
}

const embeddingFailed = ({ name }: Embed, message: string) =>
  memoryError("EMBEDDING_FAILED", message, { embedder: name });
