import type { ComponentApi } from "../component/_generated/component.js";
import { chunkToEmbed } from "../shared/embeddedText.js";
import type { Chunk, Document, DocumentWrite, NewChunk } from "../validators/document.js";
import type { Caller, ScopeKind } from "../validators/principal.js";
import type { Usage } from "../validators/usage.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";
import { pagesOf, prepareDocument, type DocumentSource, type PreparedDocument } from "./documentPages.js";
import { embedUnknown, type Embed } from "./embed.js";

/** Where a document lives: with the user, with an agent (`agentName` of the principal), or with the tenant. */
export type DocumentScope = Exclude<ScopeKind, "thread">;

/** What a put did. `chunks` is what the document holds now. */
export type PutResult = {
  kind: "unchanged" | "written";
  documentId: string;
  generation: number;
  chunks: number;
};

type Writing = {
  args: DocumentSource & { scope: DocumentScope };
  prepared: PreparedDocument;
  begun: Document["writing"];
};

type PageRequest = { cursor: string | null; limit?: number };

/** Documents that agents search and cite. */
export class DocumentsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Stores a text under its key: cut at headings, embedded when `embed` is given, searchable when it returns. An
   * unchanged document costs one query. A changed one is replaced at once: readers see the old text whole, then the
   * new. Safe to retry: it goes on where it stopped and embeds nothing twice. At most 32 MiB; `metadata` is JSON text.
   *
   * Throws `DOCUMENT_INVALID` for binary, invalid or too long text, `EMBEDDING_FAILED`, `DOCUMENT_REPLACED` when
   * another put of the same key began meanwhile, or `INVALID_ARGUMENT`. Nothing of it is visible then.
   *
   * @example await memory.as(principal).documents.put(ctx, { scope: "tenant", key: "guide.md", text, embed });
   */
  async put(ctx: MutationCtx, args: DocumentSource & { scope: DocumentScope }): Promise<PutResult> {
    const prepared = await prepareDocument(args);
    const stored = await this.get(ctx, { scope: args.scope, key: args.key });
    if (stored?.state.kind === "ready" && stored.hash === prepared.hash) {
      const { documentId, generation, chunks } = stored;
      return { kind: "unchanged", documentId, generation, chunks };
    }
    const begun = stored?.writing?.hash === prepared.hash ? stored.writing : undefined;
    const { documentId, generation } = await this.writePages(ctx, { args, prepared, begun });
    return { kind: "written", documentId, generation, chunks: prepared.chunks.length };
  }

  /** Embeds and writes page after page; `begun` is what an interrupted put left. */
  private async writePages(ctx: MutationCtx, { args, prepared, begun }: Writing): Promise<DocumentWrite> {
    const { scope, key, metadata, embed } = args;
    const { chunks, ...content } = prepared;
    const embedder = embed?.name;
    let offset = begun?.chunks ?? 0;
    let generation = begun?.generation;
    const pages = pagesOf(chunks.slice(offset), embed);
    const last = pages.pop() ?? [];
    const write = async (page: NewChunk[], final: boolean): Promise<DocumentWrite> =>
      await ctx.runMutation(this.component.documents.write, {
        caller: this.caller,
        scope,
        key,
        metadata,
        ...content,
        embedder,
        ...(await this.embedPage(ctx, page, embed)),
        offset,
        final,
        generation,
      });
    for (const page of pages) {
      ({ generation } = await write(page, false));
      offset += page.length;
    }
    return await write(last, true);
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

  /** Documents of a scope by key, in pages of at most 200 (20 unless named). Throws `INVALID_ARGUMENT`. */
  async list(
    ctx: QueryCtx,
    args: { scope: DocumentScope } & PageRequest,
  ): Promise<{ page: Document[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.documents.list, { ...args, caller: this.caller });
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
  async listChunks(
    ctx: QueryCtx,
    args: { documentId: string } & PageRequest,
  ): Promise<{ page: Chunk[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.documents.listChunks, { ...args, caller: this.caller });
  }

  /** One chunk, as recall cites it. Throws `DOCUMENT_NOT_FOUND` when the document was replaced or removed since. */
  async getChunk(ctx: QueryCtx, args: { chunkId: string }): Promise<Chunk> {
    return await ctx.runQuery(this.component.documents.getChunk, { ...args, caller: this.caller });
  }

  /**
   * Removes a document at once for every reader; its rows follow in the background. Repeated, it throws
   * `DOCUMENT_NOT_FOUND`, as for every id that is not the caller's.
   */
  async remove(ctx: MutationCtx, args: { documentId: string }): Promise<null> {
    return await ctx.runMutation(this.component.documents.remove, { ...args, caller: this.caller });
  }
}
