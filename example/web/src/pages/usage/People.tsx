import { Button, Card, Modal, Text, Title } from "@mantine/core";
import type { UsageSums } from "convex-agent-memory";
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../api.js";
import { formatCount, formatExactMoney } from "../../shell/formats.js";
import { LoadingState } from "../../shell/states.js";
import { DailyLimit } from "./DailyLimit.js";
import { NumbersTable, numberColumns } from "./NumbersTable.js";
import { SomebodyElse } from "./SomebodyElse.js";
import { personLabel } from "./usageLabels.js";
import type { Span } from "./usageView.js";

type Props = { span: Span; currency: string; now: number };

/** For an admin: who has used how much, and what each may spend a day. */
export function People({ span, currency, now }: Props) {
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="people">
      <Title order={2} size="h4" id="people" mb="xs">
        People
      </Title>
      <Everyone span={span} currency={currency} onChoose={setChosen} />
      <Modal
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title={chosen === null ? "" : `What ${personLabel(chosen)} may spend`}
        size="lg"
      >
        {chosen !== null && (
          <DailyLimit userId={chosen} currency={currency} now={now} onDone={() => setChosen(null)} />
        )}
      </Modal>
    </Card>
  );
}

function Everyone({ span, currency, onChoose }: Omit<Props, "now"> & { onChoose: (userId: string) => void }) {
  const summary = useQuery(api.costs.summaryOf, { ...span, by: "user" });
  if (summary === undefined) return <LoadingState label="Loading people" />;
  const people = (summary.groups ?? []).flatMap(({ userId, ...sums }) =>
    userId === undefined ? [] : [{ userId, ...sums }],
  );
  return (
    <>
      {people.length === 0 ? (
        <Text c="dimmed">Nobody of your tenant has used anything in this span.</Text>
      ) : (
        <PeopleTable people={people} currency={currency} onChoose={onChoose} />
      )}
      <SomebodyElse known={people.map(({ userId }) => userId)} onChoose={onChoose} />
    </>
  );
}

type Person = UsageSums & { userId: string };

function PeopleTable({
  people,
  currency,
  onChoose,
}: {
  people: readonly Person[];
  currency: string;
  onChoose: (userId: string) => void;
}) {
  return (
    <NumbersTable
      label="People"
      minWidth={480}
      columns={[{ title: "Person" }, ...numberColumns("Calls", "Tokens", "Cost", "Limit")]}
      rows={people.map(({ userId, calls, inputTokens, outputTokens, costMicros }) => ({
        key: userId,
        cells: [
          personLabel(userId),
          formatCount(calls),
          formatCount(inputTokens + outputTokens),
          formatExactMoney(costMicros, currency),
          <Button
            key="limit"
            size="compact-sm"
            variant="default"
            aria-label={`Daily limit of ${personLabel(userId)}`}
            onClick={() => onChoose(userId)}
          >
            Daily limit…
          </Button>,
        ],
      }))}
    />
  );
}
