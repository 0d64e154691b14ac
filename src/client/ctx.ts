import type { GenericActionCtx, GenericDataModel } from "convex/server";

// Cut from an action's ctx, whose calls take no options: the ctx of a query and of a mutation, which take some, fit
// as well. The other way round an action could not be handed in.

/** Any ctx that can run queries: a query's, a mutation's or an action's. */
export type QueryCtx = Pick<GenericActionCtx<GenericDataModel>, "runQuery">;

/** Any ctx that can run mutations: a mutation's or an action's. */
export type MutationCtx = Pick<GenericActionCtx<GenericDataModel>, "runQuery" | "runMutation">;

/** An action's ctx. */
export type ActionCtx = Pick<GenericActionCtx<GenericDataModel>, "runQuery" | "runMutation" | "runAction">;
