import { checkName } from "../../shared/checkedArguments.js";
import { EMBEDDING_LOOK_ENTRIES, EMBEDDING_SETTLE_MS } from "../../shared/limits.js";
import { dimensionsFor } from "../../shared/vectors.js";
import type { Generation } from "../../validators/embedding.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { findBuild, placeInTime } from "./embeddingBuild.js";
import { checkSystem, generationsOf, type EmbeddingGeneration } from "./embeddingSlots.js";
import { armSweep } from "./sweeps.js";
import { SLOT_FIELDS, anyMaker } from "./vectorTables.js";

type Named = { caller: Caller; generationId: string };

/**
 * Begins vectors of another embedder, or of another length, beside those that are searched. With no vectors yet there
 * is nothing to build: the generation is active at once. Repeated for a generation that is there, it gives that one.
 */
export async function createGeneration(
  ctx: MutationCtx,
  { caller, embedder, length }: { caller: Caller; embedder: string; length: number },
): Promise<{ generationId: string }> {
  checkSystem(caller);
  checkName("embedder", embedder);
  if (!Number.isInteger(length))
    throw memoryError("INVALID_ARGUMENT", "`length` must be a whole number.", { length });
  dimensionsFor(length);
  const generations = await withActive(ctx);
  const same = generations.find((other) => other.embedder === embedder && other.length === length);
  if (same !== undefined && same.state.kind !== "retiring") return { generationId: same._id };
  const active = generations.find(({ state }) => state.kind === "active");
  const other = generations.find(({ _id }) => _id !== active?._id);
  if (other !== undefined) {
    throw memoryError(
      "INVALID_ARGUMENT",
      "There are two generations already: retire the one that is not active, and wait until it is gone.",
      { generationId: other._id, state: other.state.kind },
    );
  }
  const generationId = await ctx.db.insert("embeddingGenerations", {
    embedder,
    length,
    slot: active?.slot === 0 ? 1 : 0,
    state: active === undefined ? { kind: "active", activeSince: Date.now() } : { kind: "building" },
  });
  if (active !== undefined) await refill(ctx, generationId, 0);
  return { generationId };
}

/** The generations, with a row for the vectors that were stored before there was any: they are what is searched. */
async function withActive(ctx: MutationCtx): Promise<EmbeddingGeneration[]> {
  const generations = await generationsOf(ctx);
  const made = generations.length === 0 ? await anyMaker(ctx) : null;
  if (made === null) return generations;
  const state = { kind: "active" as const, activeSince: Date.now() };
  await ctx.db.insert("embeddingGenerations", { ...made, slot: 0, state });
  return await generationsOf(ctx);
}

/** Each generation and how far it is filled. */
export async function progress(
  ctx: QueryCtx,
  { caller }: { caller: Caller },
): Promise<{ generations: Generation[] }> {
  checkSystem(caller);
  const generations = await generationsOf(ctx);
  return { generations: await Promise.all(generations.map((generation) => toGeneration(ctx, generation))) };
}

async function toGeneration(ctx: QueryCtx, generation: EmbeddingGeneration): Promise<Generation> {
  const { _id, embedder, length, state } = generation;
  const build = await findBuild(ctx, _id);
  const { embedded = 0, refused = 0 } = build ?? {};
  const isComplete = build === null || (await isFilled(ctx, generation, build.lookedTo));
  const share = isComplete ? 1 : await placeInTime(ctx, build.lookedTo);
  return { generationId: _id, embedder, length, state, embedded, refused, share, isComplete };
}

/** True when no entry after what the worker has looked at lacks its vector; false when there are too many to say. */
async function isFilled(ctx: QueryCtx, { slot }: EmbeddingGeneration, lookedTo: number): Promise<boolean> {
  const young = await ctx.db
    .query("recallEntries")
    .withIndex("by_creation_time", (q) => q.gt("_creationTime", lookedTo))
    .take(EMBEDDING_LOOK_ENTRIES);
  const isAll = young.length < EMBEDDING_LOOK_ENTRIES;
  return isAll && young.every((entry) => entry[SLOT_FIELDS[slot]] !== undefined || isGivenUp(entry));
}

