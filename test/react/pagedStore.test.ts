import { describe, expect, test } from "vitest";
import { PagedStore, type PagedSnapshot } from "../../src/react/pagedStore.js";
import { listRows, ListServer, order, type Row } from "./listServer.js";

const LIMIT = 3;

function aList(rows: number, options: { pages?: number } = {}) {
  const server = new ListServer();
  for (let index = rows - 1; index >= 0; index--) server.touch(`row-${index}`);
  const store = new PagedStore(server.client, {
    ...{ query: listRows, args: { limit: LIMIT }, order },
    ...options,
  });
  const seen: PagedSnapshot<Row>[] = [];
  const listen = () => store.subscribe(() => seen.push(store.getSnapshot()));
  return { server, store, seen, listen };
}

function aWatchedList(rows: number, options: { pages?: number } = {}) {
  const list = aList(rows, options);
  const stop = list.listen();
  list.server.settle();
  return { ...list, stop };
}

const idsOf = ({ getSnapshot }: PagedStore<Row>) => getSnapshot().items.map(({ id }) => id);
const rows = (count: number) => Array.from({ length: count }, (_, index) => `row-${index}`);

describe("a watched list", () => {
  test("is loading until its first page is there", () => {
    const { server, store, listen } = aList(2);
    expect(store.getSnapshot()).toEqual({ items: [], isLoading: true, canLoadMore: false });
    listen();
    expect(store.getSnapshot().isLoading).toBe(true);
    server.deliver();
    expect(store.getSnapshot()).toMatchObject({ isLoading: false, canLoadMore: false });
    expect(idsOf(store)).toEqual(rows(2));
  });

  test("loads page behind page to its end, one at a time", async () => {
    const { server, store } = aWatchedList(8);
    expect(idsOf(store)).toEqual(rows(3));
    const twice = Promise.all([store.loadMore(), store.loadMore()]);
    server.settle();
    await twice;
    expect(idsOf(store)).toEqual(rows(6));
    expect(store.getSnapshot().canLoadMore).toBe(true);
    const last = store.loadMore();
    server.settle();
    await last;
    expect(idsOf(store)).toEqual(rows(8));
    expect(store.getSnapshot().canLoadMore).toBe(false);
    await store.loadMore();
    expect(server.watched).toHaveLength(3);
  });

  test("takes as many pages at once as it was told to", () => {
    const { store } = aWatchedList(8, { pages: 2 });
    expect(idsOf(store)).toEqual(rows(6));
  });

  test("follows what moves from a later page to the top, without a gap or a repetition at any moment", async () => {
    const { server, store, seen } = aWatchedList(9);
    const more = store.loadMore();
    server.settle();
    await more;
    seen.length = 0;
    server.touch("row-4");
    server.settle();
    const expected = ["row-4", "row-0", "row-1", "row-2", "row-3", "row-5"];
    expect(idsOf(store)).toEqual(expected);
    for (const { items } of seen) expect(items.map(({ id }) => id)).toEqual(expected);
  });

  test("asks again only for the pages whose beginning has moved", async () => {
    const { server, store } = aWatchedList(12);
    for (let page = 0; page < 2; page++) {
      const more = store.loadMore();
      server.settle();
      await more;
    }
    server.asked.length = 0;
    server.touch("row-4"); // of the second page: the third begins where it did
    server.settle();
    expect(server.asked).toHaveLength(1);
    server.asked.length = 0;
    server.touch("row-4"); // at the top already
    server.settle();
    expect(server.asked).toEqual([]);
    expect(server.watched).toHaveLength(3);
  });

  test("loses what was removed at once", async () => {
    const { server, store, seen } = aWatchedList(9);
    const more = store.loadMore();
    server.settle();
    await more;
    seen.length = 0;
    server.remove("row-1");
    server.settle();
    expect(idsOf(store)).toEqual(["row-0", "row-2", "row-3", "row-4", "row-5", "row-6"]);
    for (const { items } of seen) expect(items.map(({ id }) => id)).not.toContain("row-1");
  });

  test("keeps what has not changed the same objects, and says nothing where nothing has", () => {
    const { server, store, seen } = aWatchedList(3);
    const before = new Map(store.getSnapshot().items.map((item) => [item.id, item]));
    seen.length = 0;
    server.touch("row-2");
    server.settle();
    expect(store.getSnapshot().items.map((item) => item === before.get(item.id))).toEqual([
      false,
      true,
      true,
    ]);
    expect(seen).toHaveLength(1);
  });

  test("shows what its query throws, until it gives a page again", async () => {
    const { server, store } = aWatchedList(9);
    server.isGone = true;
    server.deliver();
    expect(store.getSnapshot().error).toMatchObject({ data: { code: "THREAD_NOT_FOUND" } });
    server.isGone = false;
    server.deliver();
    expect(store.getSnapshot().error).toBeUndefined();
    expect(idsOf(store)).toEqual(rows(3));
  });

  test("a page that fails to load ends the loading", async () => {
    const { server, store } = aWatchedList(9);
    const more = store.loadMore();
    server.isGone = true;
    server.deliver();
    await more;
    expect(store.getSnapshot().error).toBeInstanceOf(Error);
  });

  test("watches nothing once the last listener has gone, and is whole again when somebody listens anew", async () => {
    const { server, store, stop, listen, seen } = aWatchedList(9);
    const more = store.loadMore();
    server.settle();
    await more;
    const pending = store.loadMore();
    stop();
    await pending;
    expect(server.watched).toEqual([]);
    server.touch("row-8");
    seen.length = 0;
    listen();
    expect(idsOf(store)).toEqual(rows(6)); // what was known
    server.settle();
    expect(idsOf(store).slice(0, 3)).toEqual(["row-8", "row-0", "row-1"]);
    for (const { items, canLoadMore, isLoading } of seen) {
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      expect({ canLoadMore, isLoading, isShort: items.length < 6 }).toMatchObject({
        isLoading: false,
        isShort: false,
      });
    }
  });

  test("survives to be mounted twice: subscribed, left and subscribed again in one go", () => {
    const { server, store, listen } = aList(5);
    listen()();
    const stop = listen();
    server.settle();
    expect(idsOf(store)).toEqual(rows(3));
    expect(server.watched).toEqual([null]);
    stop();
    expect(server.watched).toEqual([]);
  });
});
