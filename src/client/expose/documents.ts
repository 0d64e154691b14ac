import type { RegisteredAction, RegisteredMutation, RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import {
  vChunk,
  vChunkSpan,
  vDocument,
  type Chunk,
  type ChunkSpan,
  type Document,
  type DocumentFilter,
} from "../../validators/document.js";
import { type Page, type PageRequest, vPage, vPageRequest } from "../../validators/page.js";
import type { DocumentScope, PutResult } from "../documents.js";
import { action, change, query, type DoorsOf } from "./door.js";
import { vOptionalNumber, vOptionalText, vText } from "./shapes.js";

type Keyed = { scope: DocumentScope; key: string };

export type ExposedDocuments = {
  /** Documents of a scope by key; with `writing`, those that are being written, the longest silent first. */
  listDocuments: RegisteredQuery<
    "public",
    { scope: DocumentScope; filter?: DocumentFilter; writing?: boolean } & PageRequest,
    Promise<Page<Document>>
  >;
  getDocument: RegisteredQuery<"public", Keyed, Promise<Document | null>>;
  countDocuments: RegisteredQuery<
    "public",
    { scope: DocumentScope },
    Promise<{ documents: number; chunks: number }>
  >;
  /** The distinct headings of a document in order, at most 200. */
  documentOutline: RegisteredQuery<"public", Keyed, Promise<{ headings: string[] }>>;
  listChunks: RegisteredQuery<"public", { documentId: string } & PageRequest, Promise<Page<Chunk>>>;
  /** One chunk, as recall cites it. */
  getChunk: RegisteredQuery<"public", { chunkId: string }, Promise<Chunk>>;
  /** Up to 16 chunks with what stands around them. */
  readChunksAround: RegisteredQuery<
    "public",
    { chunkIds: string[]; neighbours?: number },
    Promise<{ spans: ChunkSpan[] }>
  >;
  removeDocument: RegisteredMutation<"public", { documentId: string }, Promise<null>>;
  /** Stores a text under its key, embedded where `exposeApi` has `embed`. */
  putDocument: RegisteredAction<
    "public",
    Keyed & {
      text: string;
      title?: string;
      metadata?: string;
      importance?: number;
      chunk?: { maxTokens?: number };
    },
    Promise<PutResult>
  >;
};

const vScope = { scope: v.union(v.literal("user"), v.literal("agent"), v.literal("tenant")) };
const vKeyed = { ...vScope, key: vText };
const vFilter = v.record(v.string(), v.union(v.string(), v.number(), v.boolean()));
const vPut = v.object({
  kind: v.union(v.literal("unchanged"), v.literal("updated"), v.literal("written")),
  documentId: vText,
  generation: v.number(),
  chunks: v.number(),
});

export { vFilter as vDocumentFilter };

export const documentDoors: DoorsOf<ExposedDocuments> = {
  listDocuments: query(
    { ...vScope, filter: v.optional(vFilter), writing: v.optional(v.boolean()), ...vPageRequest },
    vPage(vDocument),
    ({ memory, ctx }, args) => memory.documents.list(ctx, args),
  ),
  getDocument: query(vKeyed, v.union(vDocument, v.null()), ({ memory, ctx }, args) =>
    memory.documents.get(ctx, args),
  ),
  countDocuments: query(
    vScope,
    v.object({ documents: v.number(), chunks: v.number() }),
    ({ memory, ctx }, args) => memory.documents.count(ctx, args),
  ),
  documentOutline: query(vKeyed, v.object({ headings: v.array(vText) }), ({ memory, ctx }, args) =>
    memory.documents.outline(ctx, args),
  ),
  listChunks: query({ documentId: vText, ...vPageRequest }, vPage(vChunk), ({ memory, ctx }, args) =>
    memory.documents.listChunks(ctx, args),
  ),
  getChunk: query({ chunkId: vText }, vChunk, ({ memory, ctx }, args) =>
    memory.documents.getChunk(ctx, args),
  ),
  readChunksAround: query(
    { chunkIds: v.array(vText), neighbours: vOptionalNumber },
    v.object({ spans: v.array(vChunkSpan) }),
    ({ memory, ctx }, args) => memory.documents.readAround(ctx, args),
  ),
  removeDocument: change({ documentId: vText }, ({ memory, ctx }, args) =>
    memory.documents.remove(ctx, args),
  ),
  putDocument: action(
    {
      ...vKeyed,
      text: vText,
      title: vOptionalText,
      metadata: vOptionalText,
      importance: vOptionalNumber,
      chunk: v.optional(v.object({ maxTokens: vOptionalNumber })),
    },
    vPut,
    ({ memory, ctx, embed }, args) => memory.documents.put(ctx, { ...args, embed: embed?.() }),
  ),
};
