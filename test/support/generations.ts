import type { Embed } from "../../src/client/embed.js";
import { embeddedTextHash } from "../../src/shared/embeddedText.js";
import { aThread, said, type TestThread } from "./aMemory.js";
import { anEmbed, vectorOf } from "./embed.js";
import { embedWaiting } from "./vectors.js";

/** The embedder whose vectors are searched, and the one that is to follow it. */
export const OLD = anEmbed({ name: "old" });
export const NEW = anEmbed({ name: "new", dimensions: 512 });
export const NEXT = { embedder: "new", length: 512 };

export type Scene = TestThread & { system: ReturnType<TestThread["memory"]["asSystem"]>["embeddings"] };

/** Messages of the owner's with vectors of the old embedder. */
export async function embedded(...words: string[]): Promise<Scene> {
  const thread = await aThread({ shared: false });
  await say(thread, ...words);
  await embedWaiting(thread.owner, thread.ctx, { embed: OLD });
  return { ...thread, system: thread.memory.asSystem().embeddings };
}

export async function say({ owner, ctx, threadId }: TestThread, ...words: string[]): Promise<void> {
  if (words.length === 0) return;
  await owner.messages.append(ctx, { threadId, messages: words.map((word) => said("user", word)) });
}

/** Fills a generation to the end, as a worker would. */
export async function fill(
  { system, ctx }: Scene,
  generationId: string,
  embed: Embed = NEW,
): Promise<number> {
  let after: number | undefined;
  let stored = 0;
  for (let isDone = false; !isDone;) {
    const looked = await system.listUnembedded(ctx, { generationId, after, limit: 3 });
    const { vectors } = await embed.embed(looked.page.map((entry) => entry.text));
    const made = await Promise.all(
      looked.page.map(async (entry, index) => ({
        entryId: entry.entryId,
        vector: vectors[index] ?? [],
        textHash: await embeddedTextHash(entry.text),
      })),
    );
    const build = { generationId, to: looked.to, isLast: looked.isDone };
    stored += (await system.store(ctx, { embedder: embed.name, vectors: made, build })).stored;
    after = looked.to;
    ({ isDone } = looked);
  }
  return stored;
}

export const created = async ({ system, ctx }: Scene): Promise<string> =>
  (await system.createGeneration(ctx, NEXT)).generationId;

/** What the vectors of an embedder find, without a word in common. */
export async function near({ owner, ctx }: TestThread, embed: Embed, words: string): Promise<string[]> {
  const vector = await vectorOf(embed, words);
  const { hits } = await owner.recall(ctx, { query: "?", vector, embedder: embed.name });
  return hits.map((hit) => hit.text).sort();
}

export const stateOf = async ({ system, ctx }: Scene, embedder: string) =>
  (await system.progress(ctx)).generations.find((generation) => generation.embedder === embedder);
