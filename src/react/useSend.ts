import { keyOf } from "./references.js";
import { createSend, type Send, type SendApi, type SendMutation } from "./sendPrompt.js";
import { useMade } from "./useStore.js";

/**
 * The app's mutation that sends a prompt. Each call makes its own `operationId`, so that what the client sends again
 * after a lost connection starts one run only. To try again what failed, pass the `operationId` of the first try.
 *
 * With `api`, whose `listMessages` the thread is watched by, and a mutation that takes `threadId` and `prompt`, the
 * prompt is a message of the thread at once (`metadata.isSending`). Its row takes its place under the same id, without
 * a flicker. When the mutation fails the message goes and the promise rejects: put the words back where they were typed.
 *
 * - A call with the same arguments while one is under way is that one, and gives its promise: two clicks on a button
 *   send once. Who means to say the same thing twice names an `operationId` of their own.
 * - Offline, a prompt waits in the client and is sent when the connection is back. A tab that is closed takes with it
 *   what the server does not have yet; Convex's client asks before (`unsavedChangesWarning`). What the server has is
 *   answered without the tab.
 *
 * @example
 * const send = useSend(api.ask.send, api.chat);
 * await send({ threadId, prompt: "Which one?" }).catch(() => setDraft("Which one?"));
 */
export function useSend<Mutation extends SendMutation>(mutation: Mutation, api?: SendApi): Send<Mutation> {
  const key = keyOf(api === undefined ? [mutation] : [mutation, api.listMessages]);
  return useMade(key, (client) => createSend(client, { mutation, api }));
}
