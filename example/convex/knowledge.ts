import { vBlock, vFact } from "convex-agent-memory";
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { memory, principal } from "./memory.js";

// What the researcher knows of the one who asks, across all their threads.

/** The block that is in front of the researcher in every conversation, and how long it may become. */
const PROFILE = "profile";
const PROFILE_MAX_TOKENS = 300;
const PAGE_FACTS = 50;

/** Makes the caller's profile unless they have one: an app does so at the first sign-in. Safe to repeat. */
export const createProfile = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const as = await principal(ctx);
    const profile = { scope: "user" as const, label: PROFILE };
    if ((await memory.as(as).blocks.get(ctx, profile)) !== null) return null;
    const description = "Who the user is, and how they prefer to be answered.";
    const value = `Joined on ${new Date().toISOString().slice(0, 10)}.`;
    await memory.as(as).blocks.create(ctx, { ...profile, description, value, maxTokens: PROFILE_MAX_TOKENS });
    return null;
  },
});

/** The caller's blocks, at most 32. Live. */
export const listBlocks = query({
  args: {},
  returns: v.array(vBlock),
  handler: async (ctx) => {
    const as = await principal(ctx);
    return await memory.as(as).blocks.list(ctx, { scope: "user" });
  },
});

/** What is known of the caller, newest first. Live. */
export const listFacts = query({
  args: { cursor: v.union(v.string(), v.null()) },
  returns: v.object({ page: v.array(vFact), cursor: v.union(v.string(), v.null()) }),
  handler: async (ctx, { cursor }) => {
    const as = await principal(ctx);
    return await memory.as(as).facts.list(ctx, { scope: "user", cursor, limit: PAGE_FACTS });
  },
});

/** Erases a fact of the caller's, from recall and from the past. Safe to repeat. */
export const forgetFact = mutation({
  args: { factId: v.string() },
  returns: v.null(),
  handler: async (ctx, { factId }) => {
    const as = await principal(ctx);
    await memory.as(as).facts.forget(ctx, { factId, reason: "The user asked." });
    return null;
  },
});
