import { PagedStore, type PagedOptions, type PagedSnapshot } from "./pagedStore.js";
import { keyOf } from "./references.js";
import { useMade, useSnapshot } from "./useStore.js";

const SKIPPED: PagedSnapshot<never> = { items: [], isLoading: false, canLoadMore: false };
const loadNothing = () => Promise.resolve();

/** A live list for a hook, or none. */
export function usePaged<Item>(
  query: PagedOptions<Item>["query"],
  options: Omit<PagedOptions<Item>, "query"> | null,
): PagedSnapshot<Item> & { loadMore: () => Promise<void> } {
  const store = useMade(keyOf([query], options?.args), (client) =>
    options === null ? null : new PagedStore<Item>(client, { query, ...options }),
  );
  const snapshot = useSnapshot<PagedSnapshot<Item>>(store, SKIPPED);
  return { ...snapshot, loadMore: store?.loadMore ?? loadNothing };
}
