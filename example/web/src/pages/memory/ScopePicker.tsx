import { Group, SegmentedControl, Select } from "@mantine/core";
import { useThreads } from "convex-agent-memory/react";
import { api } from "../../api.js";
import { titleOf } from "../../text/threadTitle.js";
import type { ChosenScope } from "./useScope.js";

const SCOPES = [
  { value: "user", label: "Mine" },
  { value: "tenant", label: "My tenant’s" },
  { value: "thread", label: "A conversation’s" },
];

/** Whose memory is shown: the viewer's own, what everyone of their tenant shares, or one conversation's. */
export function ScopePicker({ scope: { name, threadId, choose } }: { scope: ChosenScope }) {
  return (
    <Group gap="xs">
      <SegmentedControl
        aria-label="Whose memory"
        data={SCOPES}
        value={name}
        onChange={(next) => choose(next)}
        size="sm"
      />
      {name === "thread" && <ThreadSelect value={threadId} onChange={(next) => choose("thread", next)} />}
    </Group>
  );
}

const THREADS_SHOWN = 100;

/** A choice among the viewer's conversations, the latest first. */
export function ThreadSelect({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (threadId: string | null) => void;
}) {
  const { threads, isLoading } = useThreads(api.chat, { limit: THREADS_SHOWN });
  const data = threads.map((thread) => ({ value: thread.threadId, label: titleOf(thread) }));
  return (
    <Select
      aria-label="Conversation"
      placeholder={isLoading ? "Loading the conversations" : "Choose a conversation"}
      nothingFoundMessage="No such conversation"
      data={data}
      value={value}
      onChange={onChange}
      searchable
      w={260}
      maw="100%"
    />
  );
}
