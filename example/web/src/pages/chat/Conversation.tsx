import type { Run } from "convex-agent-memory";
import { useRun, useSend, useThread, type ThreadMessage } from "convex-agent-memory/react";
import { useCallback, useMemo, useState } from "react";
import { useLocation } from "react-router";
import { api } from "../../api.js";
import { isActive } from "../../data/isActive.js";
import { fieldOf } from "../../data/json.js";
import type { NumberedCitation } from "../../messages/citations.js";
import { MessageView } from "../../messages/MessageView.js";
import { SourcePanel, type OpenedSource } from "../../messages/SourcePanel.js";
import { ToolSlotContext, type ToolSlot } from "../../messages/toolSlot.js";
import { LoadingConversation } from "./LoadingConversation.js";
import { Announcer } from "./Announcer.js";
import { Composer } from "./Composer.js";
import type { Prompt } from "./composerTypes.js";
import { MessageList } from "./MessageList.js";
import { QueuedPrompts } from "./QueuedPrompts.js";
import { RunNotice } from "./RunNotice.js";
import { useWantedMessage } from "./useWantedMessage.js";
import { WaitingCallForm } from "./WaitingCallForm.js";
import { WantedNotice } from "./WantedNotice.js";

/** A conversation: what was said, what is being said, and the place to say more. */
export function Conversation({ threadId }: { threadId: string }) {
  const { messages, run, isLoading, canLoadMore, loadMore } = useThread(api.chat, { threadId });
  const runOfThread = useRun(api.chat, { threadId });
  const send = useSend(api.ask.send, api.chat);
  const location = useLocation();
  const [opened, setOpened] = useState<OpenedSource | null>(null);
  const openSource = useCallback(
    (message: ThreadMessage, source: NumberedCitation) => setOpened({ message, source }),
    [],
  );
  const slot = useToolSlot(runOfThread);
  const { wanted, forget } = useWantedMessage({ threadId, messages, canLoadMore, loadMore });
  const wantedId = wanted.kind === "found" ? wanted.id : undefined;
  const ask = async ({ text, fileIds }: Prompt): Promise<void> => {
    await send({ threadId, prompt: text, ...(fileIds.length === 0 ? {} : { fileIds }) });
  };
  if (isLoading) return <LoadingConversation />;
  const underWay = runOfThread.isActive ? runOfThread.run?.runId : undefined;
  const queued = messages.filter((message) => isQueued(message, run));
  const said = queued.length === 0 ? messages : messages.filter((message) => !queued.includes(message));
  const shownRun = isTakenBack(run, said) ? null : run;
  return (
    <ToolSlotContext value={slot}>
      <WantedNotice wanted={wanted} onClose={forget} />
      <MessageList
        messages={said}
        wantedId={wantedId}
        canLoadMore={canLoadMore}
        loadMore={loadMore}
        tail={<RunNotice threadId={threadId} run={shownRun} messages={said} />}
      >
        {(message) => (
          <MessageView
            key={message.id}
            message={message}
            isMarked={message.id === wantedId}
            isUnderWay={underWay !== undefined && message.metadata?.runId === underWay}
            {...{ openSource, threadId }}
          />
        )}
      </MessageList>
      <QueuedPrompts threadId={threadId} prompts={queued} />
      <Composer
        draftKey={threadId}
        isFocused={isFresh(location.state)}
        onSend={ask}
        run={runOfThread.isActive ? runOfThread : undefined}
      />
      <Announcer run={shownRun} messages={said} />
      <SourcePanel opened={opened} onClose={() => setOpened(null)} />
    </ToolSlotContext>
  );
}

/** A prompt behind the active run's turn waits until that is over. */
function isQueued({ role, metadata }: ThreadMessage, run: Run | null): boolean {
  if (run === null || !isActive(run)) return false;
  return role === "user" && metadata !== undefined && metadata.turn > run.turn;
}

/** The run of a question that was taken back before its turn says nothing of the answer that is shown. */
const isTakenBack = (run: Run | null, said: readonly ThreadMessage[]): boolean =>
  run?.state.kind === "canceled" && !said.some(({ metadata }) => metadata?.turn === run.turn);

/** True right after the conversation was begun on this page. */
const isFresh = (state: unknown): boolean => fieldOf(state, "isFresh") === true;

type RunOfThread = Pick<
  ReturnType<typeof useRun<typeof api.chat>>,
  "run" | "waiting" | "approve" | "deny" | "answer"
>;

/** The forms of the calls that wait for a person, each beneath its call. */
function useToolSlot({ run, waiting, approve, deny, answer }: RunOfThread): ToolSlot {
  return useMemo(
    () => (part, runId) => {
      if (run === null || runId !== run.runId || part.state.startsWith("output")) return null;
      const call = waiting.find(({ callId }) => callId === part.toolCallId);
      if (call === undefined) return null;
      return <WaitingCallForm key={call.callId + call.step} call={call} {...{ approve, deny, answer }} />;
    },
    [run, waiting, approve, deny, answer],
  );
}
