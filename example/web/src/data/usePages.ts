import { useConvex } from "convex/react";
import {
  getFunctionName,
  makeFunctionReference,
  type FunctionArgs,
  type FunctionReference,
  type FunctionReturnType,
} from "convex/server";
import { PagedStore, type PagedOptions, type PagedSnapshot } from "convex-agent-memory/react";
import { useMemo, useSyncExternalStore } from "react";

type ItemOf<Query extends FunctionReference<"query">> =
  FunctionReturnType<Query> extends { page: (infer Item)[] } ? Item : never;

type Listing<Query extends FunctionReference<"query">> = {
  /** The arguments besides `cursor`. */
  args: Omit<FunctionArgs<Query>, "cursor">;
  /** The same object from render to render. */
  order: PagedOptions<ItemOf<Query>>["order"];
};

/** Follows a list of the app, page by page; what it throws is in `error`. */
export function usePages<Query extends FunctionReference<"query">>(
  query: Query,
  { args, order }: Listing<Query>,
): PagedSnapshot<ItemOf<Query>> & { loadMore: () => Promise<void> } {
  const client = useConvex();
  const name = getFunctionName(query);
  const key = JSON.stringify(args);
  const store = useMemo(() => {
    const asked = { query: makeFunctionReference<"query">(name), args: JSON.parse(key) as object, order };
    return new PagedStore<ItemOf<Query>>(client, asked as PagedOptions<ItemOf<Query>>); // by name and text it is the same
  }, [client, name, key, order]);
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot);
  return { ...snapshot, loadMore: store.loadMore };
}
