import { hashText } from "../../shared/canonicalJson.js";
import { factIdentity } from "../../shared/factText.js";
import { isOpenFact } from "../../shared/factState.js";
import { spansMeet } from "../../shared/factTime.js";
import { wellFormed } from "../../shared/wellFormed.js";
import type { FactOrigin, FactSource, FactWrite, NewFact } from "../../validators/fact.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { checkExpiry, checkFacts } from "./factChecks.js";
import { tally, writeTally, type FactTally } from "./factCounts.js";
import { armFactSweep } from "./factExpiry.js";
import { deleteFact, factClosed, factNotFound, indexRow, isExpired, openFact, setState } from "./factRows.js";
import { addSources, insertSources, openSources } from "./factSources.js";
import { runOnce } from "./operations.js";
import { openScope, operationScope, type OpenScope, type ScopeArgs } from "./scopeAccess.js";

type AppendArgs = ScopeArgs & { facts: NewFact[]; operationId?: string };

/**
 * Writes facts in one transaction. A text that the scope holds already under the same key, open and in the same span
 * of time, is not written again: the fact that is there is returned. So an append is safe to repeat without an id.
 */
export async function append(ctx: MutationCtx, args: AppendArgs): Promise<{ facts: FactWrite[] }> {
  checkFacts(args.facts);
  const place = await openScope(ctx, args, "write");
  const { caller, facts, operationId } = args;
  const operation = { scope: operationScope("facts", place), operationId, payload: { append: facts } };
  return await runOnce(ctx, operation, async () => {
    const counts: FactTally = new Map();
    const written: FactWrite[] = [];
    for (const fact of facts)
      written.push(await writeFact(ctx, { place, caller, origin: originOf(caller), fact, counts }));
    await writeTally(ctx, counts);
    return { facts: written };
  });
}

type SupersedeArgs = { caller: Caller; factId: string; facts: NewFact[]; operationId?: string };

/** Replaces a fact by a chain of others, oldest first: each closes the one before it, in one transaction. */
export async function supersede(ctx: MutationCtx, args: SupersedeArgs): Promise<{ facts: FactWrite[] }> {
  checkFacts(args.facts);
  const { caller, facts, factId, operationId } = args;
  const { scope, threadId } = await openFact(ctx, caller, factId, "write");
  const place = { scope, threadId };
  const operation = {
    scope: operationScope("facts", place),
    operationId,
    payload: { supersede: factId, facts },
  };
  return await runOnce(ctx, operation, async () => {
    const counts: FactTally = new Map();
    const written: FactWrite[] = [];
    let supersedes = factId;
    for (const given of facts) {
      const fact = { ...given, supersedes };
      const write = await writeFact(ctx, { place, caller, origin: originOf(caller), fact, counts });
      written.push(write);
      supersedes = write.factId;
    }
    await writeTally(ctx, counts);
    return { facts: written };
  });
}

/** An agent writes by a tool; everything else is the app. */
const originOf = (caller: Caller): FactOrigin =>
  caller !== "system" && caller.agentName !== undefined ? "agent" : "app";

/** A fact on its way into a scope that was opened for writing. */
export type Writing = {
  place: OpenScope;
  caller: Caller;
  origin: FactOrigin;
  fact: NewFact;
  counts: FactTally;
};

/** Writes one checked fact, or finds the one that says the same; closes what it replaces. */
export async function writeFact(ctx: MutationCtx, writing: Writing): Promise<FactWrite> {
  const { place, caller, fact, counts } = writing;
  checkExpiry(fact.expiresAt);
  const replaced = fact.supersedes === undefined ? null : await openReplaced(ctx, writing, fact.supersedes);
  const identity = await identityOf(fact, replaced);
  const sources = await openSources(ctx, caller, fact.sources ?? []);
  const standing = await findStanding(ctx, place.scope, { ...identity, counts });
  if (replaced !== null) checkReplaced(replaced, standing);
  tally(counts, place.scope, { appends: 1, ...(standing === null ? {} : { duplicates: 1 }) });
  const write =
    standing === null
      ? await insertFact(ctx, { ...writing, identity, replaced, sources })
      : await meetStanding(ctx, { ...writing, standing, sources });
  const isClosing = fact.status !== "candidate" && replaced !== null && replaced._id !== write.factId;
  if (isClosing && isOpenFact(replaced.state))
    await closeReplaced(ctx, { replaced, by: write.factId, validFrom: identity.validFrom, counts });
  return write;
}

/** Refuses to replace a closed fact, but for a repeated call: the fact that closed it is the one to be written. */
function checkReplaced(replaced: Doc<"facts">, standing: Doc<"facts"> | null): void {
  const { state } = replaced;
  if (isOpenFact(state) || (state.kind === "superseded" && state.by === standing?._id)) return;
  throw factClosed(replaced, "superseded");
}

type Meeting = Writing & { standing: Doc<"facts">; sources: FactSource[] };

/**
 * The fact is there: it rests on further sources now, lives as long as it was last said to, and one more word for a
 * candidate confirms it.
 */
async function meetStanding(ctx: MutationCtx, meeting: Meeting): Promise<FactWrite> {
  const { standing, fact, sources, counts } = meeting;
  await addSources(ctx, standing, sources);
  await prolong(ctx, standing, fact);
  const isConfirmed = fact.status !== "candidate" && standing.state.kind === "candidate";
  if (isConfirmed) await confirmFact(ctx, standing, counts);
  return { kind: isConfirmed ? "confirmed" : "duplicate", factId: standing._id };
}

