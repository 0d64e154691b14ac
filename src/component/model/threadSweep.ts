import { threadScope } from "../../shared/scope.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { removeBudgetsOf } from "./budgetErase.js";
import { returnDrawn } from "./budgetSettle.js";
import { removeBlocksOfThread } from "./blocks.js";
import { sweepPartsOfThread } from "./contextParts.js";
import { findCounts } from "./counts.js";
import { removeFactsOfThread } from "./factFollow.js";
import { releaseFile } from "./files.js";
import { payloadBytes } from "./messagePayloads.js";
import { deletePieces, fileIdsOf } from "./messageRows.js";
import { removeEntry } from "./recall.js";
import { isActive } from "../../shared/runState.js";
import { stateOf } from "./runRows.js";
import { tellEnded } from "./runQueue.js";
import { stopWaiting } from "./runWaits.js";
import { removeStream } from "./streamSweep.js";
import { sweepBudget, type SweepBudget } from "./sweepBudget.js";
import { findHead } from "./threadAccess.js";
import { closeThread } from "./threadWrites.js";
import { endNested } from "./turnEnd.js";
import { removeRollupsOfThread } from "./usageRollups.js";
import { deleteVector } from "./vectorTables.js";

type Removal = { threadId: Id<"threads">; head: Doc<"threadHeads"> | null; budget: SweepBudget };
/** Removes one kind of row of a thread; false when the page is full before the last. */
type Phase = (ctx: MutationCtx, removal: Removal) => Promise<boolean>;

/**
 * Nested threads and runs go first, so that none of them writes behind the sweep. Sums go in the transaction in which
 * the thread does: a fold makes them anew while it is there. The head goes last, it keeps the thread closed.
 */
const PHASES: readonly Phase[] = [
  removeNested,
  removeRuns,
  removeStreams,
  removeContextParts,
  removeBatches,
  removeFactsOfThread,
  removeBlocksOfThread,
  removeEntries,
  removeMessages,
  removeSummaries,
  removeOperations,
  removeParticipants,
  removeBudgets,
  removeCounts,
  removeRollupsOfThread,
];

/** Removes a page of a closed thread. Gives when to go on, or null when nothing of it is left. */
export async function sweepThread(ctx: MutationCtx, target: string): Promise<number | null> {
  const threadId = ctx.db.normalizeId("threads", target);
  if (threadId === null) return null;
  const head = await findHead(ctx, target);
  if (head !== null && head.removing !== true) return null;
  const removal = { threadId, head, budget: sweepBudget(ctx) };
  for (const phase of PHASES) if (!(await phase(ctx, removal))) return Date.now();
  if (head !== null) await ctx.db.delete("threadHeads", head._id);
  await deleteIfThere(ctx, "threads", threadId);
  return null;
}

/** Removes a page of the payloads of a message that was removed. */
export async function sweepMessage(ctx: MutationCtx, target: string): Promise<number | null> {
  const messageId = ctx.db.normalizeId("messages", target);
  if (messageId === null) return null;
  return (await removePieces(ctx, messageId, sweepBudget(ctx))) ? null : Date.now();
}

async function removeRuns(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  const runs = ctx.db.query("runs").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  for await (const found of runs) {
    const run = await withoutWaits(ctx, found);
    for await (const call of ctx.db.query("toolCalls").withIndex("by_run", (q) => q.eq("runId", run._id))) {
      if (!(await budget.take())) return false;
      await ctx.db.delete("toolCalls", call._id);
    }
    const traces = ctx.db.query("contextTraces").withIndex("by_run", (q) => q.eq("runId", run._id));
    for await (const trace of traces) {
      if (!(await budget.take())) return false;
      await ctx.db.delete("contextTraces", trace._id);
    }
    if (!(await budget.take())) return false;
    await leaveOthers(ctx, run);
    if (run.budgets !== undefined) await giveBack(ctx, run);
    await tellEnded(ctx, run);
    await ctx.db.delete("runs", run._id);
  }
  return true;
}

/** What waits for it outside would wait for ever: it is told once, also where a run is removed in several pages. */
async function withoutWaits(ctx: MutationCtx, run: Doc<"runs">): Promise<Doc<"runs">> {
  if (run.waiting === undefined && run.startJobId === undefined) return run;
  await stopWaiting(ctx, run);
  const nothing = { waiting: undefined, startJobId: undefined, waitsUntil: undefined, waitsFor: undefined };
  await ctx.db.patch("runs", run._id, nothing);
  return { ...run, ...nothing };
}

/** The threads that its runs opened to ask other agents; one that the app opened below it stays. */
async function removeNested(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  const nested = ctx.db
    .query("threads")
    .withIndex("by_parent", (q) => q.eq("parentThreadId", threadId).gt("parentRunId", ""));
  for await (const thread of nested) {
    if (!(await budget.take())) return false;
    const head = await findHead(ctx, thread._id);
    if (head !== null && head.removing !== true) await closeThread(ctx, head);
    await ctx.db.patch("threads", thread._id, { parentRunId: undefined }); // not to be found again
  }
  return true;
}

