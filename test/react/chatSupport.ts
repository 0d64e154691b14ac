import type { UIMessage } from "ai";
import type { ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { ThreadChatTransport, type ThreadChatApi, type ThreadChatOptions } from "../../src/react/index.js";

type Ticket = { runId: string; messageId: string };
export type SendArgs = {
  threadId: string;
  prompt: string;
  operationId: string;
  fileIds?: string[];
  tone?: string;
};

export const chatApi: ThreadChatApi = {
  listMessages: makeFunctionReference("chat:listMessages"),
  followStream: makeFunctionReference("chat:followStream"),
  getRun: makeFunctionReference("chat:getRun"),
  cancelRun: makeFunctionReference("chat:cancelRun"),
  listWaiting: makeFunctionReference("chat:listWaiting"),
  decideApproval: makeFunctionReference("chat:decideApproval"),
  answerTool: makeFunctionReference("chat:answerTool"),
};
export const send = makeFunctionReference<"mutation", SendArgs, Ticket>("clerk:send");
export const again = makeFunctionReference<
  "mutation",
  { threadId: string; promptMessageId: string; operationId: string },
  Ticket
>("clerk:again");

export type ChatOptions = ThreadChatOptions<typeof send>;

export const chatOn = (client: ConvexReactClient, options: Partial<ChatOptions> = {}) =>
  new ThreadChatTransport({ client, api: chatApi, send, ...options });

type Comparable = { id?: string; role: string; said?: string; parts?: object[]; metadata?: object };

/**
 * What a chat and a thread both show: without ids of prompts and of reasoning, which a page makes itself, and without
 * what only one of the two tells.
 */
export const comparable = (messages: readonly UIMessage[]): Comparable[] =>
  JSON.parse(
    JSON.stringify(
      messages.map(({ id, role, parts, metadata }) =>
        role === "user"
          ? { role, said: textShown({ parts }) }
          : {
              id,
              role,
              parts: parts.map(withoutId),
              metadata: { ...(metadata as object), usage: undefined },
            },
      ),
    ),
  ) as Comparable[];

function withoutId(part: UIMessage["parts"][number]): object {
  if (part.type === "reasoning") return { ...part, id: undefined };
  // That it was approved, a chat goes on to tell.
  return part.type === "dynamic-tool" && part.state === "output-available"
    ? { ...part, approval: undefined }
    : part;
}

export const textShown = (message: Pick<UIMessage, "parts"> | undefined): string =>
  (message?.parts ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");

export const partStates = (message: UIMessage | undefined): string[] =>
  (message?.parts ?? []).map((part) => (part.type === "dynamic-tool" ? part.state : part.type));
