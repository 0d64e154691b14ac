import { Anchor, Button, Stack } from "@mantine/core";
import { IconTimeline } from "@tabler/icons-react";
import type { Run } from "convex-agent-memory";
import { Link } from "react-router";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { usePages } from "../../data/usePages.js";
import { chatAddress } from "../../shell/addresses.js";
import { PageHeader } from "../../shell/PageHeader.js";
import { EmptyState, LoadingState } from "../../shell/states.js";
import { titleOf } from "../../text/threadTitle.js";
import { NotThere } from "./NotThere.js";
import { RunGroups } from "./RunGroups.js";

const PAGE_RUNS = 20;
const NEWEST_FIRST = {
  idOf: ({ runId }: Run) => runId,
  compare: (left: Run, right: Run) => right.turn - left.turn || right.startedAt - left.startedAt,
};

/** The runs of one conversation, newest first, live. */
export function ThreadRuns({ threadId }: { threadId: string }) {
  const thread = useResult(api.chat.getThread, { threadId });
  const { items, isLoading, error, canLoadMore, loadMore } = usePages(api.chat.listRuns, {
    args: { threadId, limit: PAGE_RUNS },
    order: NEWEST_FIRST,
  });
  if (thread.kind === "failed") return <NotThere error={thread.error} />;
  if (error !== undefined) return <NotThere error={error} />;
  const title = thread.kind === "ready" ? titleOf(thread.value) : "Conversation";
  return (
    <Stack gap="lg">
      <Anchor component={Link} to="/runs" size="sm">
        All runs
      </Anchor>
      <PageHeader title={title} description="The runs of this conversation.">
        <Button component={Link} to={chatAddress(threadId)} variant="default" size="xs">
          Open the conversation
        </Button>
      </PageHeader>
      {items.length > 0 ? (
        <RunGroups runs={items.map((run) => ({ run, title: `Turn ${run.turn + 1}` }))} />
      ) : isLoading ? (
        <LoadingState label="Loading runs" />
      ) : (
        <EmptyState icon={IconTimeline} title="No agent has run here yet">
          Ask something in the conversation: each answer is a run.
        </EmptyState>
      )}
      {canLoadMore && (
        <Button variant="default" style={{ alignSelf: "center" }} onClick={() => void loadMore()}>
          Show older runs
        </Button>
      )}
    </Stack>
  );
}
