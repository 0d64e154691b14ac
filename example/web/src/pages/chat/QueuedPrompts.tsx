import { ActionIcon, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { ThreadMessage } from "convex-agent-memory/react";
import { useMutation, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../api.js";
import { telling } from "../../data/telling.js";
import { rowIdOf, textOf } from "../../messages/parts.js";
import classes from "./chat.module.css";

/** At most so many runs of a thread wait. */
const MOST_QUEUED = 33;

/** Questions that wait until the answer under way is done, in their order; each can be taken back. */
export function QueuedPrompts({ threadId, prompts }: { threadId: string; prompts: ThreadMessage[] }) {
  if (prompts.length === 0) return null;
  return (
    <section className={classes.queue} aria-label="Questions that wait">
      <Text size="xs" c="dimmed">
        {prompts.length === 1 ? "Answered after this one:" : "Answered after this one, in this order:"}
      </Text>
      <QueueList threadId={threadId} prompts={prompts} />
    </section>
  );
}

function QueueList({ threadId, prompts }: { threadId: string; prompts: ThreadMessage[] }) {
  const runs = useQuery(api.chat.listRuns, { threadId, cursor: null, limit: MOST_QUEUED });
  return (
    <ol className={classes.plainList}>
      {prompts.map((prompt, index) => {
        const run = runs?.page.find(
          ({ turn, state }) => turn === prompt.metadata?.turn && state.kind === "queued",
        );
        return <Queued key={prompt.id} prompt={prompt} place={index + 1} runId={run?.runId} />;
      })}
    </ol>
  );
}

type QueuedProps = { prompt: ThreadMessage; place: number; runId: string | undefined };

function Queued({ prompt, place, runId }: QueuedProps) {
  const [isGoing, setGoing] = useState(false);
  const cancel = useMutation(api.chat.cancelRun);
  const remove = useMutation(api.chat.removeMessage);
  const messageId = rowIdOf(prompt);
  const takeBack = async (ofRun: string): Promise<void> => {
    await cancel({ runId: ofRun, reason: "Taken back." });
    await remove({ messageId });
  };
  const go = async (ofRun: string): Promise<void> => {
    setGoing(true);
    if (!(await telling(takeBack(ofRun)))) setGoing(false);
  };
  const words = textOf(prompt);
  return (
    <li className={classes.queued}>
      <Text size="sm" fw={600} component="span" aria-hidden>
        {place}
      </Text>
      <Text size="sm" truncate component="span" style={{ flex: 1 }} dir="auto">
        {words === "" ? "A file" : words}
      </Text>
      <ActionIcon
        size="sm"
        variant="subtle"
        color="gray"
        aria-label={`Take back: ${words}`}
        disabled={runId === undefined}
        loading={isGoing}
        onClick={() => runId !== undefined && void go(runId)}
      >
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </li>
  );
}
