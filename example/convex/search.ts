import { embedWith } from "convex-agent-memory/ai";
import { documentWriter, memory, payer } from "./memory.js";
import { embeddingModel, embeddingWeight } from "./models/index.js";

// A module of its own, with actions alone: it loads the models, which no query should.

/** Recall as agents have it, with `explain` for people; and one document, embedded as it is put. */
export const { recall, putDocument } = memory.exposeApi({
  authorize: async (ctx, operation) => {
    if (operation === "putDocument") await documentWriter(ctx);
    return await payer(ctx); // both embed
  },
  embed: () => embedWith(embeddingModel(), { weight: embeddingWeight() }),
});
