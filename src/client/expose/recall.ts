import type { RegisteredAction, RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import { vHealth, type Health } from "../../validators/health.js";
import { vScopeKind } from "../../validators/principal.js";
import { vRecallHit, vRecallKind } from "../../validators/recall.js";
import { vSummary, type Summary } from "../../validators/summary.js";
import type { RecallAnswer, RecallQuestion } from "../recall.js";
import { vDocumentFilter } from "./documents.js";
import { action, query, type DoorsOf } from "./door.js";
import {
  asScope,
  vExposedScope,
  vOptionalNumber,
  vOptionalText,
  vText,
  type ExposedScope,
} from "./shapes.js";

export type ExposedRecall = {
  /** What fits a question, best first: by words, and by meaning where `exposeApi` has `embed`. */
  recall: RegisteredAction<"public", RecallQuestion, Promise<RecallAnswer>>;
  /** The newest summary of a thread; with `beforeTurn`, the newest that tells nothing of that turn or later ones. */
  latestSummary: RegisteredQuery<
    "public",
    { threadId: string; beforeTurn?: number },
    Promise<Summary | null>
  >;
  /** How well a scope's memory is kept. */
  memoryHealth: RegisteredQuery<"public", ExposedScope & { staleAfterMs?: number }, Promise<Health>>;
};

export const recallDoors: DoorsOf<ExposedRecall> = {
  recall: action(
    {
      query: vText,
      kinds: v.optional(v.array(vRecallKind)),
      scopes: v.optional(v.array(vScopeKind)),
      threadId: vOptionalText,
      beforeTurn: vOptionalNumber,
      filter: v.optional(vDocumentFilter),
      limit: vOptionalNumber,
      maxTokens: vOptionalNumber,
      after: vOptionalNumber,
      before: vOptionalNumber,
      neighbours: vOptionalNumber,
      recency: vOptionalNumber,
      vectorWeight: vOptionalNumber,
      explain: v.optional(v.boolean()),
    },
    v.object({ hits: v.array(vRecallHit), warnings: v.optional(v.array(vText)) }),
    async ({ memory, ctx, embed }, args) => {
      // Before anything is paid for: a thread that is not the caller's ends the call with no cost to record.
      if (embed !== undefined && args.threadId !== undefined)
        await memory.threads.get(ctx, { threadId: args.threadId });
      return await memory.recall(ctx, { ...args, embed: embed?.() });
    },
  ),
  latestSummary: query(
    { threadId: vText, beforeTurn: vOptionalNumber },
    v.union(vSummary, v.null()),
    ({ memory, ctx }, args) => memory.summaries.latest(ctx, args),
  ),
  memoryHealth: query({ ...vExposedScope, staleAfterMs: vOptionalNumber }, vHealth, ({ memory, ctx }, args) =>
    memory.health(ctx, asScope(args)),
  ),
};
