import { useQueries } from "convex/react";
import { getFunctionName, type FunctionReference, type FunctionReturnType } from "convex/server";
import type { Value } from "convex/values";
import { useMemo } from "react";

/** A query whose failure is a part of the page and not its end: what it gave, what it threw, or undefined until then. */
export function useOne<Query extends FunctionReference<"query">>(
  query: Query,
  args: Record<string, Value> | "skip",
): FunctionReturnType<Query> | Error | undefined {
  const key = `${getFunctionName(query)} ${JSON.stringify(args)}`;
  const asked = useMemo(
    (): Parameters<typeof useQueries>[0] => (args === "skip" ? {} : { one: { query, args } }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says which function and arguments are meant
    [key],
  );
  return useQueries(asked)["one"] as FunctionReturnType<Query> | Error | undefined; // what that query gives
}
