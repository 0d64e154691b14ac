import { REASON_MAX_BYTES } from "../../shared/limits.js";
import { cutToBytes, utf8Bytes } from "../../shared/utf8.js";
import type { NewChunk } from "../../validators/documentWrite.js";
import { memoryError } from "../../validators/errors.js";
import type { Doc } from "../_generated/dataModel.js";
import type { WriteArgs } from "./documentChecks.js";
import { documentNotFound } from "./documentReads.js";

type Document = Doc<"documents">;
/** A generation that is being written, with what it holds so far. */
export type StoredDraft = NonNullable<Document["next"]>;

/** The draft that a page is for: the one that stands there, or a new one for a first page of another content. */
export function draftFor(document: Document | null, args: WriteArgs, hash: string): StoredDraft {
  return args.generation === undefined
    ? openDraft(document, args, hash)
    : continueDraft(document, args, hash);
}

/** A draft of the same content is taken up where it was left. */
function openDraft(document: Document | null, args: WriteArgs, hash: string): StoredDraft {
  if (args.offset !== 0) {
    throw memoryError("INVALID_ARGUMENT", "A later page names the `generation` that the first one gave.", {
      offset: args.offset,
    });
  }
  if (document?.next?.hash === hash) return document.next;
  const { contentHash, bytes, total, title, metadata, importance } = args;
  const now = Date.now();
  return {
    generation: (document?.lastGeneration ?? 0) + 1,
    hash,
    contentHash,
    bytes,
    total,
    written: { chunks: 0, bytes: 0 },
    phase: { kind: "writing" },
    startedAt: now,
    updatedAt: now,
    ...(title === undefined ? {} : { title }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(importance === undefined ? {} : { importance }),
  };
}

function continueDraft(document: Document | null, args: WriteArgs, hash: string): StoredDraft {
  const { key, generation, documentId } = args;
  if (document === null) throw documentNotFound({ key });
  const { next, _id } = document;
  const isSame = documentId === undefined || documentId === _id;
  if (isSame && next?.generation === generation && next?.hash === hash) return next;
  throw memoryError(
    "DOCUMENT_REPLACED",
    "A newer write of this document has begun: start again if yours is newer.",
    {
      key,
      generation: generation ?? 0,
    },
  );
}

/** The chunks of a page that are not there yet. */
export function freshChunks({ written }: StoredDraft, { offset, chunks }: WriteArgs): NewChunk[] {
  if (offset <= written.chunks) return chunks.slice(written.chunks - offset);
  throw memoryError("INVALID_ARGUMENT", "The chunks before `offset` are missing: write pages in order.", {
    offset,
    written: written.chunks,
  });
}

/** The draft with a page more. What it holds never passes its total, and is the total when the last page is written. */
export function withPage(draft: StoredDraft, fresh: NewChunk[], args: WriteArgs): StoredDraft {
  const { failure, final } = args;
  const chunks = draft.written.chunks + fresh.length;
  const bytes = fresh.reduce((sum, { text }) => sum + utf8Bytes(text), draft.written.bytes);
  const { total } = draft;
  const isWithin = chunks <= total.chunks && bytes <= total.bytes;
  if (!isWithin || (final && (chunks < total.chunks || bytes < total.bytes))) {
    throw memoryError("INVALID_ARGUMENT", "The chunks are not those that `total` announced.", {
      chunks,
      totalChunks: total.chunks,
      bytes,
      totalBytes: total.bytes,
    });
  }
  const phase: StoredDraft["phase"] =
    failure === undefined
      ? { kind: "writing" }
      : { kind: "failed", reason: cutToBytes(failure, REASON_MAX_BYTES) };
  return { ...draft, written: { chunks, bytes }, phase, updatedAt: Date.now() };
}
