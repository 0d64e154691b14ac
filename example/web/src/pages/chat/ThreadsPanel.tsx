import { Button, CloseButton, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPencilPlus, IconSearch } from "@tabler/icons-react";
import type { ThreadStatus } from "convex-agent-memory";
import { useThreads } from "convex-agent-memory/react";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api.js";
import classes from "./chat.module.css";
import { RowsLoading } from "./RowsLoading.js";
import { ThreadRow } from "./ThreadRow.js";
import { ThreadSearch } from "./ThreadSearch.js";
import { useNow } from "../../data/useNow.js";
import { PageBoundary } from "../../shell/PageBoundary.js";

export type ThreadsPanelProps = { openThreadId: string | undefined; onChosen?: () => void };

const SEARCH_DELAY_MS = 250;
/** More than anybody types; a longer one, pasted by mistake, would be refused. */
const QUERY_MAX_CHARACTERS = 512;
const MINUTE_MS = 60_000;

/** The caller's conversations: the latest first, or those that a search finds. */
export function ThreadsPanel({ openThreadId, onChosen }: ThreadsPanelProps) {
  const [words, setWords] = useState("");
  const [query] = useDebouncedValue(words.trim(), SEARCH_DELAY_MS);
  const [status, setStatus] = useState<ThreadStatus>("active");
  return (
    <nav className={classes.panel} aria-label="Conversations">
      <Stack gap="xs" p="sm">
        <Button
          component={Link}
          to="/chat"
          onClick={onChosen}
          variant="light"
          leftSection={<IconPencilPlus size={18} aria-hidden />}
        >
          New conversation
        </Button>
        <TextInput
          aria-label="Search conversations"
          placeholder="Search titles and words"
          leftSection={<IconSearch size={16} aria-hidden />}
          maxLength={QUERY_MAX_CHARACTERS}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          rightSection={
            words !== "" && (
              <CloseButton size="sm" aria-label="Clear the search" onClick={() => setWords("")} />
            )
          }
        />
        {query === "" && (
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label="Which conversations"
            value={status}
            onChange={setStatus}
            data={[
              { value: "active", label: "Active" },
              { value: "archived", label: "Archived" },
            ]}
          />
        )}
      </Stack>
      <PageBoundary place={`${status} ${query}`}>
        {query === "" ? (
          <ThreadList key={status} status={status} openThreadId={openThreadId} onChosen={onChosen} />
        ) : (
          <ThreadSearch query={query} onChosen={onChosen} />
        )}
      </PageBoundary>
    </nav>
  );
}

function ThreadList({ status, openThreadId, onChosen }: ThreadsPanelProps & { status: ThreadStatus }) {
  const { threads, isLoading, loadMore, canLoadMore } = useThreads(api.chat, { status });
  const now = useNow(MINUTE_MS);
  if (isLoading) return <RowsLoading />;
  // Threads in which agents ask each other are shown where they were asked.
  const shown = threads.filter(({ parentRunId }) => parentRunId === undefined);
  if (shown.length === 0 && !canLoadMore)
    return (
      <Text c="dimmed" size="sm" p="md" ta="center">
        {status === "active" ? "No conversation yet. Ask something to begin one." : "Nothing is archived."}
      </Text>
    );
  return (
    <div className={classes.rows}>
      <ul className={classes.plainList}>
        {shown.map((thread) => (
          <ThreadRow
            key={thread.threadId}
            thread={thread}
            now={now}
            isOpen={thread.threadId === openThreadId}
            onChosen={onChosen}
          />
        ))}
      </ul>
      {canLoadMore && (
        <Button variant="subtle" size="compact-sm" fullWidth my="xs" onClick={() => void loadMore()}>
          Earlier conversations
        </Button>
      )}
    </div>
  );
}
