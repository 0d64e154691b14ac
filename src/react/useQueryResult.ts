import type { FunctionReference, FunctionReturnType } from "convex/server";
import { QueryStore, type QuerySnapshot } from "./queryStore.js";
import { keyOf } from "./references.js";
import { useMade, useSnapshot } from "./useStore.js";

const SKIPPED: QuerySnapshot<never> = { result: undefined };

/** The result of a query, live: `undefined` until it is there. Throws while rendering what the query throws. */
export function useQueryResult<Query extends FunctionReference<"query">>(
  query: Query,
  args: Query["_args"] | "skip",
): FunctionReturnType<Query> | undefined {
  const store = useMade(keyOf([query], args), (client) =>
    args === "skip" ? null : new QueryStore<Query>(client, { query, args }),
  );
  return useSnapshot<QuerySnapshot<FunctionReturnType<Query>>>(store, SKIPPED).result;
}
