import type { Message } from "convex-agent-memory";
import type { ThreadMessage } from "convex-agent-memory/react";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { rowIdOf } from "../../messages/parts.js";
import { errorCodeOf } from "../../shell/errorText.js";

/** Pages of older messages that are loaded in search of one: some thousands of messages. */
const MOST_PAGES = 50;

/** How the message stands that an address names: `id` is that of the shown message in which it is. */
export type Wanted =
  | { kind: "none" | "looking" | "gone" | "far" }
  | { kind: "found"; id: string }
  | { kind: "failed"; error: Error };

type Loaded = {
  threadId: string;
  messages: ThreadMessage[];
  canLoadMore: boolean;
  loadMore: () => Promise<void>;
};

/** Looks for the message of `?message=…`, also in older pages; `forget` takes it out of the address. */
export function useWantedMessage({ threadId, messages, canLoadMore, loadMore }: Loaded) {
  const [search, setSearch] = useSearchParams();
  const messageId = search.get("message");
  const row = useResult(api.chat.getMessage, messageId === null ? "skip" : { messageId });
  const [read, setRead] = useState({ of: messageId, pages: 0 });
  const pages = read.of === messageId ? read.pages : 0;
  const wanted = stateOf();
  const isLooking = wanted.kind === "looking" && row.kind === "ready";
  useEffect(() => {
    if (!isLooking) return;
    let isWanted = true;
    const tell = (count: number): void => {
      if (isWanted) setRead({ of: messageId, pages: count });
    };
    loadMore().then(
      () => tell(pages + 1),
      () => tell(MOST_PAGES),
    );
    return () => {
      isWanted = false;
    };
  }, [isLooking, messageId, pages, loadMore]);
  const forget = (): void =>
    setSearch(
      (given) => {
        given.delete("message");
        return given;
      },
      { replace: true },
    );
  return { wanted, forget };

  function stateOf(): Wanted {
    if (messageId === null) return { kind: "none" };
    if (row.kind === "loading") return { kind: "looking" };
    if (row.kind === "failed") return failedAs(row.error);
    if (row.value.threadId !== threadId) return { kind: "gone" };
    const shown = messages.find((message) => holds(message, row.value));
    if (shown !== undefined) return { kind: "found", id: shown.id };
    if (!canLoadMore) return { kind: "gone" };
    return { kind: pages < MOST_PAGES ? "looking" : "far" };
  }
}

/** A message that is removed, another's, or was never there is one and the same error; others say what they are. */
const failedAs = (error: Error): Wanted =>
  errorCodeOf(error) === "MESSAGE_NOT_FOUND" ? { kind: "gone" } : { kind: "failed", error };

/** True for the shown message that a row is, or is a step of. */
function holds(shown: ThreadMessage, { messageId, role, turn, runId }: Message): boolean {
  if (rowIdOf(shown) === messageId) return true;
  const isStep = role === "assistant" || role === "tool";
  const { metadata } = shown;
  return isStep && shown.role === "assistant" && metadata?.turn === turn && metadata.runId === runId;
}
