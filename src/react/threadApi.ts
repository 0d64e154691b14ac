import type { FunctionReference } from "convex/server";
import type { Message } from "../validators/message.js";
import type { Run } from "../validators/run.js";
import type { StreamChunk, StreamState } from "../validators/stream.js";

/** A page of messages, newest first; `cursor` is `null` when nothing follows. */
export type MessagePage = { page: Message[]; cursor: string | null };

/** A stream from some chunk on; `more` says that another page is there already. */
export type StreamPage = { state: StreamState; messageId: string; chunks: StreamChunk[]; more: boolean };

type Query<Args extends Record<string, unknown>, Returns> = FunctionReference<
  "query",
  "public",
  Args,
  Returns
>;

/** The app's functions that the hooks call, as `memory.exposeApi` makes them. */
export type ThreadApi = {
  listMessages: Query<{ threadId: string; cursor: string | null; limit?: number }, MessagePage>;
  followStream: Query<{ threadId: string; streamId: string; after: number }, StreamPage>;
  getRun: Query<{ threadId: string }, Run | null>;
};
