import { Alert, Button, Group, Loader, Text } from "@mantine/core";
import { IconAlertTriangle, IconClock, IconPlayerStop } from "@tabler/icons-react";
import type { Run } from "convex-agent-memory";
import type { ThreadMessage } from "convex-agent-memory/react";
import { useSend } from "convex-agent-memory/react";
import { api } from "../../api.js";
import { rowIdOf } from "../../messages/parts.js";
import { failureWords } from "../../messages/failureWords.js";
import { momentWords } from "../../shell/formats.js";
import { ProblemAlert } from "./ProblemAlert.js";
import { useSending } from "./useSending.js";
import classes from "./chat.module.css";

type RunNoticeProps = { threadId: string; run: Run | null; messages: ThreadMessage[] };

/** How the last answer stands, where that is more than its words: it begins, waits, failed or was stopped. */
export function RunNotice({ threadId, run, messages }: RunNoticeProps) {
  const notice = run === null ? null : noticeOf(run, messages);
  return (
    <div className={classes.tail}>
      {notice}
      {run !== null && (run.state.kind === "failed" || run.state.kind === "canceled") && (
        <TryAgain threadId={threadId} run={run} messages={messages} />
      )}
    </div>
  );
}

function noticeOf(run: Run, messages: ThreadMessage[]) {
  const { state, waitsUntil, waitsFor } = run;
  switch (state.kind) {
    case "queued":
      return <Waiting words={queuedWords(state.startAt)} />;
    case "running":
      if (waitsUntil !== undefined) return <Waiting words={waitWords(waitsFor, waitsUntil)} />;
      return isSaying(run, messages) ? null : (
        <Group gap="xs" c="dimmed">
          <Loader size={16} type="dots" aria-hidden />
          <Text size="sm">Thinking …</Text>
        </Group>
      );
    case "awaitingApproval":
    case "awaitingResult":
      return <Waiting words="The answer goes on as soon as you have decided above." />;
    case "failed": {
      const { title, advice } = failureWords(state, run.exceeded);
      return (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={title}>
          {advice}
        </Alert>
      );
    }
    case "canceled":
      return (
        <Group gap="xs" c="dimmed">
          <IconPlayerStop size={16} aria-hidden />
          <Text size="sm">
            This answer was stopped.{state.reason === undefined ? "" : ` ${state.reason}`}
          </Text>
        </Group>
      );
    case "completed":
      return null;
  }
}

const Waiting = ({ words }: { words: string }) => (
  <Group gap="xs" c="dimmed" wrap="nowrap">
    <IconClock size={16} style={{ flex: "none" }} aria-hidden />
    <Text size="sm">{words}</Text>
  </Group>
);

const queuedWords = (startAt: number | undefined): string =>
  startAt === undefined
    ? "Waits for its turn: it is answered when the answers before it are done."
    : `Is asked ${momentWords(startAt)}.`;

const waitWords = (waitsFor: Run["waitsFor"], until: number): string =>
  waitsFor === "budget"
    ? `The budget is spent. The answer goes on by itself when it resets, ${momentWords(until)}.`
    : `Too many questions at once. The answer goes on by itself ${momentWords(until)}.`;

/** True while words of this run's answer are there to be seen growing. */
function isSaying(run: Run, messages: ThreadMessage[]): boolean {
  const last = messages.findLast(
    ({ metadata }) => metadata?.runId === run.runId && metadata.turn === run.turn,
  );
  const part = last?.parts.at(-1);
  return last?.role === "assistant" && part?.type === "text" && part.state === "streaming";
}

/** Asks the last question again, as it stands in the conversation. */
function TryAgain({ threadId, run, messages }: RunNoticeProps & { run: Run }) {
  const again = useSend(api.ask.again);
  const { isBusy, failure, attempt, clear } = useSending();
  // What was told to the answer while it was under way stands in the same turn, behind its question.
  const prompt = messages.find(({ role, metadata }) => role === "user" && metadata?.turn === run.turn);
  if (prompt === undefined) return null;
  const ask = () => attempt(() => again({ threadId, promptMessageId: rowIdOf(prompt) }));
  return (
    <>
      <Button mt="xs" size="xs" variant="default" loading={isBusy} onClick={() => void ask()}>
        Try again
      </Button>
      {failure !== null && <ProblemAlert problem={failure} onClose={clear} />}
    </>
  );
}
