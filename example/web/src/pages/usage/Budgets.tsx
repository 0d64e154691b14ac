import { Stack, Text, Title } from "@mantine/core";
import { useBudget } from "convex-agent-memory/react";
import { api } from "../../api.js";
import { LoadingState } from "../../shell/states.js";
import { BudgetMeter } from "./BudgetMeter.js";

/** The budgets that limit the viewer, live. */
export function Budgets({ currency, now }: { currency: string; now: number }) {
  const { budgets, isLoading } = useBudget(api.spending, {});
  return (
    <Stack gap="sm" component="section" aria-labelledby="budgets">
      <Title order={2} size="h4" id="budgets">
        Your budgets
      </Title>
      {isLoading && <LoadingState label="Loading your budgets" />}
      {!isLoading && budgets.length === 0 && (
        <Text c="dimmed">
          Nothing limits what you spend. An admin of your tenant can set a limit for a day.
        </Text>
      )}
      {budgets.map((budget) => (
        <BudgetMeter key={budget.budgetId} budget={budget} currency={currency} now={now} />
      ))}
    </Stack>
  );
}
