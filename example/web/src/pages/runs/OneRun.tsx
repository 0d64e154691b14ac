import { Alert, Anchor, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconChevronRight, IconClock } from "@tabler/icons-react";
import { useRun } from "convex-agent-memory/react";
import { useQuery } from "convex/react";
import { Link, Navigate } from "react-router";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { PageHeader } from "../../shell/PageHeader.js";
import { LoadingState } from "../../shell/states.js";
import { runAddress, runsAddress } from "../../shell/addresses.js";
import { failureWords } from "../../messages/failureWords.js";
import { WaitingCallForm } from "../chat/WaitingCallForm.js";
import { titleOf } from "../../text/threadTitle.js";
import { RunHeader } from "./RunHeader.js";
import { RunSteps } from "./timeline/RunSteps.js";
import { NotThere } from "./NotThere.js";
import { waitSentence } from "./runWords.js";

type RunPlace = { runId: string; threadId: string };

/** One run by its address; in words where there is none for who asks. */
export function OneRun({ runId, threadId }: RunPlace) {
  const found = useResult(api.chat.getRunById, { runId });
  if (found.kind === "loading") return <Loading />;
  if (found.kind === "failed") return <NotThere error={found.error} />;
  if (found.value.threadId !== threadId) return <Navigate to={runAddress(found.value)} replace />;
  return <RunView runId={runId} threadId={threadId} />;
}

/** Everything of a run, live: how it stands, what it waits for, and its steps. */
function RunView({ runId, threadId }: RunPlace) {
  const { run, waiting, isLoading, approve, deny, answer, cancel } = useRun(api.chat, { runId });
  const thread = useQuery(api.chat.getThread, { threadId });
  if (run === null || isLoading) return <Loading />;
  const { state } = run;
  const waits = waitSentence(run);
  return (
    <Stack gap="lg">
      <Group component="nav" gap={4} aria-label="Where this is" wrap="nowrap">
        <Anchor component={Link} to="/runs" size="sm">
          Runs
        </Anchor>
        <IconChevronRight size={14} aria-hidden style={{ flex: "none" }} />
        <Anchor component={Link} to={runsAddress(threadId)} size="sm" lineClamp={1} dir="auto">
          {thread === undefined ? "Conversation" : titleOf(thread)}
        </Anchor>
      </Group>
      <RunHeader run={run} cancel={cancel} />
      {state.kind === "failed" && <Failure run={run} />}
      {state.kind === "canceled" && (
        <Text c="dimmed">
          It was canceled{state.reason === undefined ? "." : `: ${state.reason}`} What was said by then is
          kept out of context.
        </Text>
      )}
      {waits !== null && (
        <Alert color="yellow" icon={<IconClock aria-hidden />} role="status">
          {waits}
        </Alert>
      )}
      {waiting.map((call) => (
        <WaitingCallForm key={`${call.callId} ${call.step}`} call={call} {...{ approve, deny, answer }} />
      ))}
      <RunSteps run={run} />
    </Stack>
  );
}

const Loading = () => (
  <>
    <PageHeader title="Run" />
    <LoadingState label="Loading the run" />
  </>
);

type OfRun = Pick<React.ComponentProps<typeof RunHeader>, "run">;

/** Why a run failed, with what its provider answered. */
function Failure({ run: { state, exceeded } }: OfRun) {
  if (state.kind !== "failed") return null;
  const { title, advice } = failureWords(state, exceeded);
  const { error } = state;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={title}>
      <Stack gap={4}>
        <Text size="sm">{advice}</Text>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          It was told: {state.message}
        </Text>
        {error !== undefined && (
          <Text size="sm">
            The provider answered{" "}
            {error.statusCode === undefined ? "with an error" : `with status ${error.statusCode}`}
            {error.isRetryable ? ", which may be over by itself." : ", which trying again does not mend."}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
