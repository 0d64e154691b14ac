// Loading page after page until what is wanted has come.
import { ConvexReactClient } from "convex/react";
import { useSyncExternalStore } from "react";
import { expect, test } from "vitest";
import { rendering } from "../react/rendering/bare19.js";
import { ListServer, listRows, order } from "../react/listServer.js";
import { useLoadWhile } from "../../example/web/src/data/useLoadWhile.js";
import { PagedStore } from "../../src/react/pagedStore.js";
import { memoryError } from "../../src/validators/errors.js";

const { renderHook } = rendering();
/** It is asked for nothing, so it never connects. */
const client = new ConvexReactClient("https://app.invalid");
/** Turns of the event loop in which a loop without end would render again and again. */
const TURNS = 50;

/** A list of six rows; the page at `badCursor` fails. */
class Rows extends ListServer {
  constructor(private readonly badCursor?: string) {
    super();
    for (const id of ["f", "e", "d", "c", "b", "a"]) this.touch(id);
  }

  override page(args: Parameters<ListServer["page"]>[0]) {
    if (args.cursor === this.badCursor) throw memoryError("INVALID_ARGUMENT", "No page.");
    return super.page(args);
  }
}

async function load(server: ListServer, wanted: number) {
  const store = new PagedStore(server.client, { query: listRows, args: { limit: 1 }, order });
  const useRows = () => {
    const { items, canLoadMore, error } = useSyncExternalStore(store.subscribe, store.getSnapshot);
    useLoadWhile(items.length < wanted && canLoadMore, { error, loadMore: store.loadMore });
    return { items, error };
  };
  const page = await renderHook(useRows, { props: {}, client });
  for (let turn = 0; turn < TURNS; turn++) {
    if (store.getSnapshot().error === undefined) server.settle();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { page, rows: page.current().items.map(({ id }) => id) };
}

test("pages are loaded until it is there, and no further", async () => {
  const server = new Rows();
  const { rows } = await load(server, 4);
  expect(rows).toEqual(["a", "b", "c", "d"]);
  expect(server.watched).toHaveLength(4);
});

test("the end of the list ends it", async () => {
  const { rows } = await load(new Rows(), 100);
  expect(rows).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("a page that fails is the last that is asked for", async () => {
  const server = new Rows("5");
  const { page } = await load(server, 4);
  expect(page.current().error).toMatchObject({ message: expect.stringContaining("No page.") as string });
  expect(server.watched).toHaveLength(3);
  expect(page.all.length).toBeLessThan(10);
});
