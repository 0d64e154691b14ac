import { Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "convex/react";
import { useState, type FormEvent } from "react";
import { api } from "../../api.js";
import { useAttempt } from "../../data/useAttempt.js";
import { LoadingState } from "../../shell/states.js";
import { FailureNotice } from "../../text/FailureNotice.js";
import { BudgetMeter } from "./BudgetMeter.js";
import { personLabel } from "./usageLabels.js";

const MICROS = 1_000_000;
const MICRO_DIGITS = 6;
/** More than a day ever costs; a slip of the finger is noticed. */
const MAX_AMOUNT = 1_000_000;

type Props = { userId: string; currency: string; now: number; onDone: () => void };

/** Where a person's budgets stand, and a form for what they may spend a day. */
export function DailyLimit({ userId, currency, now, onDone }: Props) {
  const budgets = useQuery(api.costs.statusOf, { userId });
  if (budgets === undefined) return <LoadingState label="Loading the budgets" />;
  const daily = budgets.find(
    ({ per, unit, period }) => per === "user" && unit === "cost" && period === "day",
  );
  return (
    <Stack>
      {budgets.map((budget) => (
        <BudgetMeter key={budget.budgetId} budget={budget} currency={currency} now={now} />
      ))}
      {budgets.length === 0 && <Text c="dimmed">Nothing limits {personLabel(userId)} yet.</Text>}
      <LimitForm userId={userId} currency={currency} limit={daily?.limit} onDone={onDone} />
    </Stack>
  );
}

function LimitForm({ userId, currency, limit, onDone }: Omit<Props, "now"> & { limit: number | undefined }) {
  const [amount, setAmount] = useState<string | number>(limit === undefined ? "" : limit / MICROS);
  const { isBusy, failure, attempt } = useAttempt();
  const setDailyLimit = useMutation(api.costs.setDailyLimit);
  const removeDailyLimit = useMutation(api.costs.removeDailyLimit);
  const isAmount = typeof amount === "number" && amount >= 0 && amount <= MAX_AMOUNT;
  const tryTo = async (work: () => Promise<unknown>): Promise<void> => {
    if (await attempt(work)) onDone();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (isAmount) void tryTo(() => setDailyLimit({ userId, limitMicros: Math.round(amount * MICROS) }));
  };
  return (
    <form onSubmit={save}>
      <Stack gap="sm">
        <NumberInput
          label={`Limit for a day, in ${currency}`}
          description="Checked before each call of a model. 0 lets nothing be spent. A day begins at midnight UTC."
          value={amount}
          onChange={setAmount}
          min={0}
          max={MAX_AMOUNT}
          decimalScale={MICRO_DIGITS}
          step={0.01}
          allowNegative={false}
          data-autofocus
        />
        <FailureNotice failure={failure} />
        <Group justify="flex-end">
          {limit !== undefined && (
            <Button
              variant="default"
              disabled={isBusy}
              onClick={() => void tryTo(() => removeDailyLimit({ userId }))}
            >
              Take the limit away
            </Button>
          )}
          <Button type="submit" loading={isBusy} disabled={!isAmount}>
            Set the limit
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
