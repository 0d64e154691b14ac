import { Button, Stack } from "@mantine/core";
import { IconTimeline } from "@tabler/icons-react";
import type { Run } from "convex-agent-memory";
import { useThreads } from "convex-agent-memory/react";
import { useQueries } from "convex/react";
import { useMemo } from "react";
import { Link } from "react-router";
import { api } from "../../api.js";
import { errorCodeOf } from "../../shell/errorText.js";
import { PageHeader } from "../../shell/PageHeader.js";
import { EmptyState, LoadingState } from "../../shell/states.js";
import { titleOf } from "../../text/threadTitle.js";
import { RunGroups, type ListedRun } from "./RunGroups.js";

/** Conversations that are looked into at once, and the newest runs of each: what waits in a queue is among them. */
const PAGE_THREADS = 20;
const RUNS_OF_A_THREAD = 4;

/** The newest runs of the conversations that were last active, live, by where they stand. */
export function Overview() {
  const { threads, isLoading, canLoadMore, loadMore } = useThreads(api.chat, { limit: PAGE_THREADS });
  const pages = useRunsOf(threads.map(({ threadId }) => threadId));
  const read = threads.map(({ threadId }): unknown => pages[threadId]);
  const runs = threads.flatMap((thread): ListedRun[] =>
    runsIn(pages[thread.threadId]).map((run) => ({ run, title: titleOf(thread) })),
  );
  return (
    <Stack gap="lg">
      <PageHeader title="Runs" description="What the agents are doing, have done and why: live." />
      {runs.length > 0 ? (
        <RunGroups runs={runs} />
      ) : isLoading || read.includes(undefined) ? (
        <LoadingState label="Loading runs" />
      ) : (
        <EmptyState icon={IconTimeline} title="No agent has run yet">
          Ask something in the <Link to="/chat">chat</Link>: each answer is a run, with its steps, what its
          model was shown, and what it cost.
        </EmptyState>
      )}
      {canLoadMore && (
        <Button variant="default" onClick={() => void loadMore()} style={{ alignSelf: "center" }}>
          Look into older conversations
        </Button>
      )}
    </Stack>
  );
}

/** The newest runs of each conversation: a page, what was thrown, or undefined until it is there. */
function useRunsOf(threadIds: readonly string[]): Record<string, unknown> {
  const key = threadIds.join(" ");
  const asked = useMemo(() => {
    const page = { cursor: null, limit: RUNS_OF_A_THREAD };
    const ids = key === "" ? [] : key.split(" ");
    return Object.fromEntries(
      ids.map((threadId) => [threadId, { query: api.chat.listRuns, args: { threadId, ...page } }]),
    );
  }, [key]);
  return useQueries(asked);
}

/** A conversation that was removed meanwhile has none; what else went wrong is shown in the place of the page. */
function runsIn(page: unknown): Run[] {
  if (page === undefined || errorCodeOf(page) === "THREAD_NOT_FOUND") return [];
  if (page instanceof Error) throw page;
  return (page as typeof api.chat.listRuns._returnType).page; // what the query gives
}
