import { makeFunctionReference } from "convex/server";
import type { ListOrder } from "../../src/react/pagedState.js";
import type { PagedOptions } from "../../src/react/pagedStore.js";
import type { WatchClient } from "../../src/react/watchingStore.js";
import { memoryError } from "../../src/validators/errors.js";

export type Row = { id: string; at: number; words?: string };
type Page = { page: Row[]; cursor: string | null };
type Args = { cursor: string | null; limit: number };
type Watcher = { args: Args; listeners: Set<() => void>; result?: Page | Error };

export const listRows: PagedOptions<Row>["query"] = makeFunctionReference("list:rows");
export const order: ListOrder<Row> = {
  idOf: ({ id }) => id,
  compare: (left, right) => right.at - left.at,
};

/**
 * A list by activity, and a client that watches it in pages, in memory. As with Convex, all that is watched is answered
 * of one moment (`deliver`), a query that is new has no result before, and errors throw where they are read. A cursor
 * is the place of the last row of its page, as the component's are.
 */
export class ListServer {
  rows: Row[] = [];
  isGone = false;
  readonly asked: (string | null)[] = [];
  #clock = 0;
  readonly #watchers = new Map<string, Watcher>();

  readonly client = {
    watchQuery: (_query: unknown, args: Args) => this.#watch(args),
  } as unknown as WatchClient;

  get watched(): (string | null)[] {
    return [...this.#watchers.values()].map(({ args }) => args.cursor);
  }

  /** Puts a row at the top: a new one, or one that was somewhere else. */
  touch(id: string): void {
    const at = ++this.#clock;
    this.rows = [{ id, at }, ...this.rows.filter((row) => row.id !== id)];
  }

  remove(id: string): void {
    this.rows = this.rows.filter((row) => row.id !== id);
  }

  page({ cursor, limit }: Args): Page {
    if (this.isGone) throw memoryError("THREAD_NOT_FOUND", "No such list.");
    const rest = this.rows.filter(({ at }) => cursor === null || at < Number(cursor));
    const page = rest.slice(0, limit);
    return { page, cursor: rest.length > limit ? `${page.at(-1)!.at}` : null };
  }

  /** Answers all that is watched now; what begins to be watched meanwhile waits for the next time. */
  deliver(): void {
    const changed = [...this.#watchers.values()].filter((watcher) => this.#refresh(watcher));
    for (const { listeners } of changed) for (const listener of [...listeners]) listener();
  }

  /** Answers until nothing new is asked. */
  settle(): void {
    for (let pass = 0; pass < 50; pass++) {
      const before = this.asked.length;
      this.deliver();
      if (this.asked.length === before) return;
    }
    throw new TypeError("The watched pages never come to rest.");
  }

  #watch(args: Args) {
    const token = JSON.stringify(args);
    return {
      onUpdate: (listener: () => void) => {
        if (!this.#watchers.has(token)) this.asked.push(args.cursor);
        const watcher: Watcher = this.#watchers.get(token) ?? { args, listeners: new Set() };
        this.#watchers.set(token, watcher);
        watcher.listeners.add(listener);
        return () => {
          watcher.listeners.delete(listener);
          if (watcher.listeners.size === 0) this.#watchers.delete(token);
        };
      },
      localQueryResult: () => {
        const result = this.#watchers.get(token)?.result;
        if (result instanceof Error) throw result;
        return result;
      },
    };
  }

  #refresh(watcher: Watcher): boolean {
    const before = JSON.stringify(watcher.result);
    try {
      watcher.result = structuredClone(this.page(watcher.args));
    } catch (error) {
      watcher.result = error as Error;
      return true;
    }
    return JSON.stringify(watcher.result) !== before;
  }
}
