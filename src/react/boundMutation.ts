import type { OptimisticLocalStore } from "convex/browser";
import type { FunctionReference, FunctionReturnType } from "convex/server";
import { newOperationId } from "./operationId.js";
import type { MemoryClient } from "./watchingStore.js";

type Mutation = FunctionReference<"mutation">;
type Args = Record<string, unknown>;
type ChangeClient = Pick<MemoryClient, "mutation">;

/** The boundary where a mutation's arguments are put together: what comes back is what the mutation gives. */
export async function callMutation<M extends Mutation>(
  client: ChangeClient,
  mutation: M,
  { args, optimisticUpdate }: { args: Args; optimisticUpdate?: (store: OptimisticLocalStore) => void },
): Promise<FunctionReturnType<M>> {
  const reference: Mutation = mutation;
  const result: unknown = await client.mutation(reference, args, { optimisticUpdate });
  return result;
}

/** A mutation of the app of which `Given` is given already. */
export type BoundMutation<M extends Mutation, Given extends string = never> = (
  args: Omit<M["_args"], Given>,
) => Promise<FunctionReturnType<M>>;

/** A mutation of which some arguments are given already. Whatever goes wrong, with those too, is a rejection. */
export function boundMutation<M extends Mutation, Given extends string = never>(
  client: ChangeClient,
  mutation: M,
  given: () => Args = () => ({}),
): BoundMutation<M, Given> {
  return async (args) => await callMutation(client, mutation, { args: { ...args, ...given() } });
}

/** The same, with an `operationId` for each call that brings none: what a client sends again is done once. */
export function onceMutation<M extends Mutation, Given extends string = never>(
  client: ChangeClient,
  mutation: M,
  given: () => Args = () => ({}),
): BoundMutation<M, Given> {
  const bound = boundMutation<M, Given>(client, mutation, given);
  return async (args) =>
    await bound({ ...args, operationId: (args as Args).operationId ?? newOperationId() });
}
