import { documentHash } from "../../shared/documentHash.js";
import { chunkToEmbed, embeddedTextHash } from "../../shared/embeddedText.js";
import { DRAFT_SILENT_MS } from "../../shared/limits.js";
import { totalsOfCall } from "../../shared/runTotals.js";
import { scopeOf } from "../../shared/scope.js";
import type { DocumentWrite, NewChunk } from "../../validators/documentWrite.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { chargeOutside } from "./budgetOutside.js";
import { addCounts } from "./counts.js";
import { checkWrite, type WriteArgs } from "./documentChecks.js";
import { draftFor, freshChunks, withPage, type StoredDraft } from "./documentDraft.js";
import { findByKey } from "./documentReads.js";
import { replaceTags } from "./documentTags.js";
import { recordUsage } from "./ledger.js";
import { ensureFold } from "./foldArming.js";
import { placeFor, type VectorPlace } from "./embeddingSlots.js";
import { indexChunk } from "./recallIndex.js";
import { armSweep } from "./sweeps.js";

/**
 * Writes one page of a document's next generation. Readers see the old one, whole, until the `final` page moves the
 * pointer in the same write. A page that was written before is passed over, so every call is safe to retry; a first
 * page with the stored hash writes nothing. A first write reads the document's row and nothing per chunk.
 */
export async function write(ctx: MutationCtx, args: WriteArgs): Promise<DocumentWrite> {
  checkWrite(args);
  const scope = scopeOf(args.caller, args.scope);
  const hash = await documentHash(args);
  const document = await findByKey(ctx, scope, args.key);
  if (document !== null && isWritten(document, args, hash)) {
    const kind = args.generation === undefined ? "unchanged" : "ready";
    return { kind, documentId: document._id, generation: document.generation };
  }
  if (document !== null && failsBeside(document, args, hash))
    return { kind: "unchanged", documentId: document._id, generation: document.generation };
  const draft = draftFor(document, args, hash);
  const fresh = freshChunks(draft, args);
  const after = withPage(draft, fresh, args);
  const documentId = await saveDocument(ctx, { document, scope, args, after });
  const vectorPlace = await placeOfVectors(ctx, args);
  for (const [index, chunk] of fresh.entries()) {
    await insertChunk(ctx, {
      documentId,
      scope,
      args,
      draft,
      chunk,
      index: draft.written.chunks + index,
      vectorPlace,
    });
  }
  if (args.usage !== undefined && fresh.length > 0 && args.caller !== "system") {
    const { costMicros } = await recordUsage(ctx, args.caller, args.usage);
    await chargeOutside(ctx, args.caller, totalsOfCall({ ...args.usage, costMicros }));
    await ensureFold(ctx);
  }
  await armSweeps(ctx, { document, documentId, args, after });
  return { kind: args.final ? "ready" : "open", documentId, generation: after.generation };
}

/** True when readers see this very content already. */
function isWritten(document: Doc<"documents">, { generation }: WriteArgs, hash: string): boolean {
  const isCurrent = generation === undefined || generation === document.generation;
  return document.state.kind === "ready" && document.hash === hash && isCurrent;
}

/** True for a write that failed before its first page while another is under way: it must not put an end to that. */
function failsBeside({ next }: Doc<"documents">, { failure, generation }: WriteArgs, hash: string): boolean {
  const isFirst = failure !== undefined && generation === undefined;
  return isFirst && next?.phase.kind === "writing" && next.hash !== hash;
}

type Save = { document: Doc<"documents"> | null; scope: string; args: WriteArgs; after: StoredDraft };

/** What a document is before its first generation is whole. */
const EMPTY = {
  generation: 0,
  hash: "",
  contentHash: "",
  bytes: 0,
  chunks: 0,
  state: { kind: "empty" as const },
};

