// Live queries: each distinct one runs once for all its watchers, and again only when a commit touched what it read.
import type { JSONValue } from "convex/values";
import type { DocumentWrite } from "./documents.js";
import type { Engine } from "./engine.js";
import type { Identity } from "./execution.js";
import { identityKey } from "./identity.js";
import type { StateModification } from "./protocol.js";
import { callPublic, type WireFailure } from "./publicCalls.js";
import { writeTouchesRead, type ReadInterval } from "./readSets.js";

export type SubscriptionStats = {
  /** Application queries run for watchers. */
  queryRuns: number;
  /** Messages that told a client of a new state. */
  transitions: number;
  /** Commits that changed rows. */
  commits: number;
  /** Times a write to a watched table was found not to matter. */
  runsAvoided: number;
  /** Distinct live queries now. */
  liveQueries: number;
  connections: number;
};

export type QueryState = { journal: string | null } & (
  { ok: true; value: JSONValue } | { ok: false; failure: WireFailure }
);

/** How a client is told of a query's state. */
export function toModification(queryId: number, { journal, ...state }: QueryState): StateModification {
  const common = { queryId, logLines: [], journal };
  if (state.ok) return { type: "QueryUpdated", value: state.value, ...common };
  const { message: errorMessage, data: errorData } = state.failure;
  return { type: "QueryFailed", errorMessage, errorData, ...common };
}

export type WatchedQuery = {
  path: string;
  args: JSONValue;
  identity: Identity | null;
  journal: string | null;
};

/** One distinct live query. */
export class Subscription {
  readonly watchers = new Set<object>();
  /** Counts the states that differed, so that each watcher knows which one it has. */
  version = 0;
  state: QueryState | null = null;
  isStale = true;
  running: Promise<void> | null = null;
  reads: ReadInterval[] = [];
  serialized = "";

  constructor(
    readonly key: string,
    readonly query: WatchedQuery,
  ) {}
}

function tableKey({ componentPath, table }: { componentPath: string; table: string }): string {
  return `${componentPath}|${table}`;
}

export class Subscriptions {
  readonly #engine: Engine;
  readonly #live = new Map<string, Subscription>();
  readonly #byTable = new Map<string, Set<Subscription>>();
  readonly #notify: (watcher: object) => void;
  readonly stats = { queryRuns: 0, transitions: 0, commits: 0, runsAvoided: 0 };

  constructor(engine: Engine, notify: (watcher: object) => void) {
    this.#engine = engine;
    this.#notify = notify;
    engine.onCommit((writes) => this.#invalidate(writes));
  }

  get liveQueries(): number {
    return this.#live.size;
  }

  watch(watcher: object, query: WatchedQuery): Subscription {
    const key = JSON.stringify([query.path, query.args, identityKey(query.identity), query.journal]);
    let subscription = this.#live.get(key);
    if (subscription === undefined) {
      subscription = new Subscription(key, query);
      this.#live.set(key, subscription);
    }
    subscription.watchers.add(watcher);
    return subscription;
  }

  unwatch(watcher: object, subscription: Subscription): void {
    subscription.watchers.delete(watcher);
    if (subscription.watchers.size > 0) return;
    this.#setReads(subscription, []);
    this.#live.delete(subscription.key);
  }

  /** Runs the query, or joins the run under way. */
  refresh(subscription: Subscription): Promise<void> {
    subscription.running ??= this.#run(subscription).finally(() => {
      subscription.running = null;
    });
    return subscription.running;
  }

  async #run(subscription: Subscription): Promise<void> {
    subscription.isStale = false;
    this.stats.queryRuns++;
    // Commits during the run are checked against what it turns out to have read.
    const meanwhile: DocumentWrite[] = [];
    const stopListening = this.#engine.onCommit((writes) => meanwhile.push(...writes));
    const { path, args, identity, journal } = subscription.query;
    const outcome = await callPublic(this.#engine, {
      kind: "query",
      path,
      args,
      identity,
      journal: subscription.state?.journal ?? journal,
    }).finally(stopListening);
    const reads = outcome.root.reads ?? [];
    if (subscription.watchers.size > 0) this.#setReads(subscription, reads);
    if (meanwhile.some((write) => reads.some((read) => writeTouchesRead(write, read))))
      subscription.isStale = true;
    this.#keep(
      subscription,
      outcome.ok
        ? { ok: true, value: outcome.value, journal: outcome.root.journal }
        : { ok: false, failure: outcome.failure, journal: outcome.root.journal },
    );
  }

  #keep(subscription: Subscription, state: QueryState): void {
    const serialized = JSON.stringify(state.ok ? state.value : state.failure);
    if (subscription.state === null || serialized !== subscription.serialized) subscription.version++;
    subscription.serialized = serialized;
    subscription.state = state;
  }

  #setReads(subscription: Subscription, reads: ReadInterval[]): void {
    for (const read of subscription.reads) this.#byTable.get(tableKey(read))?.delete(subscription);
    subscription.reads = reads;
    for (const read of reads) {
      const key = tableKey(read);
      const readers = this.#byTable.get(key);
      if (readers === undefined) this.#byTable.set(key, new Set([subscription]));
      else readers.add(subscription);
    }
  }

  #invalidate(writes: DocumentWrite[]): void {
    this.stats.commits++;
    const touched = new Set<object>();
    for (const write of writes) {
      for (const subscription of this.#byTable.get(tableKey(write)) ?? []) {
        if (subscription.isStale) continue;
        if (!subscription.reads.some((read) => writeTouchesRead(write, read))) {
          this.stats.runsAvoided++;
          continue;
        }
        subscription.isStale = true;
        for (const watcher of subscription.watchers) touched.add(watcher);
      }
    }
    for (const watcher of touched) this.#notify(watcher);
  }
}
