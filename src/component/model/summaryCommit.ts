import { canonicalJson } from "../../shared/canonicalJson.js";
import { checkName } from "../../shared/checkedArguments.js";
import { PURGE_PER_WRITE, SUMMARIES_PER_THREAD, SUMMARY_MAX_BYTES } from "../../shared/limits.js";
import { comparePositions } from "../../shared/position.js";
import { userScope } from "../../shared/scope.js";
import { estimateTokens } from "../../shared/tokens.js";
import { utf8Bytes } from "../../shared/utf8.js";
import { wellFormed } from "../../shared/wellFormed.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Committed, CompactionHead, NewSummary } from "../../validators/summaryWork.js";
import type { ThreadPlace } from "../../validators/thread.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { checkPlaces, findRow, isNeeded, noSuchPlace } from "./summaryPlaces.js";
import { compactionHead, findNewest, toSummary } from "./summaryRows.js";
import { openThread } from "./threadAccess.js";
import { record } from "./usage.js";

type CommitArgs = {
  caller: Caller;
  threadId: string;
  expected: CompactionHead;
  prunedTo?: ThreadPlace;
  summary?: NewSummary;
  usage?: Usage;
  runId?: string;
  operationId?: string;
};

/**
 * Writes a summary, moves `prunedTo`, or both, in one compare-and-set: nothing is changed when the thread's newest
 * summary, its `prunedTo` or any of its messages was changed since they were read, nor when a run has begun that
 * still needs what would be covered. The call of a model is in the ledger once, also when it came too late.
 */
export async function commit(ctx: MutationCtx, args: CommitArgs): Promise<Committed> {
  const head = await openThread(ctx, args.caller, args.threadId, "write");
  checkArguments(args);
  const isLate = canonicalJson(args.expected) !== canonicalJson(compactionHead(head));
  const isBusy = args.summary !== undefined && (await isNeeded(ctx, head, args.summary.to));
  if (isLate || isBusy) {
    if (args.operationId !== undefined) await recordCall(ctx, args);
    const newest = await findNewest(ctx, head);
    const summary = newest === null ? {} : { summary: toSummary(newest) };
    return { committed: false, head: compactionHead(head), ...summary };
  }
  await checkPruning(ctx, head, args.prunedTo);
  const summaryId = await writeSummary(ctx, head, args.summary);
  await recordCall(ctx, args);
  const changed = { summaryId, prunedTo: args.prunedTo ?? head.prunedTo };
  await ctx.db.patch("threadHeads", head._id, changed);
  const newest = await findNewest(ctx, { ...head, ...changed });
  const summary = newest === null ? {} : { summary: toSummary(newest) };
  return { committed: true, head: compactionHead({ ...head, ...changed }), ...summary };
}

function checkArguments({ summary, prunedTo, operationId }: CommitArgs): void {
  checkName("operationId", operationId);
  if (summary === undefined && prunedTo === undefined)
    throw memoryError("INVALID_ARGUMENT", "A commit needs a `summary`, a `prunedTo`, or both.");
  checkPlace(prunedTo);
  if (summary !== undefined) checkSummary(summary);
}

function checkSummary(summary: NewSummary): void {
  checkPlace(summary.from);
  checkPlace(summary.to);
  checkName("model", summary.model);
  if (comparePositions(summary.from, summary.to) > 0)
    throw memoryError("INVALID_ARGUMENT", "`from` must not stand behind `to`.");
  const bytes = utf8Bytes(summary.text);
  if (summary.text.trim() === "" || bytes > SUMMARY_MAX_BYTES)
    throw memoryError("INVALID_ARGUMENT", `A summary has words, and ${SUMMARY_MAX_BYTES} bytes at most.`, {
      bytes,
      maxBytes: SUMMARY_MAX_BYTES,
    });
}

function checkPlace(place: ThreadPlace | undefined): void {
  if (place === undefined || (isCount(place.turn) && isCount(place.step))) return;
  throw memoryError("INVALID_ARGUMENT", "A place has a turn and a step, integers from 0.");
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

/** A call of a model is recorded once: a late one by its operationId, one that was committed because no other can be. */
async function recordCall(ctx: MutationCtx, args: CommitArgs): Promise<void> {
  const { caller, threadId, runId, operationId, usage } = args;
  if (usage === undefined) return;
  const once = operationId === undefined ? {} : { operationId };
  await record(ctx, { caller, threadId, runId, usage: { ...usage, purpose: "compaction" }, ...once });
}

async function checkPruning(
  ctx: QueryCtx,
  head: Doc<"threadHeads">,
  prunedTo: ThreadPlace | undefined,
): Promise<void> {
  if (prunedTo === undefined) return;
  if (head.prunedTo !== undefined && comparePositions(prunedTo, head.prunedTo) <= 0)
    throw memoryError("INVALID_ARGUMENT", "`prunedTo` only moves forward.");
  if ((await findRow(ctx, head.threadId, prunedTo)) === null) throw noSuchPlace("prunedTo", prunedTo);
}

/** Inserts the summary behind the newest one, after its places were checked. Gives the thread's newest. */
async function writeSummary(
  ctx: MutationCtx,
  head: Doc<"threadHeads">,
  summary: NewSummary | undefined,
): Promise<Id<"summaries"> | undefined> {
  if (summary === undefined) return head.summaryId;
  const { threadId } = head;
  const parent = await findNewest(ctx, head);
  await checkPlaces(ctx, { threadId, parent, summary });
  const number = (parent?.number ?? 0) + 1;
  const text = wellFormed(summary.text);
  const summaryId = await ctx.db.insert("summaries", {
    threadId,
    scope: userScope(head),
    ...summary,
    text,
    number,
    tokens: estimateTokens(text),
    ...(parent === null ? {} : { parentId: parent._id }),
  });
  await purgeOldest(ctx, threadId, number - SUMMARIES_PER_THREAD);
  return summaryId;
}

/** Deletes summaries up to a number, a few at a time: each commit adds one. */
async function purgeOldest(ctx: MutationCtx, threadId: Id<"threads">, upTo: number): Promise<void> {
  if (upTo <= 0) return;
  const oldest = ctx.db.query("summaries").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  let purged = 0;
  for await (const row of oldest) {
    if (row.number > upTo || purged === PURGE_PER_WRITE) return;
    await ctx.db.delete("summaries", row._id);
    purged += 1;
  }
}
