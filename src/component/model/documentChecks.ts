import { checkName, checkMetadata, checkTitle } from "../../shared/checkedArguments.js";
import { checkTags } from "../../shared/documentTags.js";
import {
  CHUNK_MAX_BYTES,
  DOCUMENT_MAX_BYTES,
  DOCUMENT_WRITE_MAX_BYTES,
  DOCUMENT_WRITE_MAX_CHUNKS,
  TITLE_MAX_BYTES,
} from "../../shared/limits.js";
import { utf8Bytes } from "../../shared/utf8.js";
import { checkVectors } from "../../shared/vectors.js";
import type { NewChunk } from "../../validators/documentWrite.js";
import { memoryError, type ErrorDetails } from "../../validators/errors.js";
import type { Caller, ScopeKind } from "../../validators/principal.js";
import type { Usage } from "../../validators/usage.js";

/** One page of a document that is being written. */
export type WriteArgs = {
  caller: Caller;
  scope: ScopeKind;
  key: string;
  title?: string;
  metadata?: string;
  importance?: number;
  contentHash: string;
  bytes: number;
  /** What all pages together hold. */
  total: { chunks: number; bytes: number };
  embedder?: string;
  offset: number;
  chunks: NewChunk[];
  final: boolean;
  /** What the first page gave: later pages name both. */
  generation?: number;
  documentId?: string;
  /** Why the writer gives up for now. */
  failure?: string;
  /** What embedding this page cost: recorded with it, once. */
  usage?: Usage;
};

const BYTES_PER_NUMBER = 8;

/** Refuses a page before anything of it is written. */
export function checkWrite(args: WriteArgs): void {
  const { chunks, offset, total } = args;
  checkName("key", args.key);
  checkName("contentHash", args.contentHash);
  checkTitle(args.title);
  checkDescription(args);
  checkSize("bytes", args.bytes, DOCUMENT_MAX_BYTES);
  checkSize("total.bytes", total.bytes, DOCUMENT_MAX_BYTES);
  checkCount("total.chunks", total.chunks);
  checkCount("offset", offset);
  if (chunks.length > DOCUMENT_WRITE_MAX_CHUNKS) {
    throw invalid(`One write takes ${DOCUMENT_WRITE_MAX_CHUNKS} chunks: send the rest with the next.`, {
      chunks: chunks.length,
    });
  }
  checkChunks(args);
}

/** Refuses what an app says about a document beside its text: metadata and importance. */
export function checkDescription({ metadata, importance }: { metadata?: string; importance?: number }): void {
  checkMetadata(metadata);
  checkTags(metadata);
  if (importance === undefined || (importance >= 0 && importance <= 1)) return;
  throw invalid("`importance` must be a number from 0 to 1.", { field: "importance" });
}

function checkChunks({ chunks, embedder }: WriteArgs): void {
  checkName("embedder", embedder);
  const vectors = chunks.flatMap(({ vector }) => (vector === undefined ? [] : [vector]));
  if (vectors.length > 0 && embedder === undefined)
    throw invalid("Vectors need the name of their `embedder`.");
  if (vectors.length > 0) checkVectors(vectors);
  const numbers = vectors.reduce((sum, vector) => sum + vector.length, 0);
  checkSize("chunks", chunks.reduce(addChunkBytes, numbers * BYTES_PER_NUMBER), DOCUMENT_WRITE_MAX_BYTES);
}

function addChunkBytes(sum: number, { text, heading, tokens, joint = "" }: NewChunk): number {
  checkCount("tokens", tokens);
  const bytes = utf8Bytes(text);
  const headingBytes = utf8Bytes(heading);
  checkSize("text", bytes, CHUNK_MAX_BYTES);
  checkSize("heading", headingBytes, TITLE_MAX_BYTES);
  if (/\S/.test(joint) || joint.length > 2)
    throw invalid("`joint` is white space of two characters at most.");
  return sum + bytes + headingBytes;
}

function checkCount(field: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0)
    throw invalid(`\`${field}\` must be an integer from 0.`, { field });
}

/** A size within its limit; DOCUMENT_INVALID when the document, or a part of it, is too large. */
function checkSize(field: string, bytes: number, maxBytes: number): void {
  checkCount(field, bytes);
  if (bytes <= maxBytes) return;
  throw memoryError(
    "DOCUMENT_INVALID",
    `\`${field}\` may have ${maxBytes} bytes at most: split the document.`,
    {
      field,
      bytes,
      maxBytes,
    },
  );
}

const invalid = (message: string, details: ErrorDetails = {}) =>
  memoryError("INVALID_ARGUMENT", message, details);
