import { getFunctionName, type FunctionReference, type FunctionReturnType } from "convex/server";
import type { Page } from "../validators/page.js";

/** A query of the app that a hook watches: what it must take, and what it must give at least. */
export type PublicQuery<Args extends Record<string, unknown>, Returns> = FunctionReference<
  "query",
  "public",
  Args,
  Returns
>;

/** A mutation of the app that a hook calls. */
export type PublicMutation<Args extends Record<string, unknown>, Returns> = FunctionReference<
  "mutation",
  "public",
  Args,
  Returns
>;

/** What the app's own list gives one by one, with the fields that the app has added. */
export type ItemOf<Query extends PublicQuery<Record<string, unknown>, Page<unknown>>> =
  FunctionReturnType<Query>["page"][number];

/** What says that two renderings mean the same: references to functions are new objects each time. */
export const keyOf = (
  functions: readonly FunctionReference<"query" | "mutation">[],
  args: unknown = null,
): string => JSON.stringify([functions.map((reference) => getFunctionName(reference)), args]);
