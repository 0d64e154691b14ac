// A list in live pages while its items move, come and go, against one that reads all of it anew each time.
import fc from "fast-check";
import { expect, test } from "vitest";
import { PagedStore, type PagedSnapshot } from "../../src/react/pagedStore.js";
import { listRows, ListServer, order, type Row } from "../react/listServer.js";

const LIMIT = 3;
const IDS = Array.from({ length: 14 }, (_, index) => `row-${index}`);

type Step =
  { kind: "touch" | "remove"; id: string } | { kind: "deliver" | "settle" | "loadMore" | "remount" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("touch" as const), id: fc.constantFrom(...IDS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), id: fc.constantFrom(...IDS) }) },
  { weight: 6, arbitrary: fc.constant({ kind: "deliver" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "settle" as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: "loadMore" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "remount" as const }) },
);

/** Reads page behind page, as somebody would who has no live queries. */
function readAll(server: ListServer, pages: number): Row[] {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages; page++) {
    const read = server.page({ cursor, limit: LIMIT });
    rows.push(...read.page);
    cursor = read.cursor;
    if (cursor === null) break;
  }
  return rows;
}

/** What must hold of every state that was shown, whatever has not arrived yet. */
function checkShown(before: PagedSnapshot<Row>, now: PagedSnapshot<Row>, isThere: (id: string) => boolean) {
  const ids = now.items.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(now.items.map(({ at }) => at)).toEqual(now.items.map(({ at }) => at).sort((a, b) => b - a));
  expect(now.isLoading && !before.isLoading).toBe(false);
  // What was shown is still shown, unless it was removed, or more has come before it than is loaded.
  const last = now.items.at(-1);
  for (const item of before.items)
    if (isThere(item.id) && last !== undefined && item.at > last.at) expect(ids).toContain(item.id);
}

test("pages that slide while they are live show each item once and in order, and come to what a reader sees", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), fc.array(step, { maxLength: 40 }), (count, steps) => {
      const server = new ListServer();
      for (const id of IDS.slice(0, count)) server.touch(id);
      const store = new PagedStore(server.client, { query: listRows, args: { limit: LIMIT }, order });
      let shown = store.getSnapshot();
      const listen = () =>
        store.subscribe(() => {
          const now = store.getSnapshot();
          checkShown(shown, now, (id) => server.rows.some((row) => row.id === id));
          shown = now;
        });
      let stop = listen();
      let pages = 1;
      for (const { kind, ...of } of steps) {
        const { id = "" } = of as { id?: string };
        if (kind === "touch") server.touch(id);
        else if (kind === "remove") server.remove(id);
        else if (kind === "deliver") server.deliver();
        else if (kind === "remount") {
          stop();
          stop = listen();
        } else {
          server.settle();
          if (kind === "loadMore" && store.getSnapshot().canLoadMore) {
            void store.loadMore();
            pages++;
          }
        }
      }
      server.settle();
      expect(store.getSnapshot().items).toEqual(readAll(server, pages));
      expect(server.watched.length).toBeLessThanOrEqual(pages);
      stop();
      expect(server.watched).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
