import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { useResult } from "../../data/useResult.js";

/** What a live query gave, what it threw, or undefined until then. */
export function useOne<Query extends FunctionReference<"query">>(
  query: Query,
  args: FunctionArgs<Query> | "skip",
): FunctionReturnType<Query> | Error | undefined {
  const result = useResult(query, args);
  switch (result.kind) {
    case "loading":
      return undefined;
    case "failed":
      return result.error;
    case "ready":
      return result.value;
  }
}
