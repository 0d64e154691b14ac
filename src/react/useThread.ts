import { useConvex } from "convex/react";
import { getFunctionName } from "convex/server";
import { useMemo, useSyncExternalStore } from "react";
import type { ThreadMessage } from "../parts/uiMessages.js";
import type { Run } from "../validators/run.js";
import type { ThreadApi } from "./threadApi.js";
import { ThreadStore, type ThreadSnapshot } from "./threadStore.js";

export type UseThreadArgs = {
  threadId: string;
  /** Messages of a page, 40 by default; the newest page is live. */
  limit?: number;
};

export type UseThreadResult = {
  /** In order; an answer has one id from its first chunk on, and stays the same object until it changes. */
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
const watchNothing = () => () => {};
const loadNothing = () => Promise.resolve();

/**
 * A thread, live: its pages joined with the answers that are being written. `"skip"` for no thread yet. Throws while
 * rendering what the queries throw, such as `THREAD_NOT_FOUND`: catch it with an error boundary.
 *
 * @example
 * const { messages, run, loadMore, canLoadMore } = useThread(api.chat, { threadId });
 * return messages.map((message) => <Bubble key={message.id} message={message} />);
 */
export function useThread(api: ThreadApi, args: UseThreadArgs | "skip"): UseThreadResult {
  const store = useThreadStore(api, args);
  const read = store?.getSnapshot ?? getSkipped;
  const { error, ...thread } = useSyncExternalStore(store?.subscribe ?? watchNothing, read, read);
  if (error !== undefined) throw error;
  return { ...thread, loadMore: store?.loadMore ?? loadNothing };
}

const getSkipped = (): ThreadSnapshot => SKIPPED;

/** One store for each thread; references to functions are new objects each time, so they count by their names. */
function useThreadStore(api: ThreadApi, args: UseThreadArgs | "skip"): ThreadStore | null {
  const client = useConvex();
  const names = [api.listMessages, api.followStream, api.getRun]
    .map((query) => getFunctionName(query))
    .join();
  const threadId = args === "skip" ? null : args.threadId;
  const limit = args === "skip" ? undefined : args.limit;
  return useMemo(
    () => (threadId === null ? null : new ThreadStore(client, api, { threadId, limit })),
    [client, names, threadId, limit],
  );
}
