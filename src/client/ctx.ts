import type { GenericActionCtx, GenericDataModel } from "convex/server";

// An action's `run…` take the fewest options, so that the ctx of a query or a mutation fits as well.
type Runs = GenericActionCtx<GenericDataModel>;

/** Any ctx that can run queries: a query's, a mutation's or an action's. */
export type QueryCtx = Pick<Runs, "runQuery">;

/** Any ctx that can run mutations: a mutation's or an action's. */
export type MutationCtx = Pick<Runs, "runQuery" | "runMutation">;

/** An action's ctx. */
export type ActionCtx = Pick<Runs, "runQuery" | "runMutation" | "runAction">;
