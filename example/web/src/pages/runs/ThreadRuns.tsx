import { Anchor, Button, Stack } from "@mantine/core";
import { IconTimeline } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api.js";
import { PageHeader } from "../../shell/PageHeader.js";
import { EmptyState, LoadingState } from "../../shell/states.js";
import { titleOf } from "../chat/threadTitle.js";
import { NotThere } from "./NotThere.js";
import { useOne } from "./useOne.js";
import { RunGroups } from "./RunGroups.js";

const MORE_RUNS = 20;
/** As many as one page of a list may hold. */
const MOST_RUNS = 200;

/** The runs of one conversation, newest first, live. */
export function ThreadRuns({ threadId }: { threadId: string }) {
  const [limit, setLimit] = useState(MORE_RUNS);
  const thread = useOne(api.chat.getThread, { threadId });
  const listed = useOne(api.chat.listRuns, { threadId, cursor: null, limit });
  if (thread instanceof Error) return <NotThere error={thread} />;
  if (listed instanceof Error) return <NotThere error={listed} />;
  const title = thread === undefined ? "Conversation" : titleOf(thread);
  return (
    <Stack gap="lg">
      <Anchor component={Link} to="/runs" size="sm">
        All runs
      </Anchor>
      <PageHeader title={title} description="The runs of this conversation.">
        <Button component={Link} to={`/chat/${encodeURIComponent(threadId)}`} variant="default" size="xs">
          Open the conversation
        </Button>
      </PageHeader>
      {listed === undefined ? (
        <LoadingState label="Loading runs" />
      ) : listed.page.length === 0 ? (
        <EmptyState icon={IconTimeline} title="No agent has run here yet" />
      ) : (
        <RunGroups runs={listed.page.map((run) => ({ run, title: `Turn ${run.turn + 1}` }))} />
      )}
      {listed !== undefined && listed.cursor !== null && limit < MOST_RUNS && (
        <Button variant="default" style={{ alignSelf: "center" }} onClick={() => setLimit(limit + MORE_RUNS)}>
          Show older runs
        </Button>
      )}
    </Stack>
  );
}
