import { v } from "convex/values";
import { mutation } from "./_generated/server.js";
import { memory, principal } from "./memory.js";

// What the researcher knows of the one who asks, across all their threads.

/** The block that is in front of the researcher in every conversation, and how long it may become. */
const PROFILE = "profile";
const PROFILE_MAX_TOKENS = 300;

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

/** Facts, with where they come from and what became of them; blocks; what of a thread is summed up. Live. */
export const {
  listFacts,
  getFact,
  factHistory,
  countFacts,
  appendFacts,
  supersedeFact,
  updateFact,
  retractFact,
  forgetFact,
  confirmFact,
  declineFact,
  listBlocks,
  createBlock,
  updateBlock,
  blockHistory,
  restoreBlock,
  removeBlock,
  latestSummary,
  memoryHealth,
} = memory.exposeApi({ authorize: principal });
