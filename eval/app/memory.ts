// The functions of an app with nothing but a memory, as its documentation shows.
import { AgentMemory, type ComponentApi, type NewMessage } from "convex-agent-memory";
import { embedWith } from "convex-agent-memory/ai";
import { actionGeneric, componentsGeneric, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { createHashedEmbedder } from "../../example/convex/models/hashedEmbedder.js";
import { ASKED, EMBEDDER_WEIGHT } from "../settings.js";

/** The boundary where the name of `convex.config.ts` becomes a type. */
const { agentMemory } = componentsGeneric() as unknown as { agentMemory: ComponentApi };
const memory = new AgentMemory(agentMemory);
const embed = embedWith(createHashedEmbedder(), { weight: EMBEDDER_WEIGHT });

/** Messages of a thread that are embedded in one call: what the component gives at most. */
const EMBEDDED_AT_ONCE = 32;

export const createThread = mutationGeneric({
  args: { userId: v.string() },
  handler: async (ctx, { userId }) => (await memory.as({ userId }).threads.create(ctx, {})).threadId,
});

export const append = mutationGeneric({
  args: { userId: v.string(), threadId: v.string(), messages: v.array(v.any()) },
  handler: async (ctx, { userId, threadId, messages }) => {
    const said = messages as NewMessage[];
    const { places } = await memory.as({ userId }).messages.append(ctx, { threadId, messages: said });
    return places.map(({ messageId }) => messageId);
  },
});

/** Embeds what of a thread still waits. */
export const embedPending = actionGeneric({
  args: { userId: v.string(), threadId: v.string() },
  handler: async (ctx, { userId, threadId }) => {
    const { embeddings } = memory.as({ userId });
    for (;;) {
      const pending = await embeddings.listPending(ctx, { threadId, limit: EMBEDDED_AT_ONCE });
      if (pending.length === 0) return null;
      const { vectors } = await embed.embed(pending.map(({ text }) => text));
      await embeddings.store(ctx, {
        embedder: embed.name,
        vectors: pending.map(({ entryId }, index) => ({ entryId, vector: vectors[index] ?? [] })),
      });
    }
  },
});

/** Asks in one thread, or in everything that the user said. */
export const ask = actionGeneric({
  args: { userId: v.string(), threadId: v.optional(v.string()), query: v.string() },
  handler: async (ctx, { userId, threadId, query }) => {
    const where =
      threadId === undefined ? { scopes: ["user" as const] } : { scopes: ["thread" as const], threadId };
    const { hits } = await memory.as({ userId }).recall(ctx, { ...ASKED, ...where, query, embed });
    return hits.map(({ sourceId, tokens }) => ({ sourceId, tokens }));
  },
});
