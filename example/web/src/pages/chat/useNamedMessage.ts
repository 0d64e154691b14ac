import type { Message } from "convex-agent-memory";
import type { ThreadMessage } from "convex-agent-memory/react";
import { useSearchParams } from "react-router";
import { api } from "../../api.js";
import { useLoadWhile } from "../../data/useLoadWhile.js";
import { useResult } from "../../data/useResult.js";
import { rowIdOf } from "../../messages/parts.js";

/** Messages that are loaded in search of one: further up nobody waits for it. */
const MOST_LOADED = 1_000;

type Loaded = { messages: readonly ThreadMessage[]; canLoadMore: boolean; loadMore: () => Promise<void> };

/** What the address names: the id that its message has in the list once that is loaded, or why there is none. */
export type NamedMessage = { id: string | null; problem: "gone" | "far" | null };

/** The message to which `?message=` leads, such as one that a fact came from. Earlier pages are loaded until it is there. */
export function useNamedMessage(threadId: string, loaded: Loaded): NamedMessage {
  const row = useNamedRow(threadId);
  const isKnown = row !== undefined && row !== null;
  const found = isKnown ? loaded.messages.find((message) => isOf(message, row)) : undefined;
  const isMissing = isKnown && found === undefined;
  const isLooking = useLoadEarlier(isMissing, loaded);
  if (row === null) return { id: null, problem: "gone" };
  return { id: found?.id ?? null, problem: isMissing && !isLooking ? "far" : null };
}

/** The row that the address names: null where this conversation has none such, undefined where none is named or known yet. */
function useNamedRow(threadId: string): Message | null | undefined {
  const [search] = useSearchParams();
  const messageId = search.get("message");
  const row = useResult(api.chat.getMessage, messageId === null ? "skip" : { messageId });
  if (row.kind === "loading") return undefined;
  return row.kind === "ready" && row.value.threadId === threadId ? row.value : null;
}

/** Loads pages while something is missing; false when it is not to be looked for any further. */
function useLoadEarlier(isMissing: boolean, { messages, canLoadMore, loadMore }: Loaded): boolean {
  const isLooking = isMissing && canLoadMore && messages.length < MOST_LOADED;
  useLoadWhile(isLooking, loadMore);
  return isLooking;
}

/** All of an answer is one message in the list: its steps and the results of its tools. */
function isOf(message: ThreadMessage, { messageId, role, turn, runId }: Message): boolean {
  if (rowIdOf(message) === messageId) return true;
  const { metadata } = message;
  const isAnswer = role === "assistant" || role === "tool";
  return isAnswer && message.role === "assistant" && metadata?.turn === turn && metadata.runId === runId;
}