/** What is said again without an end, with a later one or with a pin must not go at the end that was said first. */
async function prolong(
  ctx: MutationCtx,
  { _id, pinned, expiresAt }: Doc<"facts">,
  said: NewFact,
): Promise<void> {
  if (said.pinned === true && pinned !== true)
    await ctx.db.patch("facts", _id, { pinned: true, expiresAt: undefined });
  else if (expiresAt !== undefined && (said.expiresAt ?? Infinity) > expiresAt)
    await ctx.db.patch("facts", _id, { expiresAt: said.expiresAt });
}

/** The fact that is to be replaced: of the same scope, or it looks like a missing one. */
async function openReplaced(
  ctx: QueryCtx,
  { place, caller }: Writing,
  factId: string,
): Promise<Doc<"facts">> {
  const replaced = await openFact(ctx, caller, factId, "write");
  if (replaced.scope !== place.scope) throw factNotFound({ factId });
  return replaced;
}

/** What tells a fact from others: its hash within the scope, and when it is true. A successor keeps the key. */
type Identity = { key?: string; text: string; hash: string; validFrom: number; validTo?: number };

async function identityOf(fact: NewFact, replaced: Doc<"facts"> | null): Promise<Identity> {
  const key = fact.key ?? replaced?.key;
  const text = wellFormed(fact.text).trim();
  const { validFrom = Math.min(Date.now(), (fact.validTo ?? Infinity) - 1), validTo } = fact;
  return { key, text, hash: await hashText(factIdentity(text, key)), validFrom, validTo };
}

/** Rows of one hash that a write looks at: open ones of one text, each with another span of time. */
const STANDING_MAX = 32;

/** The open fact of the scope that says the same at the same time. One that has expired makes room. */
async function findStanding(
  ctx: MutationCtx,
  scope: string,
  { hash, validFrom, validTo, counts }: Identity & { counts: FactTally },
): Promise<Doc<"facts"> | null> {
  for (const kind of ["active", "candidate"] as const) {
    const rows = await ctx.db
      .query("facts")
      .withIndex("by_hash", (q) => q.eq("scope", scope).eq("hash", hash).eq("state.kind", kind))
      .take(STANDING_MAX);
    for (const row of rows) {
      if (isExpired(row)) await deleteFact(ctx, row, counts);
      else if (spansMeet(row, { validFrom, validTo })) return row;
    }
  }
  return null;
}

type Insertion = Writing & { identity: Identity; replaced: Doc<"facts"> | null; sources: FactSource[] };

async function insertFact(ctx: MutationCtx, insertion: Insertion): Promise<FactWrite> {
  const { place, origin, fact, identity, replaced, sources, counts } = insertion;
  const { importance, expiresAt, metadata } = fact;
  const kind = fact.status ?? "active";
  const fields = {
    ...place,
    ...identity,
    state: { kind },
    origin,
    sources,
    importance,
    expiresAt,
    metadata,
    ...(fact.pinned === true ? { pinned: true as const } : {}),
    ...(replaced === null ? {} : { supersedes: replaced._id }),
  };
  const factId = await ctx.db.insert("facts", fields);
  await insertSources(ctx, factId, sources);
  tally(counts, place.scope, { [kind]: 1 });
  if (kind === "active") await indexRow(ctx, { ...fields, _id: factId });
  if (expiresAt !== undefined) await armFactSweep(ctx, expiresAt);
  return { kind: "written", factId };
}

type Replacing = { replaced: Doc<"facts">; by: string; validFrom: number; counts: FactTally };

/** Closes a fact: it was true until its successor begins, and never before its own beginning. */
async function closeReplaced(
  ctx: MutationCtx,
  { replaced, by, validFrom, counts }: Replacing,
): Promise<void> {
  const fact = await ctx.db.get("facts", replaced._id);
  if (fact === null || !isOpenFact(fact.state)) return; // the confirmation of its successor closed it already
  // A candidate that was never believed was true at no time, before and after.
  const isGuess = fact.state.kind === "candidate" && fact.state.editedAt === undefined;
  const validTo = isGuess ? fact.validFrom : fact.validTo;
  await setState(ctx, {
    fact,
    state: { kind: "superseded", closedAt: Date.now(), by, ...(validTo === undefined ? {} : { validTo }) },
    patch: { validTo: Math.max(fact.validFrom, Math.min(validTo ?? Infinity, validFrom)) },
    counts,
  });
}

/** Makes a candidate active, and closes what it was to replace if that is still open. */
export async function confirmFact(ctx: MutationCtx, fact: Doc<"facts">, counts: FactTally): Promise<void> {
  const wasBelieved = fact.state.kind === "candidate" && fact.state.editedAt !== undefined;
  const confirmedAt = wasBelieved ? fact.confirmedAt : Date.now();
  await setState(ctx, { fact, state: { kind: "active" }, patch: { confirmedAt }, counts });
  const replaced = await findReplaced(ctx, fact.supersedes);
  if (replaced !== null && isOpenFact(replaced.state))
    await closeReplaced(ctx, { replaced, by: fact._id, validFrom: fact.validFrom, counts });
}

const findReplaced = async (ctx: QueryCtx, factId: Id<"facts"> | undefined): Promise<Doc<"facts"> | null> =>
  factId === undefined ? null : await ctx.db.get("facts", factId);
