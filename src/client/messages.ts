import type { ComponentApi } from "../component/_generated/component.js";
import type { Part } from "../validators/content.js";
import type { Message } from "../validators/message.js";
import type { NewMessage, Place } from "../validators/messageWrite.js";
import type { Page } from "../validators/page.js";
import type { Caller } from "../validators/principal.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";
import type { ClientSettings } from "./settings.js";

type TextPiece = { text: string; cursor: number | null };

/** What was said in a thread, in the order (turn, step). */
export class MessagesClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
    private readonly settings: ClientSettings,
  ) {}

  /**
   * Writes 1 to 200 messages at the thread's end, at most 8 MiB together and 7 MiB each, in one transaction. Each
   * prompt opens a turn; what follows it in the same call stands in that turn. With `operationId` it is safe to retry
   * for 24 h: the same messages give the same places, others throw `OPERATION_MISMATCH`. Throws `THREAD_NOT_FOUND`,
   * `FORBIDDEN`, `PROMPT_EMPTY`, `INVALID_ARGUMENT`, `MESSAGE_TOO_LARGE`, `FILE_NOT_FOUND`.
   *
   * @example
   * await memory.as(principal).messages.append(ctx, {
   *   threadId,
   *   messages: [{ role: "user", parts: [{ type: "text", text: "Where is Oslo?" }] }],
   * });
   */
  async append(
    ctx: MutationCtx,
    args: { threadId: string; messages: NewMessage[]; operationId?: string },
  ): Promise<{ places: Place[] }> {
    const hooks = await this.settings.handles();
    return await ctx.runMutation(this.component.messages.append, { ...args, ...hooks, caller: this.caller });
  }

  /**
   * A page of messages in the order of their places, or from the end with `desc` (the default), of one `turn` or of
   * all: at most 200 (20 unless named), fewer when they are long. Bodies over 16 KiB come as previews with `payload` set; `read` gives
   * them whole. Throws `THREAD_NOT_FOUND`, and `INVALID_ARGUMENT` for a cursor of another list.
   */
  async list(
    ctx: QueryCtx,
    {
      order = "desc",
      ...args
    }: {
      threadId: string;
      turn?: number;
      cursor: string | null;
      limit?: number;
      order?: "asc" | "desc";
    },
  ): Promise<Page<Message>> {
    return await ctx.runQuery(this.component.messages.list, { ...args, order, caller: this.caller });
  }

  /** A message by its id, live in a query. Throws `MESSAGE_NOT_FOUND`. */
  async get(ctx: QueryCtx, args: { messageId: string }): Promise<Message> {
    return await ctx.runQuery(this.component.messages.get, { ...args, caller: this.caller });
  }

  /**
   * The whole text of one part, however long: the text of words and reasoning, the JSON text of a tool's input or
   * output. One call for each 4 MiB. Throws `MESSAGE_NOT_FOUND`, and `INVALID_ARGUMENT` for a part without text.
   *
   * @example const output = await memory.as(principal).messages.read(ctx, { messageId, part: 0 });
   */
  async read(ctx: QueryCtx, args: { messageId: string; part: number }): Promise<string> {
    const texts: string[] = [];
    for (let cursor: number | null = 0; cursor !== null;) {
      const piece: TextPiece = await this.readPiece(ctx, { ...args, cursor });
      texts.push(piece.text);
      cursor = piece.cursor;
    }
    return texts.join("");
  }

  /**
   * The text of one part as `read` gives it, from its start or the `cursor` of the piece before on: up to 4 MiB. The
   * answer's `cursor` is `null` at the end. Throws as `read`, and `INVALID_ARGUMENT` for a cursor that is none.
   */
  async readPiece(
    ctx: QueryCtx,
    { cursor = 0, ...args }: { messageId: string; part: number; cursor?: number },
  ): Promise<TextPiece> {
    return await ctx.runQuery(this.component.messages.read, { ...args, cursor, caller: this.caller });
  }

  /**
   * Replaces the parts or the metadata of a message, and what recall finds of it. Owners may change any message,
   * writers their own. Previews are refused: read long parts whole first. Safe to retry. Throws `MESSAGE_NOT_FOUND`,
   * `FORBIDDEN`, `RUN_ACTIVE` while its run is under way, `INVALID_ARGUMENT`, `MESSAGE_TOO_LARGE`, `PROMPT_EMPTY`.
   */
  async update(
    ctx: MutationCtx,
    args: { messageId: string; parts?: Part[]; metadata?: string },
  ): Promise<void> {
    await ctx.runMutation(this.component.messages.update, { ...args, caller: this.caller });
  }

  /**
   * Removes a message, and the rest of its tool group: a call goes with its results. Returns how many were removed.
   * For owners, and for writers of their own messages. Throws `MESSAGE_NOT_FOUND` (also when repeated), `FORBIDDEN`,
   * `RUN_ACTIVE` while its run is under way.
   */
  async remove(ctx: MutationCtx, args: { messageId: string }): Promise<{ removed: number }> {
    return await ctx.runMutation(this.component.messages.remove, { ...args, caller: this.caller });
  }
}
