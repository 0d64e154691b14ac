import type { FunctionReference, FunctionReturnType } from "convex/server";
import type { ConvexReactClient } from "convex/react";
import type { ThreadMessage } from "../parts/uiMessages.js";
import { isMemoryError } from "../validators/errors.js";
import type { Run } from "../validators/run.js";
import type { ThreadApi } from "./threadApi.js";
import {
  createView,
  EMPTY_THREAD,
  reduceThread,
  streamsToFollow,
  type ThreadEvent,
  type ThreadState,
} from "./threadState.js";

/** What of a Convex client a thread needs: `ConvexReactClient` has it. */
export type ThreadClient = Pick<ConvexReactClient, "query" | "watchQuery">;

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

export type ThreadStoreOptions = { threadId: string; limit?: number };

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
export class ThreadStore {
  readonly #listeners = new Set<() => void>();
  readonly #view = createView();
  #state: ThreadState = EMPTY_THREAD;
  #snapshot: ThreadSnapshot = { messages: [], run: null, isLoading: true, canLoadMore: false };
  #error: Error | undefined;
  #stops: (() => void)[] = [];
  #streams = new Map<string, Watched>();
  #loading: Promise<void> | null = null;

  constructor(
    private readonly client: ThreadClient,
    private readonly api: ThreadApi,
    private readonly options: ThreadStoreOptions,
  ) {}

  /** Calls `listener` after each change; the function that it returns ends that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  /** The thread as it is known; the same object until something changes. */
  getSnapshot = (): ThreadSnapshot => this.#snapshot;

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
    const { threadId, limit = DEFAULT_PAGE_MESSAGES } = this.options;
    return { threadId, limit };
  }

  #start(): void {
    const { threadId } = this.options;
    const newest = { ...this.#page(), cursor: null };
    this.#stops = [
      this.#watch(this.api.listMessages, newest, (page) => this.#dispatch({ kind: "recentPage", ...page })),
      this.#watch(this.api.getRun, { threadId }, (run) => this.#dispatch({ kind: "run", run })),
    ];
  }

  #stop(): void {
    for (const stop of [...this.#stops, ...[...this.#streams.values()].map(({ stop }) => stop)]) stop();
    this.#stops = [];
    this.#streams.clear();
  }

  /** Watches a query and hands on each of its results, the one that is there already too. */
  #watch<Query extends FunctionReference<"query">>(
    query: Query,
    args: Query["_args"],
    onResult: (result: FunctionReturnType<Query>) => void,
  ): () => void {
    const watch = this.client.watchQuery(query, args);
    const read = (): void => {
      let result: FunctionReturnType<Query> | undefined;
      try {
        result = watch.localQueryResult();
      } catch (error) {
        return this.#fail(error);
      }
      if (result !== undefined) onResult(result);
    };
    const stop = watch.onUpdate(read);
    read();
    return stop;
  }

  #dispatch(event: ThreadEvent): void {
    const before = this.#state;
    this.#state = reduceThread(before, event);
    if (this.#state === before) return;
    if (event.kind === "recentPage") this.#error = undefined;
    if (this.#listeners.size > 0) this.#followStreams();
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
    const stop = this.#watch(this.api.followStream, args, (page) =>
      this.#dispatch({ kind: "streamPage", streamId, page }),
    );
    before?.stop();
    // A page that was there already has moved the cursor on, so another watch has taken this one's place.
    if (this.#streams.get(streamId) === next) next.stop = stop;
    else stop();
  }

  /** A stream that is gone has been swept: its message is there, or comes with the next page. */
  #fail(error: unknown): void {
    if (isMemoryError(error, "STREAM_NOT_FOUND")) return;
    this.#error = error instanceof Error ? error : new TypeError(String(error));
    this.#publish();
  }

  #publish(): void {
    const { recent, cursor, run } = this.#state;
    this.#snapshot = {
      messages: this.#view(this.#state),
      run,
      isLoading: recent === null && this.#error === undefined,
      canLoadMore: cursor !== null,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
    for (const listener of [...this.#listeners]) listener();
  }
}
