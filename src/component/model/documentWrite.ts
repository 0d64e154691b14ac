import { chunkToEmbed, embeddedTextHash } from "../../shared/embeddedText.js";
import { DOCUMENT_MAX_BYTES } from "../../shared/limits.js";
import { scopeOf } from "../../shared/scope.js";
import { utf8Bytes } from "../../shared/utf8.js";
import type { DocumentWrite, NewChunk } from "../../validators/document.js";
import { memoryError } from "../../validators/errors.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { addCounts } from "./counts.js";
import { checkWrite, type WriteArgs } from "./documentChecks.js";
import { documentNotFound, findByKey } from "./documentReads.js";
import { recordUsage } from "./ledger.js";
import { placeFor, type VectorPlace } from "./embeddingSlots.js";
import { indexChunk } from "./recallIndex.js";
import { armSweep } from "./sweeps.js";

/** A generation that is being written, with what it holds so far. */
type Draft = NonNullable<Doc<"documents">["next"]>;

/**
 * Writes one page of a document's next generation. Readers see the old one, whole, until the `final` page moves the
 * pointer in the same write. A page that was written before is passed over, so every call is safe to retry; a first
 * page with the stored hash writes nothing. A first write reads the document's row and nothing per chunk.
 */
export async function write(ctx: MutationCtx, args: WriteArgs): Promise<DocumentWrite> {
  checkWrite(args);
  const scope = scopeOf(args.caller, args.scope);
  const document = await findByKey(ctx, scope, args.key);
  if (document !== null && isWritten(document, args)) {
    const kind = args.generation === undefined ? "unchanged" : "ready";
    return { kind, documentId: document._id, generation: document.generation };
  }
  const draft = args.generation === undefined ? openDraft(document, args) : continueDraft(document, args);
  const fresh = freshChunks(draft, args);
  const after = withChunks(draft, fresh);
  const documentId = await saveDocument(ctx, { document, scope, args, after });
  const vectorPlace = await placeOfVectors(ctx, args);
  for (const [index, chunk] of fresh.entries()) {
    await insertChunk(ctx, {
      documentId,
      scope,
      args,
      draft,
      chunk,
      index: draft.chunks + index,
      vectorPlace,
    });
  }
  if (args.usage !== undefined && fresh.length > 0 && args.caller !== "system") {
    await recordUsage(ctx, { ...args.usage, ...args.caller });
  }
  if (document !== null && leavesRest(document, after, args.final)) {
    await armSweep(ctx, "document", { delayMs: 0, target: documentId });
  }
  return { kind: args.final ? "ready" : "open", documentId, generation: after.generation };
}

/** True when readers see this very content already. */
function isWritten(document: Doc<"documents">, { hash, generation }: WriteArgs): boolean {
  const isCurrent = generation === undefined || generation === document.generation;
  return document.state.kind === "ready" && document.hash === hash && isCurrent;
}

/** The draft that a first page opens; one of the same content is taken up where it was left. */
function openDraft(document: Doc<"documents"> | null, args: WriteArgs): Draft {
  if (args.offset !== 0) {
    throw memoryError("INVALID_ARGUMENT", "A later page names the `generation` that the first one gave.", {
      offset: args.offset,
    });
  }
  if (document?.next?.hash === args.hash) return document.next;
  const { hash, bytes, title, metadata } = args;
  return {
    generation: Math.max(document?.generation ?? 0, document?.next?.generation ?? 0) + 1,
    hash,
    bytes,
    chunks: 0,
    written: 0,
    ...(title === undefined ? {} : { title }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function continueDraft(document: Doc<"documents"> | null, { key, generation, hash }: WriteArgs): Draft {
  if (document === null) throw documentNotFound({ key });
  const { next } = document;
  if (next !== undefined && next.generation === generation && next.hash === hash) return next;
  throw memoryError(
    "DOCUMENT_REPLACED",
    "A newer write of this document has begun: start again if yours is newer.",
    {
      key,
      generation: generation ?? 0,
    },
  );
}

/** The chunks of the page that are not there yet. */
function freshChunks(draft: Draft, { offset, chunks }: WriteArgs): NewChunk[] {
  if (offset <= draft.chunks) return chunks.slice(draft.chunks - offset);
  throw memoryError("INVALID_ARGUMENT", "The chunks before `offset` are missing: write pages in order.", {
    offset,
    written: draft.chunks,
  });
}

function withChunks(draft: Draft, fresh: NewChunk[]): Draft {
  const written = fresh.reduce((sum, { text }) => sum + utf8Bytes(text), draft.written);
  if (written <= DOCUMENT_MAX_BYTES) return { ...draft, chunks: draft.chunks + fresh.length, written };
  throw memoryError("DOCUMENT_INVALID", "The document is too long: split it.", {
    maxBytes: DOCUMENT_MAX_BYTES,
  });
}

type Save = { document: Doc<"documents"> | null; scope: string; args: WriteArgs; after: Draft };

/** One write of the document's row: the draft grows, or becomes what readers see. */
async function saveDocument(
  ctx: MutationCtx,
  { document, scope, args, after }: Save,
): Promise<Id<"documents">> {
  const { generation, hash, bytes, chunks, title, metadata } = after;
  const empty = { generation: 0, hash: "", bytes: 0, chunks: 0, state: { kind: "empty" as const } };
  const ready = { kind: "ready" as const, readyAt: Date.now() };
  const content = args.final
    ? { generation, hash, bytes, chunks, title, metadata, state: ready, next: undefined }
    : { ...(document === null ? empty : {}), next: after };
  if (args.final) {
    const isNew = document === null || document.state.kind === "empty";
    await addCounts(ctx, scope, { documents: isNew ? 1 : 0, chunks: chunks - (document?.chunks ?? 0) });
  }
  if (document === null)
    return await ctx.db.insert("documents", { ...empty, ...content, scope, key: args.key });
  await ctx.db.patch("documents", document._id, content);
  return document._id;
}

type ChunkPlace = {
  documentId: Id<"documents">;
  scope: string;
  args: WriteArgs;
  draft: Draft;
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
  const { vector, heading, text, tokens } = chunk;
  const { generation } = draft;
  const chunkId = await ctx.db.insert("chunks", { documentId, generation, index, heading, text, tokens });
  await indexChunk(ctx, {
    chunkId,
    documentId,
    generation,
    scope,
    text: findableText(draft.title, heading, text),
    at: Date.now(),
    ...(args.embedder === undefined ? {} : { embedder: args.embedder }),
    place: place.vectorPlace,
    ...(vector === undefined ? {} : { vector, textHash: await embeddedTextHash(chunkToEmbed(chunk)) }),
  });
}

/** A passage is found by its heading too, and by the title where the heading does not begin with it. */
function findableText(title = "", heading: string, text: string): string {
  return [heading.startsWith(title) ? "" : title, heading, text].filter((line) => line !== "").join("\n");
}

/** True when this write leaves chunks behind that no reader sees: the replaced generation, or an abandoned draft. */
function leavesRest(before: Doc<"documents">, after: Draft, isFinal: boolean): boolean {
  const hasReplaced = isFinal && before.chunks > 0;
  const hasAbandoned = before.next !== undefined && before.next.generation !== after.generation;
  return hasReplaced || hasAbandoned;
}
