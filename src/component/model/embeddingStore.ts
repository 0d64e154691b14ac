import { EMBEDDING_MAX_REFUSALS, RECALL_STORE_MAX_VECTORS } from "../../shared/limits.js";
import { totalsOfCall } from "../../shared/runTotals.js";
import { mayUseScope, principalOf, tenantOf } from "../../shared/scope.js";
import { shareOut } from "../../shared/shareOut.js";
import type { BuildPlace } from "../../validators/embedding.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { EntryVector } from "../../validators/recallEntry.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { advance } from "./embeddingBuild.js";
import { chargeOutside } from "./budgetOutside.js";
import { checkSystem } from "./embeddingSlots.js";
import { priceCall, recordPriced, type UsagePlace } from "./ledger.js";
import { ensureFold } from "./foldArming.js";
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
  /** What making the vectors cost, in all. Paid by the owners of the entries, or by the caller, by their `tokens`, or alike where none has them. */
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
  const stored = await storeVectors(ctx, { embedder, vectors: withTokens(vectors, usage), accepts });
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

/**
 * One event for each who pays, whose budgets count what the app's own jobs embed; a turn reads none for that. Together
 * they cost what the call did: its price is found once, and shared as its tokens are.
 */
async function charge(ctx: MutationCtx, { caller, usage, stored }: Charge): Promise<void> {
  const payers = await payersOf(ctx, caller, stored);
  const tokens = payers.map(({ inputTokens }) => inputTokens);
  const elsewhere = Math.max(0, usage.inputTokens - tokens.reduce((sum, count) => sum + count, 0));
  const cost = await priceCall(ctx, usage);
  const costs = cost.costMicros === undefined ? [] : shareOut(cost.costMicros, [...tokens, elsewhere]);
  for (const [index, { payer, inputTokens }] of payers.entries()) {
    if (inputTokens === 0 && usage.inputTokens > 0) continue; // its text was embedded before
    const costMicros = costs[index];
    const share = costMicros === undefined ? {} : { ...cost, costMicros };
    await recordPriced(ctx, payer, { usage: { ...usage, inputTokens }, cost: share });
    const used = totalsOfCall({ ...usage, inputTokens, costMicros });
    if (caller === "system") await chargeOutside(ctx, payer, used);
  }
  await ensureFold(ctx);
}

type Share = { payer: UsagePlace; inputTokens: number };

/** Who pays for the vectors, each once, with their tokens. */
async function payersOf(ctx: QueryCtx, caller: Caller, stored: readonly StoredVector[]): Promise<Share[]> {
  const byScope = new Map<string, { entry: Entry; tokens: number }>();
  for (const { entry, tokens } of stored)
    byScope.set(entry.scope, { entry, tokens: (byScope.get(entry.scope)?.tokens ?? 0) + tokens });
  const shares = new Map<string, Share>();
  for (const { entry, tokens } of byScope.values()) {
    const payer = await payerFor(ctx, caller, entry);
    const key = JSON.stringify([payer.tenantId, payer.userId, payer.agentName]);
    shares.set(key, { payer, inputTokens: (shares.get(key)?.inputTokens ?? 0) + tokens });
  }
  return [...shares.values()];
}

/** Vectors with what the text of each cost: equal parts where that was told of none. */
function withTokens(vectors: EntryVector[], usage: Usage | undefined): EntryVector[] {
  if (usage === undefined || vectors.some(({ tokens }) => tokens !== undefined)) return vectors;
  const tokens = shareOut(
    usage.inputTokens,
    vectors.map(() => 1),
  );
  return vectors.map((vector, index) => ({ ...vector, tokens: tokens[index] ?? 0 }));
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
