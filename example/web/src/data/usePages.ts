import { useQueries } from "convex/react";
import {
  getFunctionName,
  type FunctionArgs,
  type FunctionReference,
  type FunctionReturnType,
} from "convex/server";
import { useMemo, useState } from "react";
import { requestOf } from "./useResult.js";

type ItemOf<Query extends FunctionReference<"query">> =
  FunctionReturnType<Query> extends { page: (infer Item)[] } ? Item : never;
type Page<Item> = { page: Item[]; cursor: string | null };

/** A list that loads page by page; each page is live. */
export type Pages<Item> = {
  items: Item[];
  isLoading: boolean;
  error: Error | null;
  canLoadMore: boolean;
  loadMore: () => void;
};

/** Where each page begins, and what it held when it was last there: it stays on the screen while it loads anew. */
type Asked<Item> = { key: string | null; cursors: (string | null)[]; pages: Page<Item>[] };

const start = <Item>(key: string | null): Asked<Item> => ({ key, cursors: [null], pages: [] });

/** Follows a list of the app from its beginning; `args` names neither `cursor` nor `limit`. */
export function usePages<Query extends FunctionReference<"query">>(
  query: Query,
  args: Omit<FunctionArgs<Query>, "cursor" | "limit"> | "skip",
  limit: number,
): Pages<ItemOf<Query>> {
  type Item = ItemOf<Query>;
  const name = getFunctionName(query);
  const key = args === "skip" ? null : JSON.stringify(args);
  const [kept, setKept] = useState(() => start<Item>(key));
  const asked = kept.key === key ? kept : start<Item>(key);
  const { cursors } = asked;
  const requests = useMemo(() => requestsFor({ name, key, cursors, limit }), [name, key, cursors, limit]);
  const results = useQueries(requests);
  const given = cursors.map((_, index): unknown => results[index]) as (Page<Item> | Error | undefined)[]; // as above
  const next = followed(asked, given);
  if (next !== kept) setKept(next);
  const last = next.pages.at(-1);
  const isLoading = key !== null && given.some((page) => page === undefined);
  const failed = given[0];
  return {
    items: next.pages.flatMap(({ page }) => page),
    isLoading,
    error: failed instanceof Error ? failed : null,
    canLoadMore: !isLoading && last !== undefined && last.cursor !== null,
    loadMore: () => {
      const cursor = last?.cursor ?? null;
      if (cursor !== null && !next.cursors.includes(cursor))
        setKept({ ...next, cursors: [...next.cursors, cursor] });
    },
  };
}

type Wanted = { name: string; key: string | null; cursors: (string | null)[]; limit: number };

function requestsFor({ name, key, cursors, limit }: Wanted) {
  if (key === null) return {};
  const args = JSON.parse(key) as Record<string, unknown>; // it was written from arguments
  const requests = cursors.map((cursor, index) => {
    return [index, requestOf(name, JSON.stringify({ ...args, cursor, limit }))] as const;
  });
  return Object.fromEntries(requests);
}

/** Takes in what came: each page begins where the one before ends now. The same object where nothing is new. */
function followed<Item>(asked: Asked<Item>, given: (Page<Item> | Error | undefined)[]): Asked<Item> {
  const cursors: (string | null)[] = [null];
  const pages: Page<Item>[] = [];
  for (const [index, result] of given.entries()) {
    // A cursor may end with what it pointed into, such as a document that was replaced: the list starts again.
    if (result instanceof Error) return index === 0 ? asked : { ...asked, cursors: [null] };
    const page = result ?? asked.pages[index];
    if (page === undefined) break;
    pages.push(page);
    if (index + 1 === given.length || page.cursor === null) break;
    cursors.push(page.cursor);
  }
  const isSame = equalLists(cursors, asked.cursors) && equalLists(pages, asked.pages);
  return isSame ? asked : { key: asked.key, cursors, pages };
}

const equalLists = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index]);
