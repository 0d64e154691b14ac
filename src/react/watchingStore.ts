import type { ConvexReactClient } from "convex/react";
import type { FunctionReference, FunctionReturnType } from "convex/server";
import { isSameFields } from "./keepSame.js";

/** What of a Convex client a store reads with: `ConvexReactClient` has it. */
export type WatchClient = Pick<ConvexReactClient, "watchQuery">;

/** What of a Convex client is needed to watch and to change: `ConvexReactClient` has it. */
export type MemoryClient = Pick<ConvexReactClient, "watchQuery" | "query" | "mutation">;

/**
 * What all stores are under: listeners, and a snapshot that stays the same object until something changes. A store
 * watches from its first listener on until its last has gone; what it knows stays, for whoever listens again.
 */
export abstract class WatchingStore<Snapshot> {
  readonly #listeners = new Map<symbol, () => void>();
  readonly #initial: Snapshot;
  #snapshot: Snapshot;

  constructor(initial: Snapshot) {
    this.#initial = initial;
    this.#snapshot = initial;
  }

  /** Calls `listener` after each change; the function that it returns ends that. */
  subscribe = (listener: () => void): (() => void) => {
    const key = Symbol("listener");
    this.#listeners.set(key, listener);
    if (this.#listeners.size === 1) this.start();
    return () => {
      if (this.#listeners.delete(key) && this.#listeners.size === 0) this.stop();
    };
  };

  /** What is known; the same object until something changes. */
  getSnapshot = (): Snapshot => this.#snapshot;

  /** What was known when the store was made: what a server renders, and a browser first. */
  getInitialSnapshot = (): Snapshot => this.#initial;

  protected get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  protected publish(snapshot: Snapshot): void {
    if (isSameFields(snapshot, this.#snapshot)) return;
    this.#snapshot = snapshot;
    for (const listener of [...this.#listeners.values()]) listener();
  }

  protected abstract start(): void;
  protected abstract stop(): void;
}

/** A query with its arguments. */
export type Asked<Query extends FunctionReference<"query">> = { query: Query; args: Query["_args"] };

type OnResult<Result> = { onResult: (result: Result) => void; onError: (error: unknown) => void };

/** Watches a query and hands on each of its results, the one that is there already too; what it returns ends that. */
export function watchResults<Query extends FunctionReference<"query">>(
  client: WatchClient,
  { query, args }: Asked<Query>,
  { onResult, onError }: OnResult<FunctionReturnType<Query>>,
): () => void {
  const watch = client.watchQuery(query, args);
  const read = (): void => {
    let result: FunctionReturnType<Query> | undefined;
    try {
      result = watch.localQueryResult();
    } catch (error) {
      return onError(error);
    }
    if (result !== undefined) onResult(result);
  };
  const stop = watch.onUpdate(read);
  read();
  return stop;
}

/** What was thrown, as an error. */
export const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new TypeError(String(thrown));
