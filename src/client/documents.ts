import type { ComponentApi } from "../component/_generated/component.js";
import { canonicalJson } from "../shared/canonicalJson.js";
import { chunkToEmbed } from "../shared/embeddedText.js";
import type { Chunk, ChunkSpan, Document, DocumentFilter } from "../validators/document.js";
import type { DocumentWrite, NewChunk } from "../validators/documentWrite.js";
import { memoryError } from "../validators/errors.js";
import type { Page, PageRequest } from "../validators/page.js";
import { wellFormed } from "../shared/wellFormed.js";
import type { Caller, ScopeKind } from "../validators/principal.js";
import type { Usage } from "../validators/usage.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";
import { pagesOf, prepareDocument, type DocumentSource, type PreparedDocument } from "./documentPages.js";
import { embedUnknown, type Embed } from "./embed.js";

/** Where a document lives: with the user, with an agent (`agentName` of the principal), or with the tenant. */
export type DocumentScope = Exclude<ScopeKind, "thread">;

/**
 * What a put did. `chunks` is what the document holds now. `updated`: the text was there already, and only metadata or
 * importance were changed.
 */
export type PutResult = {
  kind: "unchanged" | "updated" | "written";
  documentId: string;
  generation: number;
  chunks: number;
};

type Putting = { args: DocumentSource & { scope: DocumentScope }; prepared: PreparedDocument };
type DraftPlace = { offset: number; generation?: number; documentId?: string };

