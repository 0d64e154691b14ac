import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

export type EmbeddingGeneration = Doc<"embeddingGenerations">;

/** Two, and those that are being removed: `createGeneration` refuses more. */
const GENERATIONS_MAX = 8;

/** All generations. None: every vector is in the first slot, whoever made it. */
export const generationsOf = (ctx: QueryCtx): Promise<EmbeddingGeneration[]> =>
  ctx.db.query("embeddingGenerations").take(GENERATIONS_MAX);

/** The generation that is searched, once the app has named any. */
export async function activeGeneration(ctx: QueryCtx): Promise<EmbeddingGeneration | null> {
  return (await generationsOf(ctx)).find(({ state }) => state.kind === "active") ?? null;
}

/** Where vectors of one maker go, and whether an entry that has one waits for nothing more. */
export type VectorPlace = { slot: 0 | 1; settles: boolean; hasGenerations: boolean };

/**
 * The place for vectors of a maker; null when there are generations and none of them is theirs: such a vector would
 * take the place of the one that is searched.
 */
export async function placeFor(
  ctx: QueryCtx,
  made: { embedder: string; length: number },
): Promise<VectorPlace | null> {
  const generations = await generationsOf(ctx);
  if (generations.length === 0) return { slot: 0, settles: true, hasGenerations: false };
  const own = generations.find(
    ({ embedder, length, state }) =>
      embedder === made.embedder && length === made.length && state.kind !== "retiring",
  );
  if (own === undefined) return null;
  return { slot: own.slot, settles: own.state.kind === "active", hasGenerations: true };
}

/** Refuses everyone but the app's own code: vectors belong to nobody in particular. */
export function checkSystem(caller: Caller): void {
  if (caller !== "system")
    throw memoryError("FORBIDDEN", "Only the app's own code may do this: use memory.asSystem().");
}
