import { Alert, Paper, Stack, Text, Title } from "@mantine/core";
import type { Message, Run } from "convex-agent-memory";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { LAST_ANSWER } from "../../../shell/addresses.js";
import { LoadingState } from "../../../shell/states.js";
import { useNow } from "../../../data/useNow.js";
import { TextOf } from "../TextOf.js";
import { isActive } from "../../../data/isActive.js";
import classes from "../runs.module.css";
import { NestedRun } from "./NestedRun.js";
import { StepCard } from "./StepCard.js";
import { timelineOf, type Entry, type Span } from "./timeline.js";
import { useRunParts } from "./useRunParts.js";
import { AskingEntry, SteeringEntry, WaitEntry } from "./smallEntries.js";

const TICK_MS = 500;

/** A run from its prompt to its answer: steps, tools, waits, and what was said meanwhile. */
export function RunSteps({ run, isNested = false }: { run: Run; isNested?: boolean }) {
  const messageId = useNamedId(isNested);
  const read = useRunParts(run);
  const now = useNow(isActive(run) ? TICK_MS : null);
  const timeline = useMemo(() => (read === undefined ? null : timelineOf(read.parts)), [read]);
  if (read === undefined || timeline === null) return <LoadingState label="Loading the steps" />;
  const { prompt, entries, otherRuns } = timeline;
  const named = stepNamed(entries, messageId);
  const span = { from: timeline.span.from, to: Math.max(timeline.span.to ?? now, timeline.span.from + 1) };
  return (
    <Stack gap="md">
      {prompt !== undefined && <Prompt prompt={prompt} title={isNested ? "It was asked" : "The prompt"} />}
      {read.isCut && <Alert color="gray">This run is very long: not all of it is shown.</Alert>}
      {!isNested && (
        <Title order={2} size="h4">
          Steps
        </Title>
      )}
      {entries.length === 0 && <NothingYet run={run} />}
      <ol className={classes.timeline} aria-label="What the run did, in order">
        {entries.map((entry, index) => (
          <TimelineEntry key={keyOf(entry, index)} {...{ entry, span, now }} isNamed={entry === named} />
        ))}
      </ol>
      {otherRuns.length > 0 && (
        <Stack gap="xs">
          <Text fw={600}>Agents that this run asked</Text>
          {otherRuns.map(nestedOf)}
        </Stack>
      )}
    </Stack>
  );
}

/** A run in a run, however deep. */
const nestedOf = (nested: Run) => (
  <NestedRun key={nested.runId} run={nested} stepsOf={(run) => <RunSteps run={run} isNested />} />
);

const NothingYet = ({ run }: { run: Run }) => (
  <Text c="dimmed">{isActive(run) ? "It has not begun yet." : "It ended before its model was asked."}</Text>
);

const Prompt = ({ prompt, title }: { prompt: Message; title: string }) => (
  <Paper withBorder p="md">
    <Text size="xs" c="dimmed">
      {title}
    </Text>
    <TextOf parts={prompt.parts} />
  </Paper>
);

const keyOf = (entry: Entry, index: number): string =>
  entry.kind === "step" ? `step ${entry.number}` : `${entry.kind} ${index}`;

/** The message that the address names: it is of the run that the page shows. */
function useNamedId(isNested: boolean): string | null {
  const [search] = useSearchParams();
  return isNested ? null : search.get("message");
}

/** The step that the address names by its message, or as the last that answered. */
function stepNamed(entries: readonly Entry[], messageId: string | null): Entry | undefined {
  if (messageId === null) return undefined;
  return entries.findLast(
    (entry) =>
      entry.kind === "step" &&
      entry.message !== undefined &&
      (messageId === LAST_ANSWER || entry.message.messageId === messageId),
  );
}

type EntryProps = { entry: Entry; span: Required<Span>; now: number; isNamed: boolean };

function TimelineEntry({ entry, span, now, isNamed }: EntryProps) {
  switch (entry.kind) {
    case "wait":
      return <WaitEntry entry={entry} now={now} />;
    case "steering":
      return <SteeringEntry message={entry.message} />;
    case "asking":
      return <AskingEntry from={entry.span.from} now={now} />;
    case "step":
      return <StepCard step={entry} {...{ span, isNamed, nestedOf }} />;
  }
}
