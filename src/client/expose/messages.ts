import type { RegisteredMutation, RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import { vMessage, type Message } from "../../validators/message.js";
import { type Page, type PageRequest, vPage, vPageRequest } from "../../validators/page.js";
import { vStreamChunk, vStreamState } from "../../validators/stream.js";
import type { FollowedStream } from "../streams.js";
import { mutation, query, type DoorsOf } from "./door.js";
import { vOptionalNumber, vText } from "./shapes.js";

export type ExposedMessages = {
  /** A thread's messages, or those of one turn, newest first; a row in state `streaming` names the stream to follow. */
  listMessages: RegisteredQuery<
    "public",
    { threadId: string; turn?: number } & PageRequest,
    Promise<Page<Message>>
  >;
  getMessage: RegisteredQuery<"public", { messageId: string }, Promise<Message>>;
  /** The text of one part, from 0 or the piece before on: up to 4 MiB, and the next `cursor` where more follows. */
  readMessage: RegisteredQuery<
    "public",
    { messageId: string; part: number; cursor?: number },
    Promise<{ text: string; cursor: number | null }>
  >;
  /** For the thread's owners, and for writers of their own. A call goes with its results. */
  removeMessage: RegisteredMutation<"public", { messageId: string }, Promise<{ removed: number }>>;
  /** The chunks of a stream of this thread, from `after` on; a stream of another thread is not found. */
  followStream: RegisteredQuery<
    "public",
    { threadId: string; streamId: string; after: number },
    Promise<FollowedStream>
  >;
};

const vOne = { messageId: vText };

export const messageDoors: DoorsOf<ExposedMessages> = {
  listMessages: query(
    { threadId: vText, turn: vOptionalNumber, ...vPageRequest },
    vPage(vMessage),
    ({ memory, ctx }, args) => memory.messages.list(ctx, args),
  ),
  getMessage: query(vOne, vMessage, ({ memory, ctx }, args) => memory.messages.get(ctx, args)),
  readMessage: query(
    { ...vOne, part: v.number(), cursor: vOptionalNumber },
    v.object({ text: vText, cursor: v.union(v.number(), v.null()) }),
    ({ memory, ctx }, args) => memory.messages.readPiece(ctx, args),
  ),
  removeMessage: mutation(vOne, v.object({ removed: v.number() }), ({ memory, ctx }, args) =>
    memory.messages.remove(ctx, args),
  ),
  followStream: query(
    { threadId: vText, streamId: vText, after: v.number() },
    v.object({
      state: vStreamState,
      messageId: vText,
      chunks: v.array(vStreamChunk),
      more: v.boolean(),
    }),
    ({ memory, ctx }, args) => memory.streams.follow(ctx, args),
  ),
};
