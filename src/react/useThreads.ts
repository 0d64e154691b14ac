import type { Page, PageRequest } from "../validators/page.js";
import type { ThreadStatus } from "../validators/thread.js";
import type { ListOrder } from "./pagedState.js";
import type { ItemOf, PublicQuery } from "./references.js";
import { usePaged } from "./usePaged.js";

/** The fields by which threads are listed. */
export type ListedThread = { threadId: string; lastActivityAt: number };

/** The app's functions that `useThreads` calls, as `memory.exposeApi` makes them. */
export type ThreadsApi = {
  listThreads: PublicQuery<PageRequest & { status?: ThreadStatus }, Page<ListedThread>>;
};

export type UseThreadsArgs = {
  /** Threads of a page, 20 unless told. */
  limit?: number;
  /** Active or archived ones alone; all unless told. */
  status?: ThreadStatus;
};

export type UseThreadsResult<Api extends ThreadsApi> = {
  /** Newest activity first; a thread stays the same object until it changes. */
  threads: readonly ItemOf<Api["listThreads"]>[];
  /** True until the first page is there. */
  isLoading: boolean;
  /** Loads the page behind the last, and keeps it live. Nothing happens where there is none. */
  loadMore: () => Promise<void>;
  canLoadMore: boolean;
};

const DEFAULT_PAGE_THREADS = 20;

const newestActivityFirst: ListOrder<ListedThread> = {
  idOf: ({ threadId }) => threadId,
  compare: (left, right) => right.lastActivityAt - left.lastActivityAt,
};

/**
 * The caller's threads, live: all loaded pages follow what happens, and a thread that something happens in moves to the
 * top, without being there twice. `"skip"` for none. Throws while rendering what the query throws.
 *
 * @example
 * const { threads, loadMore, canLoadMore } = useThreads(api.chat, { status: "active" });
 * return threads.map(({ threadId, title }) => <Link key={threadId} to={threadId}>{title ?? "New thread"}</Link>);
 */
export function useThreads<Api extends ThreadsApi>(
  api: Api,
  args: UseThreadsArgs | "skip" = {},
): UseThreadsResult<Api> {
  const asked = args === "skip" ? null : { limit: args.limit ?? DEFAULT_PAGE_THREADS, status: args.status };
  const { items, ...list } = usePaged<ItemOf<Api["listThreads"]>>(
    api.listThreads,
    asked === null ? null : { args: asked, order: newestActivityFirst },
  );
  return {
    threads: items,
    isLoading: list.isLoading,
    loadMore: list.loadMore,
    canLoadMore: list.canLoadMore,
  };
}
