import { useQueries } from "convex/react";
import {
  getFunctionName,
  makeFunctionReference,
  type FunctionArgs,
  type FunctionReference,
  type FunctionReturnType,
} from "convex/server";
import { useMemo } from "react";

/** What a live query says now; an error is a value, for the place on the page that it belongs to. */
export type Result<Value> =
  { kind: "loading" } | { kind: "failed"; error: Error } | { kind: "ready"; value: Value };

type Requests = Parameters<typeof useQueries>[0];

/** A request by the name of its query and its arguments as text, which stay the same from render to render. */
function requestFor(name: string, args: string | null): Requests {
  if (args === null) return {};
  const given = JSON.parse(args) as Requests[string]["args"]; // it was written from arguments
  return { only: { query: makeFunctionReference<"query">(name), args: given } };
}

/** Follows a query, or none. */
export function useResult<Query extends FunctionReference<"query">>(
  query: Query,
  args: FunctionArgs<Query> | "skip",
): Result<FunctionReturnType<Query>> {
  const name = getFunctionName(query);
  const key = args === "skip" ? null : JSON.stringify(args);
  const requests = useMemo(() => requestFor(name, key), [name, key]);
  const given: unknown = useQueries(requests)["only"];
  if (given === undefined) return { kind: "loading" };
  if (given instanceof Error) return { kind: "failed", error: given };
  return { kind: "ready", value: given as FunctionReturnType<Query> }; // `useQueries` forgets what its queries return
}
