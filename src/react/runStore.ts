import type { Run, ToolCall, WaitingCall } from "../validators/run.js";
import { PagedStore, type PagedSnapshot } from "./pagedStore.js";
import { QueryStore, type QuerySnapshot } from "./queryStore.js";
import type { PublicQuery } from "./references.js";
import type { RunApi, WhichRun } from "./runApi.js";
import { WatchingStore, type WatchClient } from "./watchingStore.js";

/** A run as it is shown. `error` is what a query threw: the run is gone, or not this user's. */
export type RunSnapshot = {
  run: Run | null;
  toolCalls: readonly ToolCall[];
  waiting: readonly WaitingCall[];
  isLoading: boolean;
  error?: Error;
};

/** Calls of a page, and pages that are watched: a run of a thousand calls is shown whole. */
const PAGE_CALLS = 200;
const CALL_PAGES = 5;

const NONE: readonly never[] = [];
const NO_CALLS: PagedSnapshot<ToolCall> = { items: NONE, isLoading: false, canLoadMore: false };
const NOTHING_WAITS: QuerySnapshot<readonly WaitingCall[]> = { result: NONE };
const BY_PLACE = {
  idOf: ({ step }: ToolCall) => `${step}`,
  compare: (left: ToolCall, right: ToolCall) => left.step - right.step,
};

type Reads = Pick<RunApi, "getRun" | "getRunById" | "listToolCalls" | "listWaiting">;
type Stored<Snapshot> = { store: WatchingStore<Snapshot>; end: () => void };

/**
 * Follows a run without a framework: its state, its tool calls, and, while there are any, the calls that wait.
 *
 * @example
 * const store = new RunStore(client, api.chat, { threadId });
 * const stop = store.subscribe(() => draw(store.getSnapshot().run?.state));
 */
export class RunStore extends WatchingStore<RunSnapshot> {
  readonly #run: QueryStore<PublicQuery<Record<string, string>, Run | null>>;
  #end = () => {};
  #parts: { runId: string; calls: Stored<PagedSnapshot<ToolCall>> } | null = null;
  #waiting: Stored<QuerySnapshot<WaitingCall[]>> | null = null;

  constructor(
    private readonly client: WatchClient,
    private readonly api: Reads,
    which: WhichRun,
  ) {
    super({ run: null, toolCalls: NONE, waiting: NONE, isLoading: true });
    const query: PublicQuery<Record<string, string>, Run | null> = "runId" in which
      ? api.getRunById
      : api.getRun;
    this.#run = new QueryStore(client, { query, args: which });
  }

  protected start(): void {
    this.#end = this.#run.subscribe(this.#onRun);
    this.#onRun();
  }

  protected stop(): void {
    this.#end();
    this.#unfollow();
  }

  /** Another run of the thread has other calls; one that waits for nothing has none that wait. */
  readonly #onRun = (): void => {
    const { result: run } = this.#run.getSnapshot();
    if (run?.runId !== this.#parts?.runId) this.#unfollow();
    if (this.isWatched && run !== undefined && run !== null) this.#follow(run);
    this.#publish();
  };

  #follow(run: Run): void {
    const { runId, waiting } = run;
    this.#parts ??= { runId, calls: this.#watch(this.#callsOf(runId)) };
    const waits = waiting !== undefined && waiting.approvals + waiting.results > 0;
    if (waits) this.#waiting ??= this.#watch(this.#waitingOf(runId));
    else this.#endWaiting();
  }

  #watch<Snapshot>(store: WatchingStore<Snapshot>): Stored<Snapshot> {
    return { store, end: store.subscribe(() => this.#publish()) };
  }

  #callsOf(runId: string): PagedStore<ToolCall> {
    const args = { runId, limit: PAGE_CALLS };
    const query = this.api.listToolCalls;
    return new PagedStore(this.client, { query, args, order: BY_PLACE, pages: CALL_PAGES });
  }

  #waitingOf(runId: string): QueryStore<RunApi["listWaiting"]> {
    return new QueryStore(this.client, { query: this.api.listWaiting, args: { runId } });
  }

  #unfollow(): void {
    this.#parts?.calls.end();
    this.#parts = null;
    this.#endWaiting();
  }

  #endWaiting(): void {
    this.#waiting?.end();
    this.#waiting = null;
  }

  #publish(): void {
    const run = this.#run.getSnapshot();
    const calls = this.#parts?.calls.store.getSnapshot() ?? NO_CALLS;
    const waiting = this.#waiting?.store.getSnapshot() ?? NOTHING_WAITS;
    const error = run.error ?? calls.error ?? waiting.error;
    const next: RunSnapshot = {
      run: run.result ?? null,
      toolCalls: calls.items,
      waiting: waiting.result ?? NONE,
      isLoading: run.result === undefined && error === undefined,
      ...(error === undefined ? {} : { error }),
    };
    if (!isSame(this.getSnapshot(), next)) this.publish(next);
  }
}

const isSame = (left: RunSnapshot, right: RunSnapshot): boolean =>
  left.run === right.run &&
  left.toolCalls === right.toolCalls &&
  left.waiting === right.waiting &&
  left.isLoading === right.isLoading &&
  left.error === right.error;
