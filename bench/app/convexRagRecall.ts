// Recall from conversations with `@convex-dev/rag`: hybrid search in a namespace of the user's.
import { RAG } from "@convex-dev/rag";
import { actionGeneric } from "convex/server";
import { v } from "convex/values";
import { makeConversation, withSpeaker } from "../material/conversations.js";
import { scriptedEmbedder } from "../models.js";
import { components } from "./components.js";

const EMBEDDING_DIMENSION = 1_536;
const rag = new RAG(components.rag, {
  textEmbeddingModel: scriptedEmbedder(),
  embeddingDimension: EMBEDDING_DIMENSION,
});

/** One conversation as an entry, with a chunk for each message. */
export const seed = actionGeneric({
  args: { userId: v.string(), conversation: v.number() },
  handler: async (ctx, { userId, conversation }) => {
    const chunks = makeConversation(conversation).messages.map(withSpeaker);
    await rag.add(ctx, { namespace: userId, key: `conversation-${conversation}`, chunks });
    return null;
  },
});

/** The texts of the chunks that are found, without neighbours, best first. */
export const find = actionGeneric({
  args: { userId: v.string(), query: v.string(), limit: v.number() },
  handler: async (ctx, { userId, query, limit }) => {
    const { results } = await rag.search(ctx, { namespace: userId, query, limit, searchType: "hybrid" });
    return results.flatMap(({ content }) => content.map(({ text }) => text));
  },
});
