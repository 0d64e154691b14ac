import { v } from "convex/values";
import { vBuildPlace, vGeneration, vKnownText, vWorkTarget } from "../validators/embedding.js";
import { vCaller } from "../validators/principal.js";
import { vEntryVector, vPendingEntry } from "../validators/recallEntry.js";
import { vOpaqueUsage } from "../validators/spent.js";
import { mutation, query } from "./_generated/server.js";
import * as embeddings from "./model/embeddings.js";

const vGenerationArgs = { caller: vCaller, generationId: v.string() };
const vLease = { caller: vCaller, target: vWorkTarget, holder: v.string() };

/** What waits for a vector, new entries first. */
export const listPending = query({
  args: { caller: vCaller, target: vWorkTarget, limit: v.number() },
  returns: v.array(vPendingEntry),
  handler: (ctx, args) => embeddings.listPending(ctx, args),
});

/** Stores vectors and refusals, what they cost, and how far a build has come. */
export const store = mutation({
  args: {
    caller: vCaller,
    embedder: v.string(),
    vectors: v.array(vEntryVector),
    refused: v.optional(v.array(v.string())),
    usage: v.optional(vOpaqueUsage),
    build: v.optional(vBuildPlace),
  },
  returns: v.object({ stored: v.number(), refused: v.number() }),
  handler: (ctx, args) => embeddings.store(ctx, args),
});

/** Vectors of texts that were embedded before, by the hashes of the texts: whoever has the text may have its vector. */
export const lookUp = query({
  args: { embedder: v.string(), textHashes: v.array(v.string()) },
  returns: v.array(vKnownText),
  handler: (ctx, args) => embeddings.lookUp(ctx, args),
});

/** Takes a target for one worker. */
export const claim = mutation({
  args: vLease,
  returns: v.object({ claimed: v.boolean() }),
  handler: (ctx, args) => embeddings.claim(ctx, args),
});

/** Gives a worker's target back. */
export const release = mutation({
  args: vLease,
  returns: v.null(),
  handler: (ctx, args) => embeddings.release(ctx, args),
});

/** Begins a generation of vectors beside the one that is searched. */
export const createGeneration = mutation({
  args: { caller: vCaller, embedder: v.string(), length: v.number() },
  returns: v.object({ generationId: v.string() }),
  handler: (ctx, args) => embeddings.createGeneration(ctx, args),
});

/** The generations and how far each is filled. */
export const progress = query({
  args: { caller: vCaller },
  returns: v.object({ generations: v.array(vGeneration) }),
  handler: (ctx, args) => embeddings.progress(ctx, args),
});

/** The next entries that a generation lacks. */
export const listUnembedded = query({
  args: { ...vGenerationArgs, after: v.optional(v.number()), limit: v.number() },
  returns: v.object({ page: v.array(vPendingEntry), to: v.number(), isDone: v.boolean() }),
  handler: (ctx, args) => embeddings.listUnembedded(ctx, args),
});

/** Makes a generation the one that is searched. */
export const switchGeneration = mutation({
  args: { ...vGenerationArgs, force: v.boolean() },
  returns: v.object({ switched: v.boolean() }),
  handler: (ctx, args) => embeddings.switchGeneration(ctx, args),
});

/** Makes the generation before the active one again. */
export const rollBack = mutation({
  args: vGenerationArgs,
  returns: v.null(),
  handler: (ctx, args) => embeddings.rollBack(ctx, args),
});

/** Removes a generation that is not active. */
export const retire = mutation({
  args: vGenerationArgs,
  returns: v.null(),
  handler: (ctx, args) => embeddings.retire(ctx, args),
});
