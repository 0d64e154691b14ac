import { Badge, Card, Group, Stack, Text, Title } from "@mantine/core";
import type { BudgetStatus } from "convex-agent-memory";
import type { CSSProperties } from "react";
import { budgetAmount, budgetTitle, fullness, meterParts, resetText } from "./budgetTexts.js";
import classes from "./usage.module.css";

const COLOURS = {
  room: "var(--mantine-color-indigo-6)",
  near: "var(--mantine-color-orange-7)",
  full: "var(--mantine-color-red-7)",
} as const;

/** Where a budget stands: what is spent, in flight and held, what is left, and when it begins anew. */
export function BudgetMeter({
  budget,
  currency,
  now,
}: {
  budget: BudgetStatus;
  currency: string;
  now: number;
}) {
  const { limit, spent, inFlight, reserved, remaining } = budget;
  const amount = (value: number) => budgetAmount(budget, value, currency);
  const summary = `${amount(spent + inFlight)} of ${amount(limit)} spent`;
  return (
    <Card withBorder padding="md" role="group" aria-label={budgetTitle(budget)}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Title order={3} size="h5">
            {budgetTitle(budget)}
          </Title>
          <Badges budget={budget} />
        </Group>
        <Meter budget={budget} summary={summary} />
        <Text fw={500}>{summary}</Text>
        <Group gap="md" component="dl" m={0}>
          <Figure label="Spent" value={amount(spent)} />
          <Figure
            label="In flight"
            value={`${budget.isCut === true ? "at least " : ""}${amount(inFlight)}`}
          />
          <Figure label="Held for open runs" value={amount(Math.max(reserved - inFlight, 0))} />
          <Figure label="Left" value={amount(remaining)} />
        </Group>
        <Text size="sm" c="dimmed">
          {resetText(budget, now)}
          {budget.isByRule === true && " The assistant sets it."}
        </Text>
      </Stack>
    </Card>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="dd" m={0} size="sm" className={classes["numbers"]} ta="start">
        {value}
      </Text>
    </div>
  );
}

function Meter({ budget, summary }: { budget: BudgetStatus; summary: string }) {
  const parts = meterParts(budget);
  const style: CSSProperties & Record<"--meter-colour", string> = {
    "--meter-colour": COLOURS[fullness(budget)],
  };
  const part = (name: keyof typeof parts) => (
    <div className={classes[name]} style={{ width: `${parts[name]}%` }} />
  );
  return (
    <div
      role="meter"
      aria-label={budgetTitle(budget)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(parts.spent + parts.inFlight)}
      aria-valuetext={summary}
      className={classes["meter"]}
      style={style}
    >
      {part("spent")}
      {part("inFlight")}
      {part("reserved")}
    </div>
  );
}

function Badges({ budget }: { budget: BudgetStatus }) {
  const state = fullness(budget);
  return (
    <Group gap={6}>
      {state === "full" && <Badge color="red">Used up</Badge>}
      {state === "near" && (
        <Badge color="orange" variant="light">
          Nearly used up
        </Badge>
      )}
      {budget.isWarned && (
        <Badge color="yellow" variant="light">
          Warned
        </Badge>
      )}
      <Badge color="gray" variant="light">
        {budget.mode === "hard" ? "Stops calls" : "Only warns"}
      </Badge>
    </Group>
  );
}
