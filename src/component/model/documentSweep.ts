import { getDocumentSize } from "convex/values";
import {
  DRAFT_RETENTION_MS,
  DRAFT_SILENT_MS,
  DRAFT_SWEEP_SPACING_MS,
  SWEEP_MAX_BYTES,
  SWEEP_MAX_DRAFTS,
} from "../../shared/limits.js";
import type { DraftPhase } from "../../validators/document.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { forgetRecalled } from "./contextParts.js";
import { stampImportance } from "./documentUpdate.js";
import { removeEntries } from "./recallIndex.js";
import { armSweep } from "./sweeps.js";

/** Rows that go with a chunk: itself, its entry and its vector. */
const ROWS_PER_CHUNK = 3;
/** Bytes read to remove a chunk besides its own: its entry, and the widest vector. */
const BYTES_BESIDE_CHUNK = 40 * 1024;

/**
 * Removes chunks that no reader sees, with their entries and vectors: those of replaced and abandoned generations,
 * or all when the document is gone. Then gives a new importance to the entries that lack it. About `limit` rows and
 * `SWEEP_MAX_BYTES` a call; `nextAt` says when to go on.
 */
export async function sweepDocument(
  ctx: MutationCtx,
  target: string,
  limit: number,
): Promise<{ removed: number; nextAt: number | null }> {
  const documentId = ctx.db.normalizeId("documents", target);
  if (documentId === null) return { removed: 0, nextAt: null };
  const document = await ctx.db.get("documents", documentId);
  const most = Math.max(1, Math.floor(limit / ROWS_PER_CHUNK));
  const chunks = await removeStale(ctx, { documentId, document, most });
  const removed = chunks * ROWS_PER_CHUNK;
  if (chunks >= most) return { removed, nextAt: Date.now() };
  if (document?.stampFrom === undefined) return { removed, nextAt: null };
  const stampFrom = await stampImportance(ctx, document, most - chunks);
  await ctx.db.patch("documents", documentId, { stampFrom });
  return { removed, nextAt: stampFrom === undefined ? null : Date.now() };
}

type Stale = { documentId: Id<"documents">; document: Doc<"documents"> | null; most: number };

/** Removes up to `most` chunks, and says how many; `most` as well when it stopped by bytes. */
async function removeStale(ctx: MutationCtx, { documentId, document, most }: Stale): Promise<number> {
  let removed = 0;
  let bytes = 0;
  for (const range of staleGenerations(document)) {
    for await (const chunk of chunksIn(ctx, documentId, range)) {
      if (removed >= most || bytes > SWEEP_MAX_BYTES) return most;
      await removeEntries(ctx, chunk._id);
      await forgetRecalled(ctx, chunk._id);
      await ctx.db.delete("chunks", chunk._id);
      removed += 1;
      bytes += getDocumentSize(chunk) + BYTES_BESIDE_CHUNK;
    }
  }
  return removed;
}

/** Generations strictly between `after` and `before`. */
type Generations = { after: number; before: number };

/** All but the one that readers see and the one that is being written; no number is used twice. */
function staleGenerations(document: Doc<"documents"> | null): Generations[] {
  if (document === null) return [{ after: -1, before: Infinity }];
  const { generation, next } = document;
  return [
    { after: -1, before: generation },
    { after: generation, before: next?.generation ?? Infinity },
  ];
}

function chunksIn(ctx: MutationCtx, documentId: Id<"documents">, { after, before }: Generations) {
  return ctx.db
    .query("chunks")
    .withIndex("by_document", (q) =>
      q.eq("documentId", documentId).gt("generation", after).lt("generation", before),
    );
}

/** How long after its last page a draft is looked at: one that is being written becomes abandoned, others end. */
const DUE_AFTER_MS: Record<DraftPhase["kind"], number> = {
  writing: DRAFT_SILENT_MS,
  failed: DRAFT_RETENTION_MS,
  abandoned: DRAFT_RETENTION_MS,
};
const PHASES = Object.keys(DUE_AFTER_MS) as DraftPhase["kind"][];

/**
 * Marks drafts whose writers fell silent, and removes those that nobody took up again. One page; returns when the
 * next is due, null when no draft is left.
 */
export async function sweepDrafts(ctx: MutationCtx): Promise<number | null> {
  const now = Date.now();
  const due: (number | null)[] = [];
  for (const phase of PHASES) {
    const drafts = await draftsOf(ctx, phase).take(SWEEP_MAX_DRAFTS);
    for (const document of drafts) if (dueAt(document) <= now) await settleDraft(ctx, document);
    const later = drafts.find((document) => dueAt(document) > now);
    const isFull = later === undefined && drafts.length === SWEEP_MAX_DRAFTS;
    due.push(
      isFull ? now : later === undefined ? null : Math.max(dueAt(later), now + DRAFT_SWEEP_SPACING_MS),
    );
  }
  const next = Math.min(...due.map((at) => at ?? Infinity));
  return next === Infinity ? null : next;
}

/** Drafts of one phase, the longest silent first. */
const draftsOf = (ctx: QueryCtx, phase: DraftPhase["kind"]) =>
  ctx.db.query("documents").withIndex("by_draft", (q) => q.eq("next.phase.kind", phase));

function dueAt({ next }: Doc<"documents">): number {
  return next === undefined ? Infinity : next.updatedAt + DUE_AFTER_MS[next.phase.kind];
}

async function settleDraft(ctx: MutationCtx, { _id, state, next }: Doc<"documents">): Promise<void> {
  if (next?.phase.kind === "writing") {
    await ctx.db.patch("documents", _id, { next: { ...next, phase: { kind: "abandoned" } } });
    return;
  }
  if (state.kind === "ready") await ctx.db.patch("documents", _id, { next: undefined });
  else await ctx.db.delete("documents", _id);
  await armSweep(ctx, "document", { delayMs: 0, target: _id });
}
