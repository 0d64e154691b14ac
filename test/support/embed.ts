import type { Embed } from "../../src/client/embed.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import type { Usage } from "../../src/validators/usage.js";

export type TestEmbed = Embed & { calls: string[][] };

/** An embedder of hashed words that reports what it used. */
export function anEmbed({ name = "hashed", dimensions = 256 } = {}): TestEmbed {
  const model = deterministicEmbedder({ dimensions });
  return {
    name,
    calls: model.calls,
    embed: async (texts) => {
      const { embeddings } = await model.doEmbed({ values: texts });
      return { vectors: embeddings, usage: embeddingUsage(texts.length) };
    },
  };
}

/** The vector of one text. */
export async function vectorOf(embed: Embed, text: string): Promise<number[]> {
  const { vectors } = await embed.embed([text]);
  return vectors[0] ?? [];
}

export const embeddingUsage = (inputTokens: number): Usage => ({
  provider: "test",
  model: "hashed",
  purpose: "embedding",
  inputTokens,
  outputTokens: 0,
  ms: 1,
});
