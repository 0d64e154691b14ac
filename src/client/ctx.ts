import type { GenericActionCtx, GenericDataModel, GenericMutationCtx, GenericQueryCtx } from "convex/server";

/** Any ctx that can run queries: a query's, a mutation's or an action's. */
export type QueryCtx = Pick<GenericQueryCtx<GenericDataModel>, "runQuery">;

/** Any ctx that can run mutations: a mutation's or an action's. */
export type MutationCtx = Pick<GenericMutationCtx<GenericDataModel>, "runQuery" | "runMutation">;

/** An action's ctx. */
export type ActionCtx = Pick<GenericActionCtx<GenericDataModel>, "runQuery" | "runMutation" | "runAction">;
