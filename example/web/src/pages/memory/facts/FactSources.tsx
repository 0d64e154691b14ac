import { Group, Skeleton, Stack, Text } from "@mantine/core";
import type { Fact, Message } from "convex-agent-memory";
import { api } from "../../../api.js";
import { useResult } from "../../../data/useResult.js";
import { Onward } from "../../../messages/Onward.js";
import { useSession } from "../../../session/useSession.js";
import { errorText } from "../../../shell/errorText.js";
import { chatAddress, runAddress } from "../../../shell/addresses.js";
import { Moment } from "../../../text/Moment.js";
import classes from "../memory.module.css";
import { writerName } from "../writerName.js";

const SHOWN_LINES = 4;
const NO_SOURCES: Readonly<Record<Fact["origin"], string>> = {
  agent: "An agent wrote it, and named no message that it rests on.",
  app: "Written by hand: it rests on the word of who wrote it.",
  extraction: "Found in a conversation whose message is gone.",
};

/** What a fact rests on: messages, each with the way to its conversation, and what the app names. */
export function FactSources({
  fact: { sources, origin, state },
}: {
  fact: Pick<Fact, "sources" | "origin" | "state">;
}) {
  if (sources.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {state.kind === "forgotten" ? "Its sources were erased with it." : NO_SOURCES[origin]}
      </Text>
    );
  return (
    <Stack gap="sm">
      {sources.map((source) =>
        source.kind === "message" ? (
          <MessageSource key={source.messageId} {...source} />
        ) : (
          <Text key={source.ref} size="sm" className={classes["quote"]}>
            {source.ref}
          </Text>
        ),
      )}
    </Stack>
  );
}

function MessageSource({ messageId, threadId }: { messageId: string; threadId: string }) {
  const message = useResult(api.chat.getMessage, { messageId });
  if (message.kind === "loading") return <Skeleton h={56} aria-label="Loading the message" />;
  if (message.kind === "failed")
    return (
      <Text size="sm" c="dimmed" className={classes["quote"]}>
        {errorText(message.error).title}: it was removed, or you do not take part in its conversation.
      </Text>
    );
  const { runId, role } = message.value;
  return (
    <div className={classes["quote"]}>
      <Text size="sm" lineClamp={SHOWN_LINES} className={classes["text"]}>
        {wordsIn(message.value)}
      </Text>
      <Group gap="xs" mt={4} justify="space-between">
        <Speaker message={message.value} />
        <Group gap="sm">
          {runId !== undefined && (
            <Onward to={runAddress({ threadId, runId }, role === "assistant" ? messageId : undefined)}>
              See the run
            </Onward>
          )}
          <Onward to={chatAddress(threadId, messageId)}>Open the conversation</Onward>
        </Group>
      </Group>
    </div>
  );
}

function Speaker({
  message: { role, author, speaker, agentName, createdAt, saidAt, editedAt },
}: {
  message: Message;
}) {
  const { user } = useSession();
  const name =
    role === "assistant" ? (agentName ?? "The agent") : (speaker ?? writerName(author, user?.subject));
  return (
    <Text size="xs" c="dimmed">
      {name}, <Moment at={saidAt ?? createdAt} />
      {editedAt !== undefined && ", edited"}
    </Text>
  );
}

const wordsIn = ({ parts }: Message): string =>
  parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n") || "A message without words";
