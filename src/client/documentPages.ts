import { canonicalJson, hashText } from "../shared/canonicalJson.js";
import { chunkMarkdown } from "../shared/chunkMarkdown.js";
import {
  CHUNK_MAX_TOKENS,
  DOCUMENT_MAX_BYTES,
  DOCUMENT_WRITE_MAX_BYTES,
  DOCUMENT_WRITE_MAX_CHUNKS,
  TITLE_MAX_BYTES,
  VECTOR_DIMENSIONS,
} from "../shared/limits.js";
import { documentHash } from "../shared/documentHash.js";
import { estimateTokens } from "../shared/tokens.js";
import { cutToBytes, utf8Bytes } from "../shared/utf8.js";
import type { NewChunk } from "../validators/documentWrite.js";
import { memoryError } from "../validators/errors.js";
import type { Embed } from "./embed.js";

/** What the caller wants stored. */
export type DocumentSource = {
  key: string;
  /** Markdown, MDX or plain text: as a string, or as the bytes of a file. */
  text: string | Uint8Array | ArrayBuffer;
  title?: string;
  /**
   * JSON text of your own, 16 KiB at most. Keys of the object that hold a text, a number or a boolean can be filtered
   * by, 64 of them at most.
   */
  metadata?: string;
  /** From 0 to 1: how much its passages count in a recall beside others. Absent: as any other. */
  importance?: number;
  /** How to cut it: `maxTokens` of a chunk, 220 unless told, at most 1,500. */
  chunk?: { maxTokens?: number };
  embed?: Embed;
};

/** A document ready to write: its content hash covers everything that its chunks depend on, its hash the rest too. */
export type PreparedDocument = {
  title?: string;
  hash: string;
  contentHash: string;
  bytes: number;
  total: { chunks: number; bytes: number };
  chunks: NewChunk[];
};

/** Raised when the same text would give other chunks: stored documents are then written anew. */
const CHUNKER = "markdown-2";
const BYTES_PER_NUMBER = 8;
const WIDEST_VECTOR = Math.max(...VECTOR_DIMENSIONS);
const HEADING_SEPARATOR = " › ";

/** Reads, checks, cuts and hashes a document. DOCUMENT_INVALID for what is no text or too long. */
export async function prepareDocument(source: DocumentSource): Promise<PreparedDocument> {
  const text = readText(source);
  const bytes = utf8Bytes(text);
  if (bytes > DOCUMENT_MAX_BYTES)
    throw invalid(source.key, `has ${bytes} bytes, more than ${DOCUMENT_MAX_BYTES}`);
  const { maxTokens } = source.chunk ?? {};
  if (maxTokens !== undefined && maxTokens > CHUNK_MAX_TOKENS) {
    throw memoryError("INVALID_ARGUMENT", `\`chunk.maxTokens\` may be ${CHUNK_MAX_TOKENS} at most.`, {
      maxTokens,
    });
  }
  const cut = chunkMarkdown(text, { maxTokens });
  const found = cut[0]?.headingPath[0];
  const title = source.title ?? (found === undefined ? undefined : cutToBytes(found, TITLE_MAX_BYTES));
  const { metadata, importance, embed } = source;
  const basis = {
    chunker: CHUNKER,
    maxTokens,
    text,
    title,
    embedder: embed?.name,
    dimensions: embed?.dimensions,
  };
  const chunks = cut.map(({ headingPath, joint, text: words }) => ({
    heading: cutToBytes(headingPath.join(HEADING_SEPARATOR), TITLE_MAX_BYTES),
    text: words,
    tokens: estimateTokens(words),
    ...(joint === "\n\n" ? {} : { joint }),
  }));
  const contentHash = await hashText(canonicalJson(basis));
  return {
    ...(title === undefined ? {} : { title }),
    hash: await documentHash({ contentHash, metadata, importance }),
    contentHash,
    bytes,
    total: {
      chunks: chunks.length,
      bytes: chunks.reduce((sum, chunk) => sum + utf8Bytes(chunk.text), 0),
    },
    chunks,
  };
}

/** The text of a document, which must be valid UTF-8 without NUL: what else a file may hold is no text. */
function readText({ key, text }: DocumentSource): string {
  const read = typeof text === "string" ? text : decode(key, text);
  if (read.includes("\0")) throw invalid(key, "holds NUL characters, so it is a binary file");
  if (/\p{Surrogate}/u.test(read)) throw invalid(key, "holds half of a character, so it is no valid Unicode");
  return read;
}

/** Without types `undefined` comes here: decoded as an empty text, it would empty the document. */
function decode(key: string, bytes: Uint8Array | ArrayBuffer | undefined): string {
  if (bytes === undefined) throw invalid(key, "has no text");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(key, "is no valid UTF-8");
  }
}

const invalid = (key: string, reason: string) =>
  memoryError("DOCUMENT_INVALID", `The document ${reason}: leave it out or convert it.`, { key });

/** The chunks in groups that one write takes, whatever the length of their vectors. */
export function pagesOf(chunks: NewChunk[], embed?: Embed): NewChunk[][] {
  const vectorBytes = embed === undefined ? 0 : (embed.dimensions ?? WIDEST_VECTOR) * BYTES_PER_NUMBER;
  const pages: NewChunk[][] = [];
  let page: NewChunk[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    const added = utf8Bytes(chunk.text) + utf8Bytes(chunk.heading) + vectorBytes;
    if (
      page.length === DOCUMENT_WRITE_MAX_CHUNKS ||
      (page.length > 0 && bytes + added > DOCUMENT_WRITE_MAX_BYTES)
    ) {
      pages.push(page);
      page = [];
      bytes = 0;
    }
    page.push(chunk);
    bytes += added;
  }
  return [...pages, page];
}