/** An entry that was looked at and has nothing to embed, or was refused for good: it waits for nothing. */
const isGivenUp = (entry: Doc<"recallEntries">): boolean =>
  entry.pending === undefined && entry.vectorId === undefined && entry.otherVectorId === undefined;

/**
 * Makes a generation the one that is searched, in this one mutation; the one before is kept for `rollBack`. While
 * entries lack its vectors nothing is switched unless `force` says so. Repeating it changes nothing.
 */
export async function switchGeneration(
  ctx: MutationCtx,
  { force, ...named }: Named & { force: boolean },
): Promise<{ switched: boolean }> {
  const next = await openGeneration(ctx, named);
  if (next.state.kind === "active") return { switched: true };
  if (next.state.kind !== "building")
    throw stateRefused(next, "Only a generation that is being built is switched to");
  const build = await findBuild(ctx, next._id);
  if (!force && build !== null && !(await isFilled(ctx, next, build.lookedTo))) return { switched: false };
  await exchange(ctx, next, { kind: "previous", replacedAt: Date.now() });
  return { switched: true };
}

/** Makes the generation before the active one again; what was written since then waits for its vectors. */
export async function rollBack(ctx: MutationCtx, named: Named): Promise<null> {
  const previous = await openGeneration(ctx, named);
  if (previous.state.kind === "active") return null;
  if (previous.state.kind !== "previous")
    throw stateRefused(previous, "Only the generation that was active before is gone back to");
  const lookedTo = previous.state.replacedAt - EMBEDDING_SETTLE_MS;
  await refill(ctx, previous._id, lookedTo);
  const { replaced } = await exchange(ctx, previous, { kind: "building" });
  if (replaced !== null) await refill(ctx, replaced, lookedTo);
  return null;
}

/** Sets a generation on looking at what was created since; one that is still looking goes on where it is. */
async function refill(
  ctx: MutationCtx,
  generationId: Id<"embeddingGenerations">,
  lookedTo: number,
): Promise<void> {
  if ((await findBuild(ctx, generationId)) !== null) return;
  await ctx.db.insert("embeddingBuilds", { generationId, lookedTo, embedded: 0, refused: 0 });
}

/** The generation becomes active, and the active one what `becomes` says. */
async function exchange(
  ctx: MutationCtx,
  next: EmbeddingGeneration,
  becomes: EmbeddingGeneration["state"],
): Promise<{ replaced: Id<"embeddingGenerations"> | null }> {
  const active = (await generationsOf(ctx)).find(({ state }) => state.kind === "active");
  if (active !== undefined) await ctx.db.patch("embeddingGenerations", active._id, { state: becomes });
  await ctx.db.patch("embeddingGenerations", next._id, {
    state: { kind: "active", activeSince: Date.now() },
  });
  return { replaced: active?._id ?? null };
}

/** Removes a generation that is not active, with its vectors, page by page in the background. */
export async function retire(ctx: MutationCtx, named: Named): Promise<null> {
  const generation = await openGeneration(ctx, named);
  if (generation.state.kind === "active")
    throw stateRefused(generation, "What is searched cannot be retired: switch first");
  await ctx.db.patch("embeddingGenerations", generation._id, { state: { kind: "retiring" } });
  await armSweep(ctx, "generation", { delayMs: 0, target: generation._id });
  return null;
}

async function openGeneration(ctx: QueryCtx, { caller, generationId }: Named): Promise<EmbeddingGeneration> {
  checkSystem(caller);
  const id = ctx.db.normalizeId("embeddingGenerations", generationId);
  const generation = id === null ? null : await ctx.db.get("embeddingGenerations", id);
  if (generation !== null) return generation;
  throw memoryError("GENERATION_NOT_FOUND", "No such generation of vectors: `progress` lists them.", {
    generationId,
  });
}

const stateRefused = ({ _id, state }: EmbeddingGeneration, message: string) =>
  memoryError("INVALID_ARGUMENT", `${message}; this one is ${state.kind}.`, {
    generationId: _id,
    state: state.kind,
  });
