import type { Message } from "../validators/message.js";
import type { Page } from "../validators/page.js";
import type { Run } from "../validators/run.js";
import type { StreamChunk, StreamState } from "../validators/stream.js";
import type { PublicQuery } from "./references.js";

/** A page of messages, newest first; `cursor` is `null` when nothing follows. */
export type MessagePage = Page<Message>;

/** A stream from some chunk on; `more` says that another page is there already. */
export type StreamPage = { state: StreamState; messageId: string; chunks: StreamChunk[]; more: boolean };

/** The app's functions that the hooks call, as `memory.exposeApi` makes them. */
export type ThreadApi = {
  listMessages: PublicQuery<{ threadId: string; cursor: string | null; limit?: number }, MessagePage>;
  followStream: PublicQuery<{ threadId: string; streamId: string; after: number }, StreamPage>;
  getRun: PublicQuery<{ threadId: string }, Run | null>;
};
