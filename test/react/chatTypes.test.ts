// What the transport for `useChat` takes and refuses: the compiler checks it, and what is left is checked when it runs.
import type { ChatTransport, UIMessage } from "ai";
import type { ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { expect, test } from "vitest";
import { ThreadChatTransport, type ThreadMessage } from "../../src/react/index.js";
import { chatApi, send } from "./chatSupport.js";

const client = {} as ConvexReactClient; // nothing is asked of it here
const silent = makeFunctionReference<"mutation", { text: string }, null>("chat:silent");
const { listMessages } = chatApi;

test("serves chats of any messages, and has nothing to send where nothing was said", async () => {
  const transport = new ThreadChatTransport({ client, api: chatApi, send });
  const chats: [ChatTransport<ThreadMessage>, ChatTransport<UIMessage<{ mine: string }>>] = [
    transport,
    transport,
  ];
  const asked = {
    trigger: "submit-message" as const,
    chatId: "t",
    messageId: undefined,
    abortSignal: undefined,
  };
  for (const chat of chats)
    await expect(chat.sendMessages({ ...asked, messages: [] })).rejects.toThrow("no message to answer");
});

test("takes a mutation that gives a ticket, with its own arguments, and functions that show a thread", () => {
  // @ts-expect-error a mutation that gives no ticket starts no run
  void new ThreadChatTransport({ client, api: chatApi, send: silent });
  // @ts-expect-error a tone is a text
  void new ThreadChatTransport({ client, api: chatApi, send, args: ({ args }) => ({ ...args, tone: 3 }) });
  // @ts-expect-error these functions show no thread
  const transport = new ThreadChatTransport({ client, api: { listMessages }, send });
  expect(transport.resumeStreamIsReplay).toBe(true);
});