/** One write of the document's row: the draft grows, or becomes what readers see. */
async function saveDocument(ctx: MutationCtx, save: Save): Promise<Id<"documents">> {
  const { document, scope, args, after } = save;
  const lastGeneration = Math.max(after.generation, document?.lastGeneration ?? 0);
  const content = { ...(args.final ? shown(after) : { next: after }), lastGeneration };
  if (document !== null) await ctx.db.patch("documents", document._id, content);
  const documentId =
    document?._id ?? (await ctx.db.insert("documents", { ...EMPTY, ...content, scope, key: args.key }));
  if (args.final) await countAndTag(ctx, save, documentId);
  return documentId;
}

async function countAndTag(
  ctx: MutationCtx,
  { document, scope, args, after }: Save,
  documentId: Id<"documents">,
): Promise<void> {
  const isNew = document === null || document.state.kind === "empty";
  const chunks = after.total.chunks - (document?.chunks ?? 0);
  await addCounts(ctx, scope, { documents: isNew ? 1 : 0, chunks });
  const tagged = { documentId, scope, key: args.key };
  await replaceTags(ctx, tagged, { before: document?.metadata, after: after.metadata });
}

/** A draft as what readers see from now on. */
function shown({ generation, hash, contentHash, bytes, total, title, metadata, importance }: StoredDraft) {
  const state = { kind: "ready" as const, readyAt: Date.now() };
  const content = { generation, hash, contentHash, bytes, chunks: total.chunks, title, metadata, importance };
  return { ...content, state, stampFrom: undefined, next: undefined };
}

type ChunkPlace = {
  documentId: Id<"documents">;
  scope: string;
  args: WriteArgs;
  draft: StoredDraft;
  chunk: NewChunk;
  index: number;
  vectorPlace: VectorPlace | null;
};

async function placeOfVectors(
  ctx: MutationCtx,
  { embedder, chunks }: WriteArgs,
): Promise<VectorPlace | null> {
  const length = chunks.find(({ vector }) => vector !== undefined)?.vector?.length;
  return embedder === undefined || length === undefined ? null : await placeFor(ctx, { embedder, length });
}

async function insertChunk(ctx: MutationCtx, place: ChunkPlace): Promise<void> {
  const { documentId, scope, args, draft, chunk, index } = place;
  const { vector, ...text } = chunk;
  const { generation, importance } = draft;
  const chunkId = await ctx.db.insert("chunks", { documentId, generation, index, ...text });
  await indexChunk(ctx, {
    chunkId,
    documentId,
    generation,
    scope,
    text: findableText(draft.title, text.heading, text.text),
    at: Date.now(),
    ...(importance === undefined ? {} : { importance }),
    ...(args.embedder === undefined ? {} : { embedder: args.embedder }),
    place: place.vectorPlace,
    ...(vector === undefined ? {} : { vector, textHash: await embeddedTextHash(chunkToEmbed(chunk)) }),
  });
}

/** A passage is found by its heading too, and by the title where the heading does not begin with it. */
function findableText(title = "", heading: string, text: string): string {
  return [heading.startsWith(title) ? "" : title, heading, text].filter((line) => line !== "").join("\n");
}

type Written = {
  document: Doc<"documents"> | null;
  documentId: Id<"documents">;
  args: WriteArgs;
  after: StoredDraft;
};

/** Arms what has to follow: the rest of what was replaced, and a look at a draft whose writer may fall silent. */
async function armSweeps(ctx: MutationCtx, { document, documentId, args, after }: Written): Promise<void> {
  if (document !== null && leavesRest(document, after, args.final)) {
    await armSweep(ctx, "document", { delayMs: 0, target: documentId });
  }
  const isOpened = args.generation === undefined || args.failure !== undefined;
  if (!args.final && isOpened) await armSweep(ctx, "drafts", { delayMs: DRAFT_SILENT_MS });
}

/** True when this write leaves chunks behind that no reader sees: the replaced generation, or an abandoned draft. */
function leavesRest(before: Doc<"documents">, after: StoredDraft, isFinal: boolean): boolean {
  const hasReplaced = isFinal && before.chunks > 0;
  const hasAbandoned = before.next !== undefined && before.next.generation !== after.generation;
  return hasReplaced || hasAbandoned;
}
