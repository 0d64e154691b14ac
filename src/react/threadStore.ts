import type { Preloaded } from "convex/react";
import type { FunctionReference, FunctionReturnType } from "convex/server";
import type { ThreadMessage } from "../parts/uiMessages.js";
import { isMemoryError } from "../validators/errors.js";
import type { Run } from "../validators/run.js";
import { preloadedPage } from "./preloadedPage.js";
import type { ThreadApi } from "./threadApi.js";
import {
  createView,
  EMPTY_THREAD,
  reduceThread,
  streamsToFollow,
  type ThreadEvent,
  type ThreadState,
} from "./threadState.js";
import { toError, watchResults, WatchingStore, type Asked, type MemoryClient } from "./watchingStore.js";

/** What of a Convex client a thread needs: `ConvexReactClient` has it. */
export type ThreadClient = Pick<MemoryClient, "query" | "watchQuery">;

/** Messages of the newest page: a turn with a dozen tool steps and its prompt. */
const DEFAULT_PAGE_MESSAGES = 40;

/** A thread as it is shown. `error` is what a query threw: the thread is gone, or not this user's. */
export type ThreadSnapshot = {
  messages: ThreadMessage[];
  run: Run | null;
  isLoading: boolean;
  canLoadMore: boolean;
  error?: Error;
};

export type ThreadStoreOptions = {
  threadId: string;
  /** Messages of a page, 40 unless told or preloaded. */
  limit?: number;
  /** The newest page as a server read it: what is known from the beginning. One of another thread counts for nothing. */
  preloaded?: Preloaded<ThreadApi["listMessages"]>;
};

type View = ReturnType<typeof createView>;

/** A query that is being watched: `stop` ends it. */
type Watched = { after: number; stop: () => void };

/**
 * Follows one thread without a framework: the newest page and the run live, streams while they are written, older
 * pages when asked for. It watches from the first listener on until the last has gone; what it knows stays.
 *
 * @example
 * const store = new ThreadStore(client, api.chat, { threadId });
 * const stop = store.subscribe(() => draw(store.getSnapshot().messages));
 */
export class ThreadStore extends WatchingStore<ThreadSnapshot> {
  readonly #view: View;
  #state: ThreadState;
  /** What watched queries have thrown, until they give a result or are watched no more. */
  readonly #errors = new Map<symbol, Error>();
  #stops: (() => void)[] = [];
  #streams = new Map<string, Watched>();
  #loading: Promise<void> | null = null;
  #limit: number;

  constructor(
    private readonly client: ThreadClient,
    private readonly api: ThreadApi,
    private readonly options: ThreadStoreOptions,
  ) {
    const preloaded = preloadedPage(options.preloaded, options.threadId);
    const state =
      preloaded === null
        ? EMPTY_THREAD
        : reduceThread(EMPTY_THREAD, { kind: "recentPage", ...preloaded.page });
    const view = createView();
    super(snapshotOf(state, view));
    this.#view = view;
    this.#state = state;
    this.#limit = options.limit ?? preloaded?.limit ?? DEFAULT_PAGE_MESSAGES;
  }

  /** Loads the page before the oldest message. One at a time: a call meanwhile waits for the same page. */
  loadMore = (): Promise<void> => {
    const { cursor } = this.#state;
    if (cursor === null) return Promise.resolve();
    this.#loading ??= this.#loadPage(cursor).finally(() => (this.#loading = null));
    return this.#loading;
  };

  async #loadPage(cursor: string): Promise<void> {
    const page = await this.client.query(this.api.listMessages, { ...this.#page(), cursor });
    this.#dispatch({ kind: "olderPage", after: cursor, ...page });
  }

  #page(): { threadId: string; limit: number } {
    return { threadId: this.options.threadId, limit: this.#limit };
  }

  protected start(): void {
    const { threadId } = this.options;
    const { listMessages, getRun } = this.api;
    const newest = { query: listMessages, args: { ...this.#page(), cursor: null } };
    this.#stops = [
      this.#watch(newest, (page) => this.#dispatch({ kind: "recentPage", ...page })),
      this.#watch({ query: getRun, args: { threadId } }, (run) => this.#dispatch({ kind: "run", run })),
    ];
  }

  protected stop(): void {
    for (const stop of [...this.#stops, ...[...this.#streams.values()].map(({ stop }) => stop)]) stop();
    this.#stops = [];
    this.#streams.clear();
  }

  #watch<Query extends FunctionReference<"query">>(
    asked: Asked<Query>,
    onResult: (result: FunctionReturnType<Query>) => void,
  ): () => void {
    const key = Symbol("watched");
    const stop = watchResults(this.client, asked, {
      onResult: (result) => {
        const hadFailed = this.#errors.delete(key);
        onResult(result);
        if (hadFailed) this.#publish();
      },
      onError: (error) => {
        // A stream that is gone has been swept: its message is there, or comes with the next page.
        if (isMemoryError(error, "STREAM_NOT_FOUND")) return;
        this.#errors.set(key, toError(error));
        this.#publish();
      },
    });
    return () => {
      stop();
      this.#errors.delete(key);
    };
  }

  #dispatch(event: ThreadEvent): void {
    const before = this.#state;
    this.#state = reduceThread(before, event);
    if (this.#state === before) return;
    if (this.isWatched) this.#followStreams();
    this.#publish();
  }

  /** Follows what is being written, each stream from its cursor; the next part is asked for before the last ends. */
  #followStreams(): void {
    const { threadId } = this.options;
    const wanted = new Map(streamsToFollow(this.#state).map(({ streamId, after }) => [streamId, after]));
    for (const [streamId, watched] of this.#streams)
      if (!wanted.has(streamId)) {
        watched.stop();
        this.#streams.delete(streamId);
      }
    for (const [streamId, after] of wanted)
      if (this.#streams.get(streamId)?.after !== after) this.#follow({ threadId, streamId, after });
  }

  #follow(args: { threadId: string; streamId: string; after: number }): void {
    const { streamId, after } = args;
    const before = this.#streams.get(streamId);
    const next: Watched = { after, stop: () => {} };
    this.#streams.set(streamId, next);
    const stop = this.#watch({ query: this.api.followStream, args }, (page) =>
      this.#dispatch({ kind: "streamPage", streamId, page }),
    );
    before?.stop();
    // A page that was there already has moved the cursor on, so another watch has taken this one's place.
    if (this.#streams.get(streamId) === next) next.stop = stop;
    else stop();
  }

  #publish(): void {
    const [error] = this.#errors.values();
    this.publish(snapshotOf(this.#state, this.#view, error));
  }
}

function snapshotOf(state: ThreadState, view: View, error?: Error): ThreadSnapshot {
  const { recent, cursor, run } = state;
  return {
    messages: view(state),
    run,
    isLoading: recent === null && error === undefined,
    canLoadMore: cursor !== null,
    error,
  };
}
