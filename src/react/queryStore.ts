import type { FunctionReference, FunctionReturnType } from "convex/server";
import { keepSame } from "./keepSame.js";
import { toError, watchResults, WatchingStore, type Asked, type WatchClient } from "./watchingStore.js";

/** The result of a query, `undefined` until it is there; `error` is what the query threw last. */
export type QuerySnapshot<Result> = { result: Result | undefined; error?: Error };

/**
 * Follows one query without a framework. What of its result has not changed stays the same object.
 *
 * @example
 * const store = new QueryStore(client, { query: api.spending.budgetStatus, args: {} });
 * const stop = store.subscribe(() => draw(store.getSnapshot().result));
 */
export class QueryStore<Query extends FunctionReference<"query">> extends WatchingStore<
  QuerySnapshot<FunctionReturnType<Query>>
> {
  #end = () => {};

  constructor(
    private readonly client: WatchClient,
    private readonly asked: Asked<Query>,
  ) {
    super({ result: undefined });
  }

  protected start(): void {
    this.#end = watchResults(this.client, this.asked, {
      onResult: (result) => {
        const before = this.getSnapshot();
        const kept = keepSame(before.result, result);
        if (kept !== before.result || before.error !== undefined) this.publish({ result: kept });
      },
      onError: (error) => this.publish({ result: undefined, error: toError(error) }),
    });
  }

  protected stop(): void {
    this.#end();
  }
}
