import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import { IconMessages, IconPencilPlus, IconTimeline } from "@tabler/icons-react";
import type { Thread } from "convex-agent-memory";
import { useQuery } from "convex/react";
import { Link } from "react-router";
import { api } from "../../api.js";
import { runsAddress } from "../../shell/addresses.js";
import classes from "./chat.module.css";
import { ThreadMenu } from "./ThreadMenu.js";
import { titleOf } from "../../text/threadTitle.js";

/** Which conversation is open, and what can be done with it. */
export function ConversationHeader({
  threadId,
  onOpenList,
}: {
  threadId: string | undefined;
  onOpenList: () => void;
}) {
  const thread = useQuery(api.chat.getThread, threadId === undefined ? "skip" : { threadId });
  return (
    <Group className={classes.header} wrap="nowrap" gap="xs" px="md">
      <ActionIcon
        className={classes.listButton}
        variant="default"
        size="md"
        aria-label="Conversations"
        onClick={onOpenList}
      >
        <IconMessages size={18} aria-hidden />
      </ActionIcon>
      <Text
        component="h1"
        size="md"
        fw={600}
        tabIndex={-1}
        truncate
        style={{ flex: 1, minWidth: 0 }}
        dir="auto"
      >
        {threadId === undefined ? "New conversation" : thread === undefined ? "" : titleOf(thread)}
      </Text>
      {thread !== undefined && <ThreadActions thread={thread} />}
    </Group>
  );
}

function ThreadActions({ thread }: { thread: Thread }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Tooltip label="How it was answered, step by step">
        <ActionIcon
          component={Link}
          to={runsAddress(thread.threadId)}
          variant="subtle"
          color="gray"
          aria-label="How it was answered, step by step"
        >
          <IconTimeline size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="New conversation">
        <ActionIcon
          className={classes.listButton}
          component={Link}
          to="/chat"
          variant="subtle"
          color="gray"
          aria-label="New conversation"
        >
          <IconPencilPlus size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <ThreadMenu thread={thread} />
    </Group>
  );
}
