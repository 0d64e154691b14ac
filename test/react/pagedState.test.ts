import { expect, test } from "vitest";
import { noPages, reducePages } from "../../src/react/pagedState.js";
import type { Page } from "../../src/validators/page.js";
import { order, type Row } from "./listServer.js";

const row = (id: string, at: number): Row => ({ id, at });
const read = (pages: Record<string, Page<Row>>, wanted = 2) =>
  reducePages(noPages<Row>(), { wanted, order, answers: (cursor) => pages[cursor ?? "first"] });

test("what an app has put on top before the server knows is not there twice", () => {
  const { items } = read({
    first: { page: [row("moved", 9), row("a", 8)], cursor: "second" },
    second: { page: [row("moved", 3), row("b", 2)], cursor: null },
  });
  expect(items).toEqual([row("moved", 9), row("a", 8), row("b", 2)]);
});

test("a page may be shorter than asked for, or empty, and more may follow it", () => {
  const state = read({
    first: { page: [], cursor: "second" },
    second: { page: [row("b", 2)], cursor: "third" },
  });
  expect(state).toMatchObject({ isSettled: true, canLoadMore: true, items: [row("b", 2)] });
});

test("a page that nothing has changed in leaves the list the same object", () => {
  const pages = { first: { page: [row("a", 1)], cursor: null } };
  const state = read(pages);
  expect(reducePages(state, { wanted: 2, order, answers: () => structuredClone(pages.first) })).toBe(state);
});

test("of a list that another person's has replaced nothing is shown, also while a page of it is awaited", () => {
  const pages: Record<string, Page<Row>> = {
    first: { page: [row("a", 9), row("b", 8)], cursor: "second" },
    second: { page: [row("c", 2)], cursor: null },
  };
  const before = read(pages);
  const answers = (cursor: string | null) =>
    cursor === null ? { page: [row("theirs", 10)], cursor: "theirs" } : undefined;
  expect(reducePages(before, { wanted: 2, order, answers })).toMatchObject({
    isSettled: false,
    items: [row("theirs", 10)],
  });
});
