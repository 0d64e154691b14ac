import { FACTS_FOLLOWED_PER_WRITE, FACTS_PER_MESSAGE } from "../../shared/limits.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { forgetFact } from "./factChanges.js";
import { writeTally, type FactTally } from "./factCounts.js";
import { deleteFact, setState } from "./factRows.js";
import { factsResting } from "./factSources.js";
import type { SweepBudget } from "./sweepBudget.js";
import { armSweep } from "./sweeps.js";

const SOURCE_REMOVED = "The message that it rests on was removed.";

/**
 * Facts follow the messages they came from: what rests on a removed message alone is forgotten, what rests on others
 * too stays without it. In the mutation that removes the messages; a sweep does what is beyond its bound.
 */
export async function followRemoval(ctx: MutationCtx, messageIds: readonly string[]): Promise<void> {
  let left = FACTS_FOLLOWED_PER_WRITE;
  for (const messageId of messageIds) {
    const followed = await followOne(ctx, messageId, left);
    left -= followed;
    if (left <= 0) await armSweep(ctx, "factSources", { delayMs: 0, target: messageId });
  }
}

/** One page of what rests on a removed message; says when to go on. */
export async function sweepFactSources(ctx: MutationCtx, messageId: string): Promise<number | null> {
  const followed = await followOne(ctx, messageId, FACTS_FOLLOWED_PER_WRITE);
  return followed < FACTS_FOLLOWED_PER_WRITE ? null : Date.now();
}

async function followOne(ctx: MutationCtx, messageId: string, limit: number): Promise<number> {
  if (limit <= 0) return 0;
  const counts: FactTally = new Map();
  const rows = await factsResting(ctx, messageId, limit);
  for (const { _id, factId } of rows) {
    await ctx.db.delete("factSources", _id);
    const fact = await ctx.db.get("facts", factId);
    if (fact === null) continue;
    const sources = fact.sources.filter((source) => source.kind === "app" || source.messageId !== messageId);
    if (sources.length > 0 || fact.state.kind === "forgotten")
      await ctx.db.patch("facts", factId, { sources });
    else {
      const patch = { sources, key: undefined }; // whoever read the message made the key of its words
      await forgetFact(ctx, { fact, reason: SOURCE_REMOVED, counts, patch });
    }
  }
  await writeTally(ctx, counts);
  return rows.length;
}

/** Puts facts that rest on an edited message alone back into review: out of recall until someone confirms them. */
export async function followEdit(ctx: MutationCtx, messageId: string): Promise<void> {
  const counts: FactTally = new Map();
  for (const { factId } of await factsResting(ctx, messageId, FACTS_PER_MESSAGE)) {
    const fact = await ctx.db.get("facts", factId);
    if (fact?.state.kind !== "active" || fact.sources.length > 1) continue;
    await setState(ctx, { fact, state: { kind: "candidate", editedAt: Date.now() }, counts });
  }
  await writeTally(ctx, counts);
}

type Removal = { threadId: Id<"threads">; budget: SweepBudget };
/** Rows that go with a fact: itself, its sources, its entry and its vector. */
const ROWS_PER_FACT = 4;

/**
 * Removes a page of what was known in a thread, and of what rests on its messages alone, wherever that is kept. Facts
 * that rest on something else as well stay without the thread. False when the page is full.
 */
export async function removeFactsOfThread(ctx: MutationCtx, { threadId, budget }: Removal): Promise<boolean> {
  const counts: FactTally = new Map();
  const isDone =
    (await removeOwn(ctx, { threadId, budget }, counts)) &&
    (await removeDerived(ctx, { threadId, budget }, counts)) &&
    (await removeCursor(ctx, threadId));
  await writeTally(ctx, counts);
  return isDone;
}

async function removeOwn(ctx: MutationCtx, removal: Removal, counts: FactTally): Promise<boolean> {
  const { threadId, budget } = removal;
  const facts = ctx.db.query("facts").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  for await (const fact of facts) {
    if (!(await budget.take(ROWS_PER_FACT))) return false;
    await deleteFact(ctx, fact, counts);
  }
  return true;
}

async function removeDerived(ctx: MutationCtx, removal: Removal, counts: FactTally): Promise<boolean> {
  const { threadId, budget } = removal;
  const rows = ctx.db.query("factSources").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  for await (const row of rows) {
    if (!(await budget.take(ROWS_PER_FACT))) return false;
    await releaseFact(ctx, row, counts);
  }
  return true;
}

/** Takes one message of the thread from a fact; the fact goes when nothing else is left to rest on. */
async function releaseFact(ctx: MutationCtx, row: Doc<"factSources">, counts: FactTally): Promise<void> {
  const fact = await ctx.db.get("facts", row.factId);
  const others = (fact?.sources ?? []).filter(
    (source) => source.kind === "app" || source.threadId !== row.threadId,
  );
  if (fact !== null && others.length === 0) return await deleteFact(ctx, fact, counts);
  const deleted = await ctx.db.get("factSources", row._id);
  if (deleted !== null) await ctx.db.delete("factSources", row._id);
  if (fact !== null) await ctx.db.patch("facts", fact._id, { sources: others });
}

async function removeCursor(ctx: MutationCtx, threadId: Id<"threads">): Promise<boolean> {
  const cursors = ctx.db.query("extractions").withIndex("by_thread", (q) => q.eq("threadId", threadId));
  for await (const cursor of cursors) await ctx.db.delete("extractions", cursor._id);
  return true;
}
