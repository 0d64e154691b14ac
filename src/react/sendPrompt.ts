import type { OptimisticLocalStore } from "convex/browser";
import type { FunctionReference, FunctionReturnType } from "convex/server";
import { convexToJson, type Value } from "convex/values";
import type { Part } from "../validators/content.js";
import { callMutation } from "./boundMutation.js";
import { newOperationId } from "./operationId.js";
import { withSending, type SentPrompt } from "./sentMessages.js";
import type { ThreadApi } from "./threadApi.js";
import type { MemoryClient } from "./watchingStore.js";

/** A mutation of the app that sends a prompt. */
export type SendMutation = FunctionReference<"mutation", "public">;

/** The arguments of the app's mutation; `operationId` may be left out. */
export type SendArgs<Mutation extends SendMutation> = Omit<Mutation["_args"], "operationId"> & {
  operationId?: string;
};

/** What sends a prompt; see `createSend`. */
export type Send<Mutation extends SendMutation> = (
  args: SendArgs<Mutation>,
) => Promise<FunctionReturnType<Mutation>>;

/** Where a prompt is shown that is on its way: the newest pages of its thread that are being watched. */
export type SendApi = Pick<ThreadApi, "listMessages">;

/**
 * A function that sends prompts by a mutation of the app. See `useSend`, which is the same for React.
 *
 * @example const send = createSend(client, { mutation: api.ask.send, api: api.chat });
 */
export function createSend<Mutation extends SendMutation>(
  client: Pick<MemoryClient, "mutation">,
  { mutation, api }: { mutation: Mutation; api?: SendApi },
): Send<Mutation> {
  const underWay = new Map<unknown, Promise<FunctionReturnType<Mutation>>>();
  return (args) => {
    const key = sameFor(args);
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const whole = { ...args, operationId: args.operationId ?? newOperationId() };
    const call = { args: whole, optimisticUpdate: showing(api, whole) };
    const sent = callMutation(client, mutation, call).finally(() => underWay.delete(key));
    underWay.set(key, sent);
    return sent;
  };
}

/** The same for arguments that say the same. What no mutation can carry is like nothing else: the client refuses it. */
function sameFor(args: Record<string, Value>): unknown {
  try {
    return JSON.stringify(convexToJson(args));
  } catch {
    return args;
  }
}

/** What shows a prompt in its thread until the server has answered. Called again with each result meanwhile. */
function showing(api: SendApi | undefined, args: Record<string, unknown>) {
  const prompt = toPrompt(args);
  if (api === undefined || prompt === null) return undefined;
  return (store: OptimisticLocalStore): void => {
    for (const { args: asked, value } of store.getAllQueries(api.listMessages))
      if (value !== undefined && isNewestPage(asked, prompt.threadId))
        store.setQuery(api.listMessages, asked, withSending(value, prompt));
  };
}

/** A page that is asked for by anything else, such as a turn, is not the thread's. */
const isNewestPage = (
  { threadId, cursor, limit: _, ...others }: SendApi["listMessages"]["_args"],
  sentTo: string,
): boolean => threadId === sentTo && cursor === null && Object.keys(others).length === 0;

/** What the arguments say, where they name a thread and a prompt. */
function toPrompt({ threadId, prompt, operationId }: Record<string, unknown>): SentPrompt | null {
  if (typeof threadId !== "string" || typeof operationId !== "string") return null;
  if (typeof prompt !== "string" && !Array.isArray(prompt)) return null;
  return { threadId, prompt: prompt as string | Part[], operationId, sentAt: Date.now() };
}
