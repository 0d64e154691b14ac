import { FACT_MAX_SOURCES, FACTS_PER_MESSAGE } from "../../shared/limits.js";
import { memoryError } from "../../validators/errors.js";
import type { FactSource, NewFactSource } from "../../validators/fact.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { openMessage } from "./messageReads.js";
import { findOwnRun, runNotFound } from "./runRows.js";

/** What a fact rests on besides its messages once the app has said it without naming any. */
const APP_WORD: FactSource = { kind: "app", ref: "append" };

/**
 * The sources that a writer names, each message one that the caller may read and that was said to its end. Messages
 * of others look like missing ones: `MESSAGE_NOT_FOUND`, and `RUN_NOT_FOUND` for runs.
 */
export async function openSources(
  ctx: QueryCtx,
  caller: Caller,
  given: readonly NewFactSource[],
): Promise<FactSource[]> {
  const sources = new Map<string, FactSource>();
  for (const source of given) {
    const opened = await openSource(ctx, caller, source);
    sources.set(idOf(opened), opened);
  }
  return [...sources.values()];
}

async function openSource(ctx: QueryCtx, caller: Caller, source: NewFactSource): Promise<FactSource> {
  if (source.kind === "app") return source;
  const messageId = source.kind === "run" ? await promptOf(ctx, caller, source.runId) : source.messageId;
  const { row } = await openMessage(ctx, { caller, messageId }, "read");
  if (row.state !== undefined && row.state.kind !== "complete")
    throw memoryError("INVALID_ARGUMENT", "A fact rests on messages that were said to their end.", {
      messageId,
      state: row.state.kind,
    });
  return { kind: "message", messageId: row._id, threadId: row.threadId };
}

/** The prompt that a run answers. */
async function promptOf(ctx: QueryCtx, caller: Caller, runId: string): Promise<Id<"messages">> {
  const { threadId, turn } = await findOwnRun(ctx, caller, runId);
  const prompt = await ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).eq("turn", turn))
    .first();
  if (prompt === null) throw runNotFound(runId);
  return prompt._id;
}

const idOf = (source: FactSource): string => (source.kind === "app" ? `app:${source.ref}` : source.messageId);

/** Notes which messages a fact rests on. Throws `INVALID_ARGUMENT` when a message has as many facts as it may. */
export async function insertSources(
  ctx: MutationCtx,
  factId: Id<"facts">,
  sources: readonly FactSource[],
): Promise<void> {
  for (const source of sources) {
    if (source.kind === "app") continue;
    const { messageId } = source;
    const threadId = ctx.db.normalizeId("threads", source.threadId);
    if (threadId === null) continue; // our own id: it is one
    const resting = await factsResting(ctx, messageId, FACTS_PER_MESSAGE);
    if (resting.length >= FACTS_PER_MESSAGE)
      throw memoryError("INVALID_ARGUMENT", `${FACTS_PER_MESSAGE} facts at most may rest on one message.`, {
        messageId,
      });
    await ctx.db.insert("factSources", { factId, messageId, threadId });
  }
}

/** The rows that say which facts rest on a message. */
export const factsResting = (
  ctx: QueryCtx,
  messageId: string,
  limit: number,
): Promise<Doc<"factSources">[]> =>
  ctx.db
    .query("factSources")
    .withIndex("by_message", (q) => q.eq("messageId", messageId))
    .take(limit);

/**
 * Lets a fact rest on further sources, as far as there is room. A fact that the app has said without a source rests
 * on the app's word: no removal of a message may take it away.
 */
export async function addSources(
  ctx: MutationCtx,
  fact: Doc<"facts">,
  sources: readonly FactSource[],
): Promise<void> {
  if (fact.sources.length === 0) return;
  const known = new Set(fact.sources.map(idOf));
  const added = (sources.length === 0 ? [APP_WORD] : sources)
    .filter((source) => !known.has(idOf(source)))
    .slice(0, FACT_MAX_SOURCES - fact.sources.length);
  if (added.length === 0) return;
  await insertSources(ctx, fact._id, added);
  await ctx.db.patch("facts", fact._id, { sources: [...fact.sources, ...added] });
}
