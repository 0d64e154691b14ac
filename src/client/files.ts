import type { ComponentApi } from "../component/_generated/component.js";
import type { File, FileAcceptance } from "../validators/file.js";
import type { Page } from "../validators/page.js";
import type { Caller } from "../validators/principal.js";
import type { ActionCtx, MutationCtx, QueryCtx } from "./ctx.js";

/** Files that messages hold. Stored once per content and user, kept while a message holds them. */
export class FilesClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * An address to which one file can be posted within an hour; the answer to the post holds the `storageId`. What is
   * never registered is removed after a day. Each call gives a new address; throws nothing of its own.
   *
   * @example const url = await memory.as(principal).files.createUploadUrl(ctx);
   */
  async createUploadUrl(ctx: MutationCtx): Promise<string> {
    return await ctx.runMutation(this.component.files.createUploadUrl, { caller: this.caller });
  }

  /**
   * Makes an upload a file of the caller. The same bytes give the same file (`deduplicated`). A file that no message
   * holds is removed after a day. What `accept` does not take is refused, by the size and by both types, the named
   * one and the one it was posted with; it is removed after a day. Safe to retry. Throws `FILE_NOT_FOUND`,
   * `FILE_TOO_LARGE` and `FILE_TYPE_REFUSED`.
   *
   * @example
   * const accept = { mediaTypes: ["image/*", "application/pdf"], maxBytes: 5_000_000 };
   * await memory.as(principal).files.register(ctx, { storageId, accept });
   */
  async register(
    ctx: MutationCtx,
    args: { storageId: string; name?: string; mediaType?: string; accept?: FileAcceptance },
  ): Promise<{ fileId: string; deduplicated: boolean }> {
    return await ctx.runMutation(this.component.files.register, { ...args, caller: this.caller });
  }

  /**
   * Stores bytes as a file of the caller, from an action; at most 12 MiB. The same bytes give the same file
   * (`deduplicated`). A file that no message holds is removed after a day. Safe to retry. Throws `INVALID_ARGUMENT`.
   *
   * @example const { fileId } = await memory.as(principal).files.store(ctx, { bytes, mediaType: "image/png" });
   */
  async store(
    ctx: ActionCtx,
    args: { bytes: ArrayBuffer; mediaType: string; name?: string },
  ): Promise<{ fileId: string; deduplicated: boolean }> {
    return await ctx.runAction(this.component.files.store, { ...args, caller: this.caller });
  }

  /**
   * A file with an address to read it from; whoever has the address can read it. A file that someone else attached is
   * found by the message that holds it, for whoever may read its thread. Throws `FILE_NOT_FOUND`.
   */
  async get(ctx: QueryCtx, args: { fileId: string; messageId?: string }): Promise<File> {
    return await ctx.runQuery(this.component.files.get, { ...args, caller: this.caller });
  }

  /** The caller's files, newest first, in pages of at most 200 (20 unless named). Throws `INVALID_ARGUMENT`. */
  async list(ctx: QueryCtx, args: { cursor: string | null; limit?: number }): Promise<Page<File>> {
    return await ctx.runQuery(this.component.files.list, { ...args, caller: this.caller });
  }

  /** Removes a file that no message holds. Throws `FILE_IN_USE` and `FILE_NOT_FOUND`. */
  async remove(ctx: MutationCtx, args: { fileId: string }): Promise<null> {
    return await ctx.runMutation(this.component.files.remove, { ...args, caller: this.caller });
  }
}