/** A run that others wait for, or that waits for others, is ended first, so that they hear of it. */
async function leaveOthers(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  if (!isActive(stateOf(run)) || (run.nests !== true && run.parentRunId === undefined)) return;
  await endNested(ctx)(run, { kind: "canceled", reason: "Its thread was removed." });
}

/** What it has drawn of budgets; the ledger keeps what it spent. */
async function giveBack(ctx: MutationCtx, { _id }: Doc<"runs">): Promise<void> {
  const run = await ctx.db.get("runs", _id);
  if (run !== null) await returnDrawn(ctx, run);
}

async function removeBudgets(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  return await removeBudgetsOf(ctx, threadScope(threadId), budget);
}

async function removeStreams(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  const streams = ctx.db.query("streams").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  for await (const stream of streams) if (!(await removeStream(ctx, stream, budget))) return false;
  return true;
}

function removeContextParts(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  return sweepPartsOfThread(ctx, { threadId, owner: threadScope(threadId) }, budget);
}

/** Deletes the listed rows without reading them first. Where edits added rows that no list knows, only the lists go. */
async function removeBatches(ctx: MutationCtx, { threadId, head, budget }: Removal): Promise<boolean> {
  for await (const batch of ctx.db
    .query("batches")
    .withIndex("by_thread", (q) => q.eq("threadId", threadId))) {
    if (!(await budget.take())) return false;
    const left = head?.hasEdits === true ? [] : [...batch.written];
    for (let id = left.at(-1); id !== undefined; id = left.at(-1)) {
      if (!(await budget.take())) {
        await ctx.db.patch("batches", batch._id, { written: left });
        return false;
      }
      await deleteWritten(ctx, id);
      left.pop();
    }
    await ctx.db.delete("batches", batch._id);
  }
  return true;
}

async function deleteWritten(ctx: MutationCtx, written: string): Promise<void> {
  for (const table of ["messages", "recallEntries", "payloads"] as const) {
    const id = ctx.db.normalizeId(table, written);
    if (id !== null) return await deleteIfThere(ctx, table, id);
  }
  await deleteVector(ctx, written);
}

async function deleteIfThere<Table extends "messages" | "recallEntries" | "payloads" | "threads">(
  ctx: MutationCtx,
  table: Table,
  id: Id<Table>,
): Promise<void> {
  try {
    await ctx.db.delete(table, id);
  } catch {
    // Convex refuses to delete a row that is not there: it was removed by itself before.
  }
}

async function removeEntries(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  const entries = ctx.db
    .query("recallEntries")
    .withIndex("by_thread_pending", (q) => q.eq("threadId", threadId));
  for await (const entry of entries) {
    if (!(await budget.take())) return false;
    await removeEntry(ctx, entry);
  }
  return true;
}

async function removeMessages(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  for await (const row of ctx.db.query("messages").withIndex("by_place", (q) => q.eq("threadId", threadId))) {
    const fileIds = fileIdsOf(row.parts);
    if (!(await budget.take(1 + fileIds.length))) return false; // each file is read and counted down
    if (payloadBytes(row.parts) > 0 && !(await removePieces(ctx, row._id, budget))) return false;
    for (const fileId of fileIds) await releaseFile(ctx, fileId);
    await ctx.db.delete("messages", row._id);
  }
  return true;
}

/** One at a time: each has up to 512 KiB, read to be found and read to be deleted. */
async function removePieces(
  ctx: MutationCtx,
  messageId: Id<"messages">,
  budget: SweepBudget,
): Promise<boolean> {
  for (let isDone = false; !isDone; isDone = await deletePieces(ctx, messageId, 1))
    if (!(await budget.take(ROWS_OF_A_PIECE))) return false;
  return true;
}

async function removeSummaries(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  const summaries = ctx.db.query("summaries").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  for await (const summary of summaries) {
    if (!(await budget.take())) return false;
    await ctx.db.delete("summaries", summary._id);
  }
  return true;
}

/** A piece counts as so many rows, so that bytes are looked at after each. */
const ROWS_OF_A_PIECE = 8;

async function removeOperations(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  const operations = ctx.db
    .query("operations")
    .withIndex("by_operation", (q) => q.eq("scope", threadScope(threadId)));
  for await (const operation of operations) {
    if (!(await budget.take())) return false;
    await ctx.db.delete("operations", operation._id);
  }
  return true;
}

async function removeParticipants(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  const participants = ctx.db.query("participants").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  for await (const participant of participants) {
    if (!(await budget.take())) return false;
    await ctx.db.delete("participants", participant._id);
  }
  return true;
}

/** What was counted for the thread's own scope. */
async function removeCounts(ctx: MutationCtx, { threadId }: Removal): Promise<boolean> {
  const counts = await findCounts(ctx, threadScope(threadId));
  if (counts !== null) await ctx.db.delete("scopeCounts", counts._id);
  return true;
}
