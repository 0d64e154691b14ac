import { hashText } from "../../shared/canonicalJson.js";
import { factIdentity } from "../../shared/factText.js";
import { FACT_STATES_AFTER, isOpenFact } from "../../shared/factState.js";
import { isTrueAt } from "../../shared/factTime.js";
import { isMemoryError, memoryError, type ErrorDetails } from "../../validators/errors.js";
import type { Fact, FactState } from "../../validators/fact.js";
import type { Caller, ScopeKind } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { forgetRecalled } from "./contextParts.js";
import { tally, type FactTally } from "./factCounts.js";
import { indexFact, removeEntries } from "./recallIndex.js";
import { mayUseScope } from "../../shared/scope.js";
import { openThread } from "./threadAccess.js";

/** Readers ignore a fact from then on, whether or not a sweep was here. */
export const isExpired = ({ expiresAt = Infinity }: Pick<Doc<"facts">, "expiresAt">): boolean =>
  expiresAt <= Date.now();

/**
 * A fact that the caller may use. Malformed, unknown, foreign and expired ids all throw `FACT_NOT_FOUND`; a reader of
 * its thread who may not write gets `FORBIDDEN`.
 */
// eslint-disable-next-line max-params -- as openThread
export async function openFact(
  ctx: QueryCtx,
  caller: Caller,
  factId: string,
  need: "read" | "write",
): Promise<Doc<"facts">> {
  const id = ctx.db.normalizeId("facts", factId);
  const fact = id === null ? null : await ctx.db.get("facts", id);
  if (fact === null || isExpired(fact)) throw factNotFound({ factId });
  if (fact.threadId === undefined) {
    if (!mayUseScope(caller, fact.scope)) throw factNotFound({ factId });
    return fact;
  }
  await openThread(ctx, caller, fact.threadId, need).catch((error: unknown) => {
    throw isMemoryError(error, "THREAD_NOT_FOUND") ? factNotFound({ factId }) : error;
  });
  return fact;
}

/** The one answer to every id that does not lead to a fact of the caller. */
export const factNotFound = (details: ErrorDetails) =>
  memoryError("FACT_NOT_FOUND", "No such fact for this principal: check the id and who asks.", details);

/** What a change of state meets when another one was there before. */
export function factClosed(fact: Doc<"facts">, to: FactState["kind"]) {
  const { kind } = fact.state;
  const advice = isOpenFact(fact.state) ? "it cannot become that" : "append a new fact instead";
  return memoryError("FACT_CLOSED", `The fact is ${kind}, not to be ${to}: ${advice}.`, {
    factId: fact._id,
    state: kind,
    ...(fact.state.kind === "superseded" ? { by: fact.state.by } : {}),
  });
}

type Change = { fact: Doc<"facts">; state: FactState; patch?: Partial<Doc<"facts">>; counts: FactTally };

/**
 * The one place where a fact changes its state: with it go its count and its entry in recall, which active facts have,
 * and those that are true until their successor begins. Throws `FACT_CLOSED` for a step that the diagram of states does not have.
 */
export async function setState(
  ctx: MutationCtx,
  { fact, state, patch = {}, counts }: Change,
): Promise<Doc<"facts">> {
  const before = fact.state.kind;
  if (!FACT_STATES_AFTER[before].includes(state.kind)) throw factClosed(fact, state.kind);
  await ctx.db.patch("facts", fact._id, { ...patch, ...(await refusedHash(fact, state)), state });
  tally(counts, fact.scope, { [before]: -1 });
  tally(counts, fact.scope, { [state.kind]: 1 });
  if (state.kind === "forgotten") await forgetRecalled(ctx, fact._id);
  const after = { ...fact, ...patch, state };
  const wasFindable = before === "active" || before === "superseded";
  if (wasFindable && !isFindable(after)) await removeEntries(ctx, fact._id);
  if (!wasFindable && isFindable(after)) await indexRow(ctx, after);
  return after;
}

/** What is declined or forgotten is not to be learned again, whatever key it is given then: its words alone tell. */
async function refusedHash({ text }: Doc<"facts">, { kind }: FactState): Promise<{ hash?: string }> {
  const isRefused = (kind === "declined" || kind === "forgotten") && text !== "";
  return isRefused ? { hash: await wordsHash(text) } : {};
}

/** The hash of a fact's words without a key. */
export const wordsHash = (text: string): Promise<string> => hashText(factIdentity(text, undefined));

const isFindable = ({ state, validTo = Infinity }: Doc<"facts">): boolean =>
  state.kind === "active" || (state.kind === "superseded" && validTo > Date.now());

/** Makes a fact findable. */
export async function indexRow(ctx: MutationCtx, fact: Omit<Doc<"facts">, "_creationTime">): Promise<void> {
  const { _id: factId, scope, threadId, text, validFrom: at, importance } = fact;
  await indexFact(ctx, { factId, scope, threadId, text, at, importance });
}

/** Removes a fact with all that hangs on it: sources, entry and vector. */
export async function deleteFact(ctx: MutationCtx, fact: Doc<"facts">, counts: FactTally): Promise<void> {
  for await (const source of sourceRowsOf(ctx, fact._id)) await ctx.db.delete("factSources", source._id);
  await removeEntries(ctx, fact._id);
  await forgetRecalled(ctx, fact._id);
  await ctx.db.delete("facts", fact._id);
  tally(counts, fact.scope, { [fact.state.kind]: -1 });
}

const sourceRowsOf = (ctx: QueryCtx, factId: Id<"facts">) =>
  ctx.db.query("factSources").withIndex("by_fact", (q) => q.eq("factId", factId));

/** What `shared/factTime.ts` asks of a row. */
export function timesOf(fact: Doc<"facts">) {
  const { state, validFrom, validTo, confirmedAt } = fact;
  return { state, validFrom, validTo, confirmedAt, recordedAt: recordedAt(fact) };
}

/** To the millisecond, as every other time: Convex keeps fractions. */
const recordedAt = (fact: Doc<"facts">): number => Math.floor(fact._creationTime);

/** True for a fact that holds now, by what is known now: what recall shows, and `asOf` gives when it is told no times. */
export function holdsNow(fact: Doc<"facts">): boolean {
  return !isExpired(fact) && isTrueAt(timesOf(fact), { validAt: Date.now(), knownAt: Infinity });
}

/** A row as the component returns it. */
export function toFact(row: Doc<"facts">): Fact {
  const { _id, _creationTime, scope, hash: _hash, pinned, ...kept } = row;
  return {
    ...kept,
    factId: _id,
    scope: kindOfScope(scope),
    recordedAt: recordedAt(row),
    pinned: pinned === true,
  };
}

/** The kind of a scope string of `shared/scope.ts`. */
function kindOfScope(scope: string): ScopeKind {
  if (scope.startsWith("thread:")) return "thread";
  if (scope.includes("|u:")) return "user";
  return scope.includes("|a:") ? "agent" : "tenant";
}
