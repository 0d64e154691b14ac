// A page with a chat of the AI SDK, on the genuine client and host. The file that uses it has chosen its React.
import { useChat } from "@ai-sdk/react";
import type { ChatInit, UIMessage } from "ai";
import type { ConvexReactClient } from "convex/react";
import type { Run } from "../../src/client/index.js";
import { useThread, type ThreadMessage } from "../../src/react/index.js";
import { identityOf, until } from "../support/appHost.js";
import { chatApi, chatOn, textShown, type ChatOptions } from "./chatSupport.js";
import { OLGA, type realClients } from "./realClient.js";
import type { hookRenderer } from "./rendering/renderHook.js";

export type ChatPage = Pick<ChatInit<UIMessage>, "sendAutomaticallyWhen"> & {
  threadId: string;
  client?: ConvexReactClient;
  history?: UIMessage[];
  resume?: boolean;
  strict?: boolean;
  options?: Partial<ChatOptions>;
};

export function chatPages(
  { theHost, connect }: ReturnType<typeof realClients>,
  { renderHook }: ReturnType<typeof hookRenderer>,
) {
  /** A page with a chat, as an app has it. */
  async function aChat({ client = connect(), history, options, threadId, strict, ...rest }: ChatPage) {
    const transport = chatOn(client, options);
    const page = await renderHook(() => useChat({ id: threadId, transport, messages: history, ...rest }), {
      props: undefined,
      client,
      strict,
    });
    return { ...page, client, ready: () => page.until(({ status }) => status === "ready") };
  }

  /** What the thread itself shows in the end. */
  async function shownByThread(threadId: string): Promise<readonly ThreadMessage[]> {
    const client = connect();
    const page = await renderHook(() => useThread(chatApi, { threadId }), { props: undefined, client });
    const { messages } = await page.until(({ isLoading, run }) => !isLoading && run !== null);
    return messages;
  }

  /** How the thread's run stands. */
  async function runOf(threadId: string): Promise<Run | null> {
    return (await theHost().call(
      "query",
      "chat:getRun",
      { threadId },
      identityOf(OLGA.userId),
    )) as Run | null;
  }

  const ended = (threadId: string) =>
    until(
      () => runOf(threadId),
      (run) => run !== null && "endedAt" in run.state,
    );

  return { aChat, shownByThread, runOf, ended };
}

/** What people said, as the thread has it. */
export const userRows = (messages: readonly ThreadMessage[]): string[] =>
  messages.filter(({ role }) => role === "user").map((message) => textShown(message));
