import type { Page } from "../validators/page.js";
import { noPages, reducePages, type ListOrder, type PagedState } from "./pagedState.js";
import type { PublicQuery } from "./references.js";
import { toError, WatchingStore, type WatchClient } from "./watchingStore.js";

/** A list that is watched, in order. `error` is what one of its pages threw. */
export type PagedSnapshot<Item> = {
  items: readonly Item[];
  isLoading: boolean;
  canLoadMore: boolean;
  error?: Error;
};

export type PagedOptions<Item> = {
  query: PublicQuery<Record<string, unknown>, Page<Item>>;
  /** The arguments besides `cursor`. */
  args: Record<string, unknown>;
  order: ListOrder<Item>;
  /** Pages to load at once; one unless told. */
  pages?: number;
};

type Watched<Item> = { read: () => Page<Item> | undefined; stop: () => void };

/**
 * Follows a list without a framework: all of its loaded pages are live, and joined without a repetition or a gap also
 * while items move from one page to another.
 *
 * @example
 * const store = new PagedStore(client, { query: api.chat.listThreads, args: { limit: 20 }, order });
 * const stop = store.subscribe(() => draw(store.getSnapshot().items));
 */
export class PagedStore<Item> extends WatchingStore<PagedSnapshot<Item>> {
  readonly #watched = new Map<string | null, Watched<Item>>();
  #state: PagedState<Item> = noPages();
  #wanted: number;
  #loaded: { promise: Promise<void>; resolve: () => void } | null = null;

  constructor(
    private readonly client: WatchClient,
    private readonly options: PagedOptions<Item>,
  ) {
    super({ items: [], isLoading: true, canLoadMore: false, error: undefined });
    this.#wanted = options.pages ?? 1;
  }

  /** Loads the page behind the last one, and keeps it live. One at a time: a call meanwhile waits for the same page. */
  loadMore = (): Promise<void> => {
    if (this.#loaded !== null) return this.#loaded.promise;
    if (!this.isWatched || !this.#state.canLoadMore) return Promise.resolve();
    this.#wanted++;
    let resolve = () => {};
    const promise = new Promise<void>((done) => (resolve = done));
    this.#loaded = { promise, resolve };
    this.#read();
    return promise;
  };

  protected start(): void {
    this.#watch(this.#state.cursors);
    this.#read();
  }

  protected stop(): void {
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
    this.#endLoading();
  }

  /** Reads all pages together: the results that a client holds at one time belong together. */
  readonly #read = (): void => {
    if (!this.isWatched) return;
    try {
      this.#settle();
    } catch (error) {
      this.#publish(toError(error));
      return this.#endLoading();
    }
    this.#publish();
    if (this.#state.isSettled) this.#endLoading();
  };

  /** Watches what the pages that are there lead to, until they lead no further. */
  #settle(): void {
    const answers = (cursor: string | null) => this.#watched.get(cursor)?.read();
    for (;;) {
      const { order } = this.options;
      this.#state = reducePages(this.#state, { wanted: this.#wanted, answers, order });
      if (!this.#watch(this.#state.cursors)) break;
    }
    if (this.#state.isSettled) this.#forget(this.#state.cursors);
  }

  #watch(cursors: readonly (string | null)[]): boolean {
    const missing = cursors.filter((cursor) => !this.#watched.has(cursor));
    for (const cursor of missing) {
      const { query, args } = this.options;
      const watch = this.client.watchQuery(query, { ...args, cursor });
      this.#watched.set(cursor, { read: () => watch.localQueryResult(), stop: watch.onUpdate(this.#read) });
    }
    return missing.length > 0;
  }

  /** Ends the watching of pages that begin where none ends any more. */
  #forget(cursors: readonly (string | null)[]): void {
    for (const [cursor, { stop }] of this.#watched)
      if (!cursors.includes(cursor)) {
        stop();
        this.#watched.delete(cursor);
      }
  }

  #endLoading(): void {
    this.#loaded?.resolve();
    this.#loaded = null;
  }

  #publish(error?: Error): void {
    const { items, isKnown, canLoadMore } = this.#state;
    this.publish({ items, isLoading: !isKnown && error === undefined, canLoadMore, error });
  }
}
