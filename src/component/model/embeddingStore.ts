import { EMBEDDING_MAX_REFUSALS, RECALL_STORE_MAX_VECTORS } from "../../shared/limits.js";
import { totalsOfCall } from "../../shared/runTotals.js";
import { mayUseScope, principalOf } from "../../shared/scope.js";
import type { BuildPlace } from "../../validators/embedding.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { EntryVector } from "../../validators/recall.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { advance } from "./embeddingBuild.js";
import { chargeOutside } from "./budgetOutside.js";
import { checkSystem } from "./embeddingSlots.js";
import { recordUsage } from "./ledger.js";
import { checkEmbedded } from "./recallArguments.js";
import { findEntry, storeVectors, type StoredVector } from "./recallVectors.js";
import { mayOpenThread } from "./threadAccess.js";

type Entry = Doc<"recallEntries">;
type StoreArgs = {
  caller: Caller;
  embedder: string;
  vectors: EntryVector[];
  /** Entries whose text the embedder refuses. */
  refused?: string[];
  /** What making the vectors cost, in all. Paid by the owners of the entries, by their `tokens`. */
  usage?: Usage;
  build?: BuildPlace;
};

/**
 * Stores vectors for entries that wait for one, counts refusals, records what it cost and notes how far a build has
 * come, in one transaction. Entries that are gone, have their vector, or are not the caller's to write are passed
 * over alike, so that an id tells a stranger nothing. Safe to retry: what was stored before is neither stored nor
 * paid for again.
 */
export async function store(ctx: MutationCtx, args: StoreArgs): Promise<{ stored: number; refused: number }> {
  const { caller, embedder, vectors, refused = [], usage, build } = args;
  checkEmbedded({ embedder, store: vectors });
  if (refused.length > RECALL_STORE_MAX_VECTORS)
    throw memoryError("INVALID_ARGUMENT", `One call tells ${RECALL_STORE_MAX_VECTORS} refusals at most.`, {
      refused: refused.length,
    });
  if (build !== undefined) checkSystem(caller);
  const accepts = acceptedBy(ctx, caller);
  const stored = await storeVectors(ctx, { embedder, vectors, accepts });
  if (usage !== undefined) await charge(ctx, { usage, caller }, stored);
  if (build === undefined) for (const entryId of refused) await refuse(ctx, entryId, accepts);
  else await advance(ctx, build, { embedded: stored.length, refused: refused.length });
  return { stored: stored.length, refused: refused.length };
}

/** Whether the caller may write to an entry; each thread is asked once. */
export function acceptedBy(ctx: QueryCtx, caller: Caller): (entry: Entry) => Promise<boolean> {
  const threads = new Map<string, Promise<boolean>>();
  return async ({ threadId, scope }) => {
    if (threadId === undefined) return mayUseScope(caller, scope);
    const known = threads.get(threadId) ?? mayOpenThread(ctx, caller, threadId, "write");
    threads.set(threadId, known);
    return await known;
  };
}

/** Counts a refusal: the entry waits behind the others, and at last waits no more. */
export async function refuse(
  ctx: MutationCtx,
  entryId: string,
  accepts: (entry: Entry) => Promise<boolean>,
): Promise<void> {
  const entry = await findEntry(ctx, entryId);
  if (entry?.pending !== true || !(await accepts(entry))) return;
  const refusals = (entry.refusals ?? 0) + 1;
  const isGivenUp = refusals >= EMBEDDING_MAX_REFUSALS;
  await ctx.db.patch("recallEntries", entry._id, {
    refusals,
    ...(isGivenUp ? { pending: undefined } : {}),
  });
}

type Charge = { usage: Usage; caller: Caller };

/** One event for each owner, whose budgets count what the app's own jobs embed; a turn reads none for that. What belongs to an agent or a tenant has no user who pays; it stands in no ledger. */
async function charge(ctx: MutationCtx, { usage, caller }: Charge, stored: StoredVector[]): Promise<void> {
  const tokensOf = new Map<string, number>();
  for (const { entry, tokens } of stored)
    tokensOf.set(entry.scope, (tokensOf.get(entry.scope) ?? 0) + tokens);
  for (const [scope, inputTokens] of tokensOf) {
    const owner = principalOf(scope);
    if (owner === null) continue;
    const call = { ...usage, inputTokens };
    const { costMicros } = await recordUsage(ctx, owner, call);
    if (caller === "system") await chargeOutside(ctx, owner, totalsOfCall({ ...call, costMicros }));
  }
}
