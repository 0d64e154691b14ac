import { useMutation } from "convex/react";
import type { FunctionReference, FunctionReturnType } from "convex/server";
import { useCallback } from "react";
import { newOperationId } from "./operationId.js";

type SendMutation = FunctionReference<"mutation", "public">;

/** The arguments of the app's mutation; `operationId` may be left out. */
export type SendArgs<Mutation extends SendMutation> = Omit<Mutation["_args"], "operationId"> & {
  operationId?: string;
};

/**
 * The app's mutation that sends a prompt. Each call makes its own `operationId`, so that what the client sends again
 * after a lost connection starts one run only. To try again what failed, pass the `operationId` of the first try.
 *
 * @example
 * const send = useSend(api.ask.send);
 * await send({ threadId, prompt: "Which one?" });
 */
export function useSend<Mutation extends SendMutation>(
  mutation: Mutation,
): (args: SendArgs<Mutation>) => Promise<FunctionReturnType<Mutation>> {
  const send: (args: Mutation["_args"]) => Promise<FunctionReturnType<Mutation>> = useMutation(mutation);
  return useCallback((args) => send(withOperationId(args)), [send]);
}

/** The boundary where the arguments are whole again: what was left out of them has been added. */
const withOperationId = <Args extends { operationId?: string }>(args: Args) =>
  ({ ...args, operationId: args.operationId ?? newOperationId() }) as Args & { operationId: string };
