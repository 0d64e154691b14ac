import { checkName, checkMetadata, checkTitle } from "../../shared/checkedArguments.js";
import {
  CHUNK_MAX_BYTES,
  DOCUMENT_MAX_BYTES,
  DOCUMENT_WRITE_MAX_BYTES,
  DOCUMENT_WRITE_MAX_CHUNKS,
  TITLE_MAX_BYTES,
} from "../../shared/limits.js";
import { utf8Bytes } from "../../shared/utf8.js";
import { checkVectors } from "../../shared/vectors.js";
import type { NewChunk } from "../../validators/document.js";
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
  hash: string;
  bytes: number;
  embedder?: string;
  offset: number;
  chunks: NewChunk[];
  final: boolean;
  generation?: number;
  /** What embedding this page cost: recorded with it, once. */
  usage?: Usage;
};

const BYTES_PER_NUMBER = 8;

/** Refuses a page before anything of it is written. */
export function checkWrite(args: WriteArgs): void {
  const { chunks, offset, embedder } = args;
  checkName("key", args.key);
  checkName("hash", args.hash);
  checkName("embedder", embedder);
  checkTitle(args.title);
  checkMetadata(args.metadata);
  checkSize("bytes", args.bytes, DOCUMENT_MAX_BYTES);
  if (!Number.isInteger(offset) || offset < 0)
    throw invalid("`offset` must be an integer from 0.", { offset });
  if (chunks.length > DOCUMENT_WRITE_MAX_CHUNKS) {
    throw invalid(`One write takes ${DOCUMENT_WRITE_MAX_CHUNKS} chunks: send the rest with the next.`, {
      chunks: chunks.length,
    });
  }
  const vectors = chunks.flatMap(({ vector }) => (vector === undefined ? [] : [vector]));
  if (vectors.length > 0 && embedder === undefined)
    throw invalid("Vectors need the name of their `embedder`.");
  if (vectors.length > 0) checkVectors(vectors);
  const numbers = vectors.reduce((sum, vector) => sum + vector.length, 0);
  checkSize("chunks", chunks.reduce(addChunkBytes, numbers * BYTES_PER_NUMBER), DOCUMENT_WRITE_MAX_BYTES);
}

function addChunkBytes(sum: number, { text, heading, tokens }: NewChunk): number {
  if (!Number.isInteger(tokens) || tokens < 0) throw invalid("`tokens` must be an integer from 0.");
  const bytes = utf8Bytes(text);
  const headingBytes = utf8Bytes(heading);
  checkSize("text", bytes, CHUNK_MAX_BYTES);
  checkSize("heading", headingBytes, TITLE_MAX_BYTES);
  return sum + bytes + headingBytes;
}

/** A size within its limit; DOCUMENT_INVALID when the document, or a part of it, is too large. */
function checkSize(field: string, bytes: number, maxBytes: number): void {
  if (!Number.isInteger(bytes) || bytes < 0)
    throw invalid(`\`${field}\` must be an integer from 0.`, { field });
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
