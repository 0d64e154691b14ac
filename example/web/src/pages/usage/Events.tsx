import { Anchor, Badge, Button, Card, Center, Text, Title } from "@mantine/core";
import type { UsageEvent } from "convex-agent-memory";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { api } from "../../api.js";
import { usePages } from "../../data/usePages.js";
import { runAddress } from "../../shell/addresses.js";
import { formatCount, formatDuration, formatExactMoney, formatExactTime } from "../../shell/formats.js";
import { LoadingState } from "../../shell/states.js";
import { NumbersTable, numberColumns, type Column } from "./NumbersTable.js";
import { personLabel, purposeLabel } from "./usageLabels.js";
import type { Span, UsageView } from "./usageView.js";

const PAGE = 20;
const MIN_WIDTH_PX = 780;
const NEWEST_FIRST = {
  idOf: ({ eventId }: UsageEvent) => eventId,
  compare: (left: UsageEvent, right: UsageEvent) => right.at - left.at,
};

type Props = { whose: UsageView["whose"]; span: Span; currency: string };

/** The newest calls of the span, each with what it cost and the run that it belongs to. */
export function Events({ whose, span, currency }: Props) {
  const isTenant = whose === "tenant";
  const { items, isLoading, error, canLoadMore, loadMore } = usePages(
    isTenant ? api.costs.eventsOf : api.spending.listUsage,
    { args: { ...span, limit: PAGE }, order: NEWEST_FIRST },
  );
  if (error !== undefined) throw error; // the page's boundary says it
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="events">
      <Title order={2} size="h4" id="events" mb="xs">
        Newest calls
      </Title>
      {isLoading ? (
        <LoadingState label="Loading calls" />
      ) : (
        <Calls events={items} isTenant={isTenant} currency={currency} />
      )}
      {canLoadMore && (
        <Center mt="sm">
          <Button variant="default" size="xs" onClick={() => void loadMore()}>
            Show more
          </Button>
        </Center>
      )}
    </Card>
  );
}

type CallsProps = { events: readonly UsageEvent[]; isTenant: boolean; currency: string };

function Calls({ events, isTenant, currency }: CallsProps) {
  if (events.length === 0) return <Text c="dimmed">No calls in this span.</Text>;
  const columns: Column[] = [
    { title: "When" },
    ...(isTenant ? [{ title: "Person" }] : []),
    { title: "Purpose" },
    { title: "Model" },
    ...numberColumns("Tokens in", "Tokens out", "Took", "Cost"),
    ...(isTenant ? [] : [{ title: "Run" }]), // those of others are not for an admin to open
  ];
  return (
    <NumbersTable
      label="Newest calls"
      minWidth={MIN_WIDTH_PX}
      columns={columns}
      rows={events.map((event) => ({
        key: event.eventId,
        cells: [
          formatExactTime(event.at),
          ...(isTenant ? [personLabel(event.userId)] : []),
          <Purpose key="purpose" event={event} />,
          <Beside key="model" text={event.provider}>
            {event.model}
          </Beside>,
          ...figuresOf(event, currency),
          ...(isTenant ? [] : [<RunLink key="run" event={event} />]),
        ],
      }))}
    />
  );
}

function figuresOf({ inputTokens, outputTokens, ms, costMicros, isEstimated }: UsageEvent, currency: string) {
  const about = isEstimated === true ? "about " : "";
  return [
    about + formatCount(inputTokens),
    about + formatCount(outputTokens),
    formatDuration(ms),
    formatExactMoney(costMicros, currency),
  ];
}

function Purpose({ event: { purpose, agentName, isFailed } }: { event: UsageEvent }) {
  return (
    <Beside text={agentName === undefined ? "" : `by ${agentName}`}>
      {purposeLabel(purpose)}
      {isFailed === true && (
        <Badge color="red" variant="light" size="sm" ml={6}>
          Failed
        </Badge>
      )}
    </Beside>
  );
}

function RunLink({ event: { threadId, runId } }: { event: UsageEvent }) {
  if (threadId === undefined || runId === undefined) return null;
  return (
    <Anchor component={Link} to={runAddress({ threadId, runId })} size="sm">
      Open run
    </Anchor>
  );
}

function Beside({ text, children }: { text: string; children: ReactNode }) {
  return (
    <>
      {children}{" "}
      <Text span size="sm" c="dimmed">
        {text}
      </Text>
    </>
  );
}