/** Documents that agents search and cite. */
export class DocumentsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Stores a text under its key: cut at headings, embedded when `embed` is given, searchable when it returns. An
   * unchanged document costs one query; where only metadata or importance changed, nothing is embedded. A changed text
   * is replaced at once: readers see the old one whole, then the new. Safe to retry: it goes on where it stopped and
   * embeds nothing twice. At most 32 MiB; a text without words is a document without chunks.
   *
   * Throws `DOCUMENT_INVALID` for binary, invalid or too long text, `EMBEDDING_FAILED`, `DOCUMENT_REPLACED` when
   * another put of the same key began meanwhile, `DOCUMENT_NOT_FOUND` when it was removed meanwhile, or
   * `INVALID_ARGUMENT`. Nothing of it is visible then; `list` says what failed.
   *
   * @example await memory.as(principal).documents.put(ctx, { scope: "tenant", key: "guide.md", text, embed });
   */
  async put(ctx: MutationCtx, args: DocumentSource & { scope: DocumentScope }): Promise<PutResult> {
    const prepared = await prepareDocument(args);
    const stored = await this.get(ctx, { scope: args.scope, key: args.key });
    if (stored?.state.kind === "ready" && stored.contentHash === prepared.contentHash)
      return await this.describe(ctx, { args, prepared }, stored);
    const begun = stored?.writing?.hash === prepared.hash ? stored : null;
    const { documentId, generation } = await this.writePages(ctx, { args, prepared }, placeIn(begun));
    return { kind: "written", documentId, generation, chunks: prepared.chunks.length };
  }

  /** Puts a text that is stored already: at most what is said about it changes. */
  private async describe(
    ctx: MutationCtx,
    { args, prepared }: Putting,
    stored: Document,
  ): Promise<PutResult> {
    const { documentId, generation, chunks, contentHash, hash } = stored;
    if (hash === prepared.hash) return { kind: "unchanged", documentId, generation, chunks };
    const { metadata = null, importance = null } = args;
    const change = { documentId, metadata, importance, contentHash };
    await ctx.runMutation(this.component.documents.update, { ...change, caller: this.caller });
    return { kind: "updated", documentId, generation, chunks };
  }

  /** Embeds and writes page after page, from where an interrupted put left off. */
  private async writePages(ctx: MutationCtx, putting: Putting, place: DraftPlace): Promise<DocumentWrite> {
    const pages = pagesOf(putting.prepared.chunks.slice(place.offset), putting.args.embed);
    const last = pages.pop() ?? [];
    for (const page of pages) {
      const { generation, documentId } = await this.writePage(ctx, putting, { ...place, page, final: false });
      place = { offset: place.offset + page.length, generation, documentId };
    }
    return await this.writePage(ctx, putting, { ...place, page: last, final: true });
  }

  private async writePage(
    ctx: MutationCtx,
    { args, prepared }: Putting,
    { page, ...place }: DraftPlace & { page: NewChunk[]; final: boolean },
  ): Promise<DocumentWrite> {
    const { scope, key, metadata, importance, embed } = args;
    const { chunks: _, hash: _hash, ...content } = prepared;
    const written = {
      scope,
      key,
      metadata,
      importance,
      ...content,
      embedder: embed?.name,
      caller: this.caller,
    };
    const write = (embedded: { chunks: NewChunk[]; final: boolean; failure?: string; usage?: Usage }) =>
      ctx.runMutation(this.component.documents.write, { ...written, ...place, ...embedded });
    let embedded: { chunks: NewChunk[]; usage?: Usage };
    try {
      embedded = await this.embedPage(ctx, page, embed);
    } catch (error) {
      // Whoever looks at the list shall see why; but what went wrong first is what the caller has to know.
      const failure = wellFormed(error instanceof Error ? error.message : String(error));
      await write({ chunks: [], final: false, failure }).catch(() => undefined);
      throw error;
    }
    return await write({ ...embedded, final: place.final });
  }

  private async embedPage(
    ctx: QueryCtx,
    page: NewChunk[],
    embed: Embed | undefined,
  ): Promise<{ chunks: NewChunk[]; usage?: Usage }> {
    if (embed === undefined || page.length === 0) return { chunks: page };
    const known = { ctx, component: this.component };
    const { vectors, usage } = await embedUnknown(known, embed, page.map(chunkToEmbed));
    return { chunks: page.map((chunk, index) => ({ ...chunk, vector: vectors[index] })), usage };
  }

  /** The document under a key, or null. A document of state `empty` is still being written for the first time. */
  async get(ctx: QueryCtx, args: { scope: DocumentScope; key: string }): Promise<Document | null> {
    return await ctx.runQuery(this.component.documents.get, { ...args, caller: this.caller });
  }

  /**
   * Documents of a scope by key, in pages of at most 200 (20 unless named). `writing` shows the write in progress of
   * each, live: how much of how much, whether it failed, and whether its writer fell silent for 35 minutes. What nobody
   * took up again within a day is removed.
   *
   * `filter` gives those whose metadata holds every key with exactly that value; a page may hold fewer than asked
   * although more follow. `writing: true` gives those that are being written, the longest silent first. Throws
   * `INVALID_ARGUMENT`.
   *
   * @example const { page } = await documents.list(ctx, { scope: "tenant", filter: { kind: "guide" }, cursor: null });
   */
  async list(
    ctx: QueryCtx,
    args: { scope: DocumentScope; filter?: DocumentFilter; writing?: boolean } & PageRequest,
  ): Promise<Page<Document>> {
    const filter = args.filter === undefined ? undefined : filterText(args.filter);
    return await ctx.runQuery(this.component.documents.list, { ...args, filter, caller: this.caller });
  }

  /** How many documents and chunks a scope holds. Reads one row. */
  async count(ctx: QueryCtx, args: { scope: DocumentScope }): Promise<{ documents: number; chunks: number }> {
    return await ctx.runQuery(this.component.documents.count, { ...args, caller: this.caller });
  }

  /** The distinct headings of a document in order, at most 200. Throws `DOCUMENT_NOT_FOUND`. */
  async outline(ctx: QueryCtx, args: { scope: DocumentScope; key: string }): Promise<{ headings: string[] }> {
    return await ctx.runQuery(this.component.documents.outline, { ...args, caller: this.caller });
  }

  /**
   * Chunks of a document in order. A cursor from before a replace throws `INVALID_ARGUMENT`: start again with null.
   * Throws `DOCUMENT_NOT_FOUND`.
   */
  async listChunks(ctx: QueryCtx, args: { documentId: string } & PageRequest): Promise<Page<Chunk>> {
    return await ctx.runQuery(this.component.documents.listChunks, { ...args, caller: this.caller });
  }

  /** One chunk, as recall cites it. Throws `DOCUMENT_NOT_FOUND` when the document was replaced or removed since. */
  async getChunk(ctx: QueryCtx, args: { chunkId: string }): Promise<Chunk> {
    return await ctx.runQuery(this.component.documents.getChunk, { ...args, caller: this.caller });
  }

  /**
   * Chunks with their neighbours (1 on each side unless told, at most 5) as contiguous texts of the current document:
   * what overlaps or touches is one span. At most 16 ids; those that were replaced or removed since, or are not the
   * caller's, are passed over. Throws `INVALID_ARGUMENT`.
   *
   * @example const { spans } = await documents.readAround(ctx, { chunkIds: hits.map(({ sourceId }) => sourceId) });
   */
  async readAround(
    ctx: QueryCtx,
    { chunkIds, neighbours = 1 }: { chunkIds: string[]; neighbours?: number },
  ): Promise<{ spans: ChunkSpan[] }> {
    const args = { chunkIds, neighbours, caller: this.caller };
    return await ctx.runQuery(this.component.documents.readAround, args);
  }

  /**
   * Changes metadata or importance without touching a chunk or a vector; null takes one away. Safe to retry. Filters
   * see it at once; a new importance reaches documents of more than 100 chunks within moments. Throws
   * `DOCUMENT_NOT_FOUND`, also while a document is being written for the first time, and `INVALID_ARGUMENT`.
   */
  async update(
    ctx: MutationCtx,
    args: { documentId: string; metadata?: string | null; importance?: number | null },
  ): Promise<null> {
    return await ctx.runMutation(this.component.documents.update, { ...args, caller: this.caller });
  }

  /**
   * Removes a document at once for every reader; its rows follow in the background. Repeated, it throws
   * `DOCUMENT_NOT_FOUND`, as for every id that is not the caller's.
   */
  async remove(ctx: MutationCtx, args: { documentId: string }): Promise<null> {
    return await ctx.runMutation(this.component.documents.remove, { ...args, caller: this.caller });
  }
}

/** Where to go on with a document whose write was interrupted; at its start when there is none. */
function placeIn(begun: Document | null): DraftPlace {
  if (begun?.writing === undefined) return { offset: 0 };
  const { written, generation } = begun.writing;
  return { offset: written.chunks, generation, documentId: begun.documentId };
}

/** A filter as the component takes it: keys may be any text, which no object of Convex allows. */
export function filterText(filter: DocumentFilter): string {
  const odd = Object.entries(filter).find(([, value]) => !isPlain(value));
  if (odd === undefined) return canonicalJson(filter);
  throw memoryError("INVALID_ARGUMENT", "`filter` compares with texts, finite numbers and booleans.", {
    field: "filter",
    key: wellFormed(odd[0]),
  });
}

const isPlain = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
