import { checkMetadata, checkTime } from "../../shared/checkedArguments.js";
import { isOpenFact } from "../../shared/factState.js";
import { RECALLED_RESOLUTION_MS } from "../../shared/limits.js";
import { wellFormed } from "../../shared/wellFormed.js";
import { memoryError } from "../../validators/errors.js";
import type { FactState } from "../../validators/fact.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { confirmFact } from "./factAppend.js";
import { checkExpiry, checkImportance, checkReason } from "./factChecks.js";
import { writeTally, type FactTally } from "./factCounts.js";
import { armFactSweep } from "./factExpiry.js";
import { weighEntries } from "./recallIndex.js";
import { factClosed, openFact, setState } from "./factRows.js";

type CloseArgs = { caller: Caller; factId: string; reason?: string };

/** It was never true: out of recall and of what is known from now on; what was known before can still be asked. */
export const retract = (ctx: MutationCtx, args: CloseArgs): Promise<null> =>
  change(ctx, args, { kind: "retracted", closedAt: Date.now(), ...reasonOf(args) });

/** The reviewer does not take the candidate. */
export const decline = (ctx: MutationCtx, args: CloseArgs): Promise<null> =>
  change(ctx, args, { kind: "declined", closedAt: Date.now(), ...reasonOf(args) });

/** Erases the text and metadata; the row stays, so that what cited it can say why it is empty. */
export const forget = (ctx: MutationCtx, args: CloseArgs & { reason: string }): Promise<null> =>
  change(ctx, args, { kind: "forgotten", closedAt: Date.now(), reason: wellFormed(args.reason) });

/** The reviewer takes the candidate: it is active, and what it was to replace is closed. */
export const confirm = (ctx: MutationCtx, args: CloseArgs): Promise<null> =>
  change(ctx, args, { kind: "active" });

/** Models cut their words within an emoji. */
const reasonOf = ({ reason }: CloseArgs) => (reason === undefined ? {} : { reason: wellFormed(reason) });

/** Brings a fact into a state; one that is in it already is left as it is, so that every call is safe to retry. */
async function change(
  ctx: MutationCtx,
  { caller, factId, reason }: CloseArgs,
  state: Exclude<FactState, { kind: "superseded" }>,
): Promise<null> {
  checkReason(reason);
  const fact = await openFact(ctx, caller, factId, "write");
  if (fact.state.kind === state.kind) return null;
  const counts: FactTally = new Map();
  if (state.kind === "active") await confirmFact(ctx, fact, counts);
  else if (state.kind === "forgotten") await forgetFact(ctx, { fact, reason: state.reason, counts });
  else await setState(ctx, { fact, state, counts });
  await writeTally(ctx, counts);
  return null;
}

type Forgetting = { fact: Doc<"facts">; reason: string; counts: FactTally; patch?: Partial<Doc<"facts">> };

/**
 * Erases what a fact says, also where contexts keep it. Its hash stays: an extraction does not learn again what was to
 * be forgotten.
 */
export async function forgetFact(
  ctx: MutationCtx,
  { fact, reason, counts, patch = {} }: Forgetting,
): Promise<void> {
  await setState(ctx, {
    fact,
    state: { kind: "forgotten", closedAt: Date.now(), reason },
    patch: { ...patch, text: "", metadata: undefined },
    counts,
  });
}

type UpdateArgs = {
  caller: Caller;
  factId: string;
  importance?: number;
  pinned?: boolean;
  expiresAt?: number | null;
  metadata?: string;
};

/** Changes what is named of an open fact; `expiresAt` of null and metadata of `null` (JSON) stand for none. */
export async function update(ctx: MutationCtx, args: UpdateArgs): Promise<null> {
  const { importance, metadata, expiresAt } = args;
  checkImportance(importance);
  checkMetadata(metadata);
  checkTime("expiresAt", expiresAt ?? undefined);
  checkExpiry(expiresAt ?? undefined);
  const fact = await openFact(ctx, args.caller, args.factId, "write");
  if (!isOpenFact(fact.state)) throw factClosed(fact, "active");
  await ctx.db.patch("facts", fact._id, {
    ...lifeOf(fact, args),
    ...(importance === undefined ? {} : { importance }),
    ...(metadata === undefined ? {} : { metadata: metadata === "null" ? undefined : metadata }),
  });
  if (importance !== undefined) await weighEntries(ctx, fact._id, importance);
  if (typeof expiresAt === "number") await armFactSweep(ctx, expiresAt);
  return null;
}

/** How long the fact is to live: a pinned one does not expire. */
function lifeOf(fact: Doc<"facts">, { pinned, expiresAt }: UpdateArgs): Partial<Doc<"facts">> {
  const isPinned = pinned ?? fact.pinned === true;
  if (isPinned && typeof expiresAt === "number")
    throw memoryError("INVALID_ARGUMENT", "A pinned fact does not expire: unpin it first.", {
      field: "expiresAt",
    });
  return {
    ...(pinned === undefined ? {} : { pinned: pinned ? (true as const) : undefined }),
    ...(isPinned ? { expiresAt: undefined } : {}),
    ...(expiresAt === undefined || isPinned ? {} : { expiresAt: expiresAt ?? undefined }),
  };
}

/**
 * Notes that a context showed these facts, to the day: written once a day at most, so that turns do not meet on them.
 * Ids that lead nowhere, or out of `scopes`, are passed over. For the mutation that stores what a model was shown.
 */
export async function touchRecalled(
  ctx: MutationCtx,
  factIds: readonly string[],
  scopes: ReadonlySet<string>,
): Promise<void> {
  const today = Math.floor(Date.now() / RECALLED_RESOLUTION_MS) * RECALLED_RESOLUTION_MS;
  for (const factId of new Set(factIds)) {
    const id = ctx.db.normalizeId("facts", factId);
    const fact = id === null ? null : await ctx.db.get("facts", id);
    if (fact !== null && scopes.has(fact.scope) && fact.recalledAt !== today)
      await ctx.db.patch("facts", fact._id, { recalledAt: today });
  }
}
