import { isOpenFact } from "../../shared/factState.js";
import { EXTRACTION_MAX_FACTS, FACTS_PER_MESSAGE } from "../../shared/limits.js";
import { comparePositions } from "../../shared/position.js";
import { memoryError } from "../../validators/errors.js";
import type { ExtractedFact, ExtractionCommit } from "../../validators/extraction.js";
import type { NewFact, NewFactSource } from "../../validators/fact.js";
import type { ThreadPlace } from "../../validators/thread.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { findCursor, openTarget, samePlace, saidIn, type ExtractionArgs } from "./extractionReads.js";
import { writeFact } from "./factAppend.js";
import { checkFacts } from "./factChecks.js";
import { writeTally, type FactTally } from "./factCounts.js";
import { isExpired, wordsHash } from "./factRows.js";
import { factsResting } from "./factSources.js";
import type { OpenScope } from "./scopeAccess.js";
import { openThread } from "./threadAccess.js";
import { record } from "./usage.js";

type CommitArgs = ExtractionArgs & {
  from: ThreadPlace | null;
  to: ThreadPlace;
  readAt: number;
  isLast: boolean;
  facts: ExtractedFact[];
  status: "active" | "candidate";
  usage?: Usage;
  /** The run that it was done for. */
  runId?: string;
};

/**
 * Writes what was found and moves the cursor, in one transaction, if the cursor stands where the reading began. A
 * late or repeated one writes nothing but what its call of the model cost.
 */
export async function commit(ctx: MutationCtx, args: CommitArgs): Promise<ExtractionCommit> {
  checkCommit(args);
  const head = await openThread(ctx, args.caller, args.threadId, "write");
  const place = await openTarget(ctx, head, args);
  if (args.usage !== undefined)
    await record(ctx, {
      caller: args.caller,
      usage: args.usage,
      threadId: head.threadId,
      ...(args.runId === undefined ? {} : { runId: args.runId }),
    });
  const cursor = await findCursor(ctx, head.threadId);
  if (!samePlace(cursor?.readTo ?? null, args.from)) return { kind: "stale" };
  await moveCursor(ctx, { head, cursor, args });
  const counts: FactTally = new Map();
  const done = { written: 0, duplicates: 0, superseded: 0, dropped: 0 };
  for (const found of args.facts) {
    const outcome = await writeFound(ctx, { head, place, found, args, counts });
    done.superseded += outcome.superseded ? 1 : 0;
    done[outcome.kind] += 1;
  }
  await writeTally(ctx, counts);
  return { kind: "committed", ...done };
}

function checkCommit({ from, to, facts }: CommitArgs): void {
  if (facts.length > EXTRACTION_MAX_FACTS)
    throw memoryError("INVALID_ARGUMENT", `One commit takes ${EXTRACTION_MAX_FACTS} facts at most.`, {
      facts: facts.length,
    });
  if (facts.length > 0) checkFacts(facts.map(({ messageIds: _ids, ...fact }) => fact));
  const isPlace = Number.isInteger(to.turn) && to.turn >= 0 && Number.isInteger(to.step) && to.step >= 0;
  if (!isPlace || (from !== null && comparePositions(from, to) >= 0))
    throw memoryError("INVALID_ARGUMENT", "`to` must be a place behind `from`.", { field: "to" });
}

type Moved = { head: Doc<"threadHeads">; cursor: Doc<"extractions"> | null; args: CommitArgs };

async function moveCursor(ctx: MutationCtx, { head, cursor, args }: Moved): Promise<void> {
  const { threadId, nextTurn } = head;
  const { to, isLast } = args;
  if (to.turn >= nextTurn)
    throw memoryError("INVALID_ARGUMENT", "`to` lies behind the end of the thread.", { field: "to" });
  const moved = { readTo: to, isInsideTurn: isLast ? undefined : (true as const) };
  if (cursor === null) await ctx.db.insert("extractions", { threadId, ...moved });
  else await ctx.db.patch("extractions", cursor._id, moved);
}

type Found = {
  head: Doc<"threadHeads">;
  place: OpenScope;
  found: ExtractedFact;
  args: CommitArgs;
  counts: FactTally;
};
type Outcome = { kind: "written" | "duplicates" | "dropped"; superseded: boolean };

async function writeFound(ctx: MutationCtx, { head, place, found, args, counts }: Found): Promise<Outcome> {
  const { messageIds, supersedes: replaced, ...rest } = found;
  const sources: NewFactSource[] = [];
  for (const messageId of messageIds)
    if (await maySupport(ctx, messageId, { head, args })) sources.push({ kind: "message", messageId });
  if (sources.length === 0) return { kind: "dropped", superseded: false };
  const supersedes = replaced === undefined ? null : await findReplaced(ctx, place.scope, replaced);
  if (await wasRefused(ctx, place.scope, rest.text)) return { kind: "dropped", superseded: false };
  const fact: NewFact = {
    ...rest,
    sources,
    status: args.status,
    ...(supersedes === null ? {} : { supersedes: supersedes._id }),
  };
  const { scope, threadId } = place;
  const { caller } = args;
  const at = { scope, threadId };
  const write = await writeFact(ctx, { place: at, caller, origin: "extraction", fact, counts });
  const closes = supersedes !== null && args.status === "active" && supersedes._id !== write.factId;
  return { kind: write.kind === "duplicate" ? "duplicates" : "written", superseded: closes };
}

/** A message of the thread that was part of what was read, and says now what it said then. */
async function maySupport(
  ctx: QueryCtx,
  messageId: string,
  { head, args }: Pick<Found, "head" | "args">,
): Promise<boolean> {
  const id = ctx.db.normalizeId("messages", messageId);
  const row = id === null ? null : await ctx.db.get("messages", id);
  if (row === null || row.threadId !== head.threadId || saidIn(row, head) === null) return false;
  const isRead =
    (args.from === null || comparePositions(row, args.from) > 0) && comparePositions(row, args.to) <= 0;
  if (!isRead || (row.editedAt ?? 0) > args.readAt) return false;
  return (await factsResting(ctx, messageId, FACTS_PER_MESSAGE)).length < FACTS_PER_MESSAGE;
}

/** The fact that a find replaces, if it is still open in the scope; else the find stands for itself. */
async function findReplaced(ctx: QueryCtx, scope: string, factId: string): Promise<Doc<"facts"> | null> {
  const id = ctx.db.normalizeId("facts", factId);
  const fact = id === null ? null : await ctx.db.get("facts", id);
  const isThere = fact !== null && fact.scope === scope && isOpenFact(fact.state) && !isExpired(fact);
  return isThere ? fact : null;
}

/** True when a reviewer declined these words or a user had them forgotten: they are not learned again. */
async function wasRefused(ctx: QueryCtx, scope: string, text: string): Promise<boolean> {
  const hash = await wordsHash(text);
  for (const kind of ["declined", "forgotten"] as const) {
    const row = await ctx.db
      .query("facts")
      .withIndex("by_hash", (q) => q.eq("scope", scope).eq("hash", hash).eq("state.kind", kind))
      .first();
    if (row !== null) return true;
  }
  return false;
}
