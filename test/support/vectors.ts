import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { ActionCtx } from "../../src/client/ctx.js";
import type { Embed } from "../../src/client/embed.js";
import { embeddedTextHash } from "../../src/shared/embeddedText.js";

type Place = { threadId?: string };

/** The texts that wait for a vector. */
export const waitingIn = async (as: BoundMemory, ctx: ActionCtx, place: Place = {}): Promise<string[]> =>
  (await as.embeddings.listPending(ctx, { ...place, limit: 64 })).map(({ text }) => text);

/** Embeds what waits, as a worker would. */
export async function embedWaiting(
  as: BoundMemory,
  ctx: ActionCtx,
  { embed, ...place }: Place & { embed: Embed },
): Promise<{ stored: number }> {
  const waiting = await as.embeddings.listPending(ctx, { ...place, limit: 64 });
  const { vectors } = await embed.embed(waiting.map(({ text }) => text));
  return await as.embeddings.store(ctx, {
    embedder: embed.name,
    vectors: await Promise.all(
      waiting.map(async ({ entryId, text }, index) => ({
        entryId,
        vector: vectors[index] ?? [],
        textHash: await embeddedTextHash(text),
      })),
    ),
  });
}
