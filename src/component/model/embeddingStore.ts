import { EMBEDDING_MAX_REFUSALS, RECALL_STORE_MAX_VECTORS } from "../../shared/limits.js";
import { totalsOfCall } from "../../shared/runTotals.js";
import { mayUseScope, principalOf, tenantOf } from "../../shared/scope.js";
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
import { recordUsage, type UsagePlace } from "./ledger.js";
import { ensureFold } from "./usageFold.js";
import { checkEmbedded } from "./recallArguments.js";
import { findEntry, storeVectors, type StoredVector } from "./recallVectors.js";
import { findHead, mayOpenThread } from "./threadAccess.js";

type Entry = Doc<"recallEntries">;
type StoreArgs = {
  caller: Caller;
  embedder: string;
  vectors: EntryVector[];
  /** Entries whose text the embedder refuses. */
  refused?: string[];
  /** What making the vectors cost, in all. Paid by the owners of the entries, or by the caller, by their `tokens`. */
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
  if (usage !== undefined) await charge(ctx, { caller, usage, stored });
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

type Charge = { caller: Caller; usage: Usage; stored: StoredVector[] };

/** One event for each who pays, whose budgets count what the app's own jobs embed; a turn reads none for that. */
async function charge(ctx: MutationCtx, { caller, usage, stored }: Charge): Promise<void> {
  const tokensOf = new Map<string, { entry: Entry; tokens: number }>();
  for (const { entry, tokens } of stored) {
    const key = entry.scope;
    tokensOf.set(key, { entry, tokens: (tokensOf.get(key)?.tokens ?? 0) + tokens });
  }
  const charges = new Map<string, { payer: UsagePlace; inputTokens: number }>();
  for (const { entry, tokens } of tokensOf.values()) {
    const payer = await payerFor(ctx, caller, entry);
    const key = JSON.stringify([payer.tenantId, payer.userId, payer.agentName]);
    charges.set(key, { payer, inputTokens: (charges.get(key)?.inputTokens ?? 0) + tokens });
  }
  const shares = costShares(usage, [...charges.values()]);
  for (const { payer, inputTokens, cost } of shares)
    await chargeOne(ctx, { caller, payer }, { ...usage, inputTokens, ...cost });
  await ensureFold(ctx);
}

/** A cost that was told is of all together: each pays of it by its tokens, and the last what is left. */
function costShares<Share extends { inputTokens: number }>({ costMicros }: Usage, shares: readonly Share[]) {
  const all = shares.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  let [tokensLeft, costLeft] = [all, costMicros ?? 0];
  return shares.map((share) => {
    const part = tokensLeft === 0 ? costLeft : Math.round((costLeft * share.inputTokens) / tokensLeft);
    tokensLeft -= share.inputTokens;
    costLeft -= part;
    return { ...share, cost: costMicros === undefined ? {} : { costMicros: part } };
  });
}

async function chargeOne(
  ctx: MutationCtx,
  { caller, payer }: { caller: Caller; payer: UsagePlace },
  call: Usage,
): Promise<void> {
  const { costMicros } = await recordUsage(ctx, payer, call);
  if (caller === "system") await chargeOutside(ctx, payer, totalsOfCall({ ...call, costMicros }));
}

/**
 * Who pays for an entry's vector: the user whose it is; of what agents, tenants and shared threads have, whoever had it
 * embedded. Where that is the app itself, the owner of the thread pays, or the tenant without a user.
 */
async function payerFor(ctx: QueryCtx, caller: Caller, { scope, threadId }: Entry): Promise<UsagePlace> {
  const owner = principalOf(scope);
  if (owner !== null) return owner;
  if (caller !== "system") return caller;
  const head = threadId === undefined ? null : await findHead(ctx, threadId);
  const { userId, tenantId } = head ?? { userId: "", tenantId: tenantOf(scope) };
  return { userId, ...(tenantId === undefined ? {} : { tenantId }) };
}
