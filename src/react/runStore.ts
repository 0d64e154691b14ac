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
/** A store that a run is shown from; `end` is there while it is watched. */
type Part<Snapshot> = { store: WatchingStore<Snapshot>; end: (() => void) | null };

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
  #calls: { runId: string; part: Part<PagedSnapshot<ToolCall>> } | null = null;
  #waiting: Part<QuerySnapshot<WaitingCall[]>> | null = null;

  constructor(
    private readonly client: WatchClient,
    private readonly api: Reads,
    which: WhichRun,
  ) {
    super({ run: null, toolCalls: NONE, waiting: NONE, isLoading: true, error: undefined });
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
    this.#leave(this.#calls?.part);
    this.#leave(this.#waiting);
  }

  /** Another run of the thread has other calls; one that waits for nothing has none that wait. */
  readonly #onRun = (): void => {
    const run = this.#run.getSnapshot().result ?? null;
    const isWaiting = run?.waiting !== undefined && run.waiting.approvals + run.waiting.results > 0;
    if (this.#calls?.runId !== run?.runId) {
      this.#leave(this.#calls?.part);
      this.#calls = null;
    }
    if (this.#calls === null || !isWaiting) {
      this.#leave(this.#waiting);
      this.#waiting = null;
    }
    if (run !== null) this.#follow(run.runId, isWaiting);
    this.#publish();
  };

  #follow(runId: string, isWaiting: boolean): void {
    this.#calls ??= { runId, part: { store: this.#callsOf(runId), end: null } };
    this.#watch(this.#calls.part);
    if (isWaiting) this.#watch((this.#waiting ??= { store: this.#waitingOf(runId), end: null }));
  }

  #watch<Snapshot>(part: Part<Snapshot>): void {
    if (this.isWatched) part.end ??= part.store.subscribe(() => this.#publish());
  }

  #leave(part: Part<unknown> | null | undefined): void {
    part?.end?.();
    if (part) part.end = null;
  }

  #callsOf(runId: string): PagedStore<ToolCall> {
    const args = { runId, limit: PAGE_CALLS };
    const query = this.api.listToolCalls;
    return new PagedStore(this.client, { query, args, order: BY_PLACE, pages: CALL_PAGES });
  }

  #waitingOf(runId: string): QueryStore<RunApi["listWaiting"]> {
    return new QueryStore(this.client, { query: this.api.listWaiting, args: { runId } });
  }

  #publish(): void {
    const run = this.#run.getSnapshot();
    const calls = this.#calls?.part.store.getSnapshot() ?? NO_CALLS;
    const waiting = this.#waiting?.store.getSnapshot() ?? NOTHING_WAITS;
    const error = run.error ?? calls.error ?? waiting.error;
    this.publish({
      run: run.result ?? null,
      toolCalls: calls.items,
      waiting: waiting.result ?? NONE,
      isLoading: run.result === undefined && error === undefined,
      error,
    });
  }
}
