import { isStepCount } from "ai";
import { defineAgent, defineTool, embedWith, memoryTools, type ToolContext } from "convex-agent-memory/ai";
import { z } from "zod";
import { internal } from "./_generated/api.js";
import { memory, workflow } from "./memory.js";
import { chatModel, embeddingModel, embeddingWeight } from "./models/index.js";

/** A passage as the tools return it: what it says, how to cite it, and the document to read more of. */
type Passage = { text: string; citation: string; key: string };

/** Tokens of passages that one search, and one reading of a document, shows to the model. */
const SEARCH_MAX_TOKENS = 2_000;
const READ_MAX_TOKENS = 4_000;
const READ_MAX_CHUNKS = 100;
/** Model calls of one answer. */
const MOST_STEPS = 12;

/** Searches the tenant's documents by words and by meaning. */
async function searchDocuments(ctx: ToolContext, query: string): Promise<Passage[]> {
  const { hits } = await ctx.memory.recall(ctx, {
    query,
    embed: embedWith(embeddingModel(), { weight: embeddingWeight() }),
    kinds: ["chunk"],
    scopes: ["tenant"],
    maxTokens: SEARCH_MAX_TOKENS,
    runId: ctx.runId,
    operationId: ctx.operationId,
  });
  return hits.map(({ text, citation, documentKey = "" }) => ({ text, citation, key: documentKey }));
}

/** The passages of one document in their order, from its start or from a heading on. */
async function readDocument(ctx: ToolContext, key: string, heading?: string): Promise<Passage[]> {
  const document = await ctx.memory.documents.get(ctx, { scope: "tenant", key });
  if (document === null) throw new Error(`There is no document "${key}": use a key that search returned.`);
  const { documentId } = document;
  const { page } = await ctx.memory.documents.listChunks(ctx, {
    documentId,
    cursor: null,
    limit: READ_MAX_CHUNKS,
  });
  const named = page.findIndex((chunk) => chunk.heading === heading);
  const passages: Passage[] = [];
  let tokens = 0;
  for (const chunk of page.slice(Math.max(0, named))) {
    tokens += chunk.tokens;
    if (tokens > READ_MAX_TOKENS) break;
    const citation = chunk.heading === "" ? `[${key}]` : `[${key} › ${chunk.heading}]`;
    passages.push({ text: chunk.text, citation, key });
  }
  return passages;
}

// Each of these tools only reads, so one that was cut off by a crash may run again.
const search = defineTool({
  description:
    "Search the documents. Returns passages, each with the citation to use and its document's key.",
  inputSchema: z.object({ query: z.string().describe("words to look for") }),
  idempotent: true,
  execute: (ctx, { query }) => searchDocuments(ctx, query),
});
const read = defineTool({
  description:
    "Read one document, from its start or from a heading on. Returns passages with their citations.",
  inputSchema: z.object({ key: z.string(), heading: z.string().optional() }),
  idempotent: true,
  execute: (ctx, { key, heading }) => readDocument(ctx, key, heading),
});
const outline = defineTool({
  description: "The headings of one document.",
  inputSchema: z.object({ key: z.string() }),
  idempotent: true,
  execute: (ctx, { key }) => ctx.runQuery(internal.documents.outline, { as: ctx.principal, key }),
});
// What is erased is gone for good, so the user is asked once more: the run waits until they have decided.
const forget = defineTool({
  description: "Erase a fact about the user for good, when they ask for that. Take its id from recall.",
  inputSchema: z.object({ factId: z.string() }),
  needsApproval: true,
  idempotent: true,
  execute: async (ctx, { factId }) => {
    await ctx.memory.facts.forget(ctx, { factId, reason: "The user asked." });
    return { forgotten: factId };
  },
});

/**
 * Answers questions from the documents and from what it knows of the user, with a citation for each claim. Facts and
 * blocks belong to the user, not to a thread: what is told in one conversation is known in the next.
 */
export const researcher = defineAgent(memory, {
  name: "researcher",
  model: chatModel,
  embeddingModel,
  instructions:
    "You answer from the documents, and what the user asks about themselves from your memory. Search the documents " +
    "first; read one where passages are not enough. End each claim with the citation of the passage it rests on, " +
    "exactly as given: [document › heading], [fact], or [block profile] for what your blocks say. When the user " +
    "tells you to remember something, keep it with remember; how they want to be answered belongs in the block " +
    "profile. Say so when neither documents nor memory hold the answer.",
  tools: { search, read, outline, ...memoryTools(), forget },
  blocks: ["user"],
  recall: {
    scopes: ["thread", "user"],
    kinds: ["message", "fact"],
    maxTokens: 1_500,
    vectorWeight: embeddingWeight(),
  },
  stopWhen: isStepCount(MOST_STEPS),
});

// The durable engine finds `step` and `settle` beside `run`: the three names are fixed.
export const { run, step, settle } = researcher.durable(workflow);
