import type { Preloaded } from "convex/react";
import type { ThreadMessage } from "../parts/uiMessages.js";
import type { Run } from "../validators/run.js";
import { keyOf } from "./references.js";
import type { ThreadApi } from "./threadApi.js";
import { ThreadStore, type ThreadSnapshot } from "./threadStore.js";
import { useMade, useSnapshot } from "./useStore.js";

export type UseThreadArgs = {
  threadId: string;
  /** Messages of a page, 40 unless told or preloaded; the newest page is live. */
  limit?: number;
  /** The newest page as `preloadQuery` of `convex/nextjs` gave it: shown at once, by a server too. */
  preloaded?: Preloaded<ThreadApi["listMessages"]>;
};

export type UseThreadResult = {
  /**
   * In order; a message has one id from when it is first shown, a prompt that is on its way and the first chunk of an
   * answer alike, and stays the same object until it changes. `metadata.messageId` is the id of its row.
   */
  messages: ThreadMessage[];
  /** The thread's active run, else its last; `null` until one is known. */
  run: Run | null;
  /** True until the newest page is there. */
  isLoading: boolean;
  /** Loads the page before the oldest message. Nothing happens where there is none; rejects when the query fails. */
  loadMore: () => Promise<void>;
  canLoadMore: boolean;
};

const SKIPPED: ThreadSnapshot = { messages: [], run: null, isLoading: false, canLoadMore: false };
const loadNothing = () => Promise.resolve();

/**
 * A thread, live: its pages joined with the answers that are being written. `"skip"` for no thread yet. Throws while
 * rendering what the queries throw, such as `THREAD_NOT_FOUND`: catch it with an error boundary.
 *
 * @example
 * const { messages, run, loadMore, canLoadMore } = useThread(api.chat, { threadId });
 * return messages.map((message) => <Bubble key={message.id} message={message} />);
 *
 * @example
 * // A server component preloads the newest page: const preloaded = await preloadQuery(api.chat.listMessages, {
 * //   threadId, cursor: null, limit: 40 }, { token });
 * const { messages } = useThread(api.chat, { threadId, preloaded });
 */
export function useThread(api: ThreadApi, args: UseThreadArgs | "skip"): UseThreadResult {
  const key = keyOf(
    [api.listMessages, api.followStream, api.getRun],
    args === "skip" ? null : [args.threadId, args.limit],
  );
  const store = useMade(key, (client) => (args === "skip" ? null : new ThreadStore(client, api, args)));
  const { messages, run, isLoading, canLoadMore } = useSnapshot(store, SKIPPED);
  return { messages, run, isLoading, canLoadMore, loadMore: store?.loadMore ?? loadNothing };
}
