// Recall from conversations with the search of `@convex-dev/agent`: hybrid, over all threads of a user.
import { createThread, fetchContextMessages, saveMessages } from "@convex-dev/agent";
import { actionGeneric } from "convex/server";
import { v } from "convex/values";
import { makeConversation, withSpeaker } from "../material/conversations.js";
import { scriptedEmbedder } from "../models.js";
import { components } from "./components.js";

const embedder = scriptedEmbedder();

/** One conversation as a thread, with a vector for each message. */
export const seed = actionGeneric({
  args: { userId: v.string(), conversation: v.number() },
  handler: async (ctx, { userId, conversation }) => {
    const threadId = await createThread(ctx, components.agent, { userId });
    const texts = makeConversation(conversation).messages.map(withSpeaker);
    const { embeddings } = await embedder.doEmbed({ values: texts });
    await saveMessages(ctx, components.agent, {
      threadId,
      userId,
      messages: texts.map((content) => ({ role: "user" as const, content })),
      embeddings: { model: embedder.modelId, vectors: embeddings },
    });
    return null;
  },
});

/** The texts of what is found in all threads of the user, without neighbours, in the order in which they come. */
export const find = actionGeneric({
  args: { userId: v.string(), query: v.string(), limit: v.number() },
  handler: async (ctx, { userId, query, limit }) => {
    const searchOptions = {
      limit,
      textSearch: true,
      vectorSearch: true,
      messageRange: { before: 0, after: 0 },
    };
    const found = await fetchContextMessages(ctx, components.agent, {
      userId,
      threadId: undefined,
      searchText: query,
      contextOptions: { recentMessages: 0, searchOtherThreads: true, searchOptions },
      getEmbedding: async (text) => {
        const { embeddings } = await embedder.doEmbed({ values: [text] });
        return { embedding: embeddings[0] ?? [], embeddingModel: embedder };
      },
    });
    return found.map(({ text }) => text ?? "");
  },
});
