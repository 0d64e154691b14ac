// Recall from conversations on our side. What seeding costs is not counted.
import { embedWith } from "convex-agent-memory/ai";
import { actionGeneric } from "convex/server";
import { v } from "convex/values";
import { makeConversation } from "../material/conversations.js";
import { scriptedEmbedder } from "../models.js";
import { memory } from "./ours.js";

const PENDING_PER_CALL = 32;
/** Enough for every hit: the number of hits is what both sides are held to. */
const MAX_TOKENS = 100_000;

/** One conversation as a thread, with a vector for each message. */
export const seed = actionGeneric({
  args: { userId: v.string(), conversation: v.number() },
  handler: async (ctx, { userId, conversation }) => {
    const { threads, messages, embeddings } = memory.as({ userId });
    const { threadId } = await threads.create(ctx);
    const said = makeConversation(conversation).messages.map(({ text, ...who }) => ({
      role: "user" as const,
      parts: [{ type: "text" as const, text }],
      ...who,
    }));
    await messages.append(ctx, { threadId, messages: said });
    const embedder = embedWith(scriptedEmbedder());
    for (;;) {
      const pending = await embeddings.listPending(ctx, { threadId, limit: PENDING_PER_CALL });
      if (pending.length === 0) return null;
      const { vectors } = await embedder.embed(pending.map(({ text }) => text));
      const made = pending.map(({ entryId }, index) => ({ entryId, vector: vectors[index] ?? [] }));
      await embeddings.store(ctx, { embedder: embedder.name, vectors: made });
    }
  },
});

/** The texts of what is found in all threads of the user, best first. */
export const find = actionGeneric({
  args: { userId: v.string(), query: v.string(), limit: v.number() },
  handler: async (ctx, { userId, query, limit }) => {
    const embed = embedWith(scriptedEmbedder());
    const asked = { query, embed, kinds: ["message" as const], scopes: ["user" as const], limit };
    const { hits } = await memory.as({ userId }).recall(ctx, { ...asked, maxTokens: MAX_TOKENS });
    return hits.map(({ text }) => text);
  },
});
