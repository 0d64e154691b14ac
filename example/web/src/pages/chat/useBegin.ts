import { newOperationId, useSend } from "convex-agent-memory/react";
import { useMutation } from "convex/react";
import { useRef } from "react";
import { useNavigate } from "react-router";
import { api } from "../../api.js";
import { useIsHere } from "../../data/useIsHere.js";
import { chatAddress } from "../../shell/addresses.js";
import type { Prompt } from "./composerTypes.js";
import { titleFrom } from "../../text/threadTitle.js";

/**
 * Makes a conversation, says the first thing in it and opens it, unless someone has gone elsewhere meanwhile. A try again
 * after a failure goes on where that was.
 */
export function useBegin(): (prompt: Prompt) => Promise<void> {
  const create = useMutation(api.chat.createThread);
  const send = useSend(api.ask.send);
  const navigate = useNavigate();
  const made = useRef<Promise<string> | null>(null);
  const isHere = useIsHere();
  const make = async (text: string): Promise<string> => {
    const title = titleFrom(text);
    const named = title === undefined ? {} : { title };
    const { threadId } = await create({ ...named, operationId: newOperationId() });
    return threadId;
  };
  return async ({ text, fileIds }) => {
    made.current ??= make(text).catch((error: unknown) => {
      made.current = null;
      throw error;
    });
    const threadId = await made.current;
    await send({ threadId, prompt: text, ...(fileIds.length === 0 ? {} : { fileIds }) });
    if (isHere.current) await navigate(chatAddress(threadId), { state: { isFresh: true } });
  };
}
