import { Card, SimpleGrid, Text } from "@mantine/core";
import type { UsageSummary } from "convex-agent-memory";
import type { ReactNode } from "react";
import {
  formatCount,
  formatDuration,
  formatExactMoney,
  formatMoney,
  formatTokens,
  plural,
} from "../../shell/formats.js";
import { unknownText } from "./usageLabels.js";

/** The sums of the span. What is not known is said beside them, never counted as nothing. */
export function UsageTotals({ summary }: { summary: UsageSummary }) {
  const { calls, inputTokens, outputTokens, costMicros, currency, unpricedCalls, ms } = summary;
  const unknown = unknownText(unpricedCalls);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="md">
      <Total
        label="Cost"
        value={calls === 0 ? "Nothing yet" : formatMoney(costMicros, currency)}
        exact={costMicros === undefined ? undefined : formatExactMoney(costMicros, currency)}
      >
        {unknown === null ? "Of all calls" : costMicros === undefined ? unknown : `And ${unknown}`}
      </Total>
      <Total label="Tokens" value={formatCount(inputTokens + outputTokens)}>
        {formatCount(inputTokens)} in, {formatCount(outputTokens)} out{cachedText(summary)}
      </Total>
      <Total label="Calls" value={formatCount(calls)}>
        {callsText(summary)}
      </Total>
      <Total label="Time of a call" value={calls === 0 ? "Nothing yet" : formatDuration(ms / calls)}>
        On average
      </Total>
    </SimpleGrid>
  );
}

function cachedText({ cachedInputTokens, reasoningTokens }: UsageSummary): string {
  const told = [
    ...(cachedInputTokens > 0 ? [`${formatTokens(cachedInputTokens)} from the cache`] : []),
    ...(reasoningTokens > 0 ? [`${formatTokens(reasoningTokens)} of reasoning`] : []),
  ];
  return told.length === 0 ? "" : `; ${told.join(", ")}`;
}

function callsText({ failedCalls, estimatedCalls }: UsageSummary): string {
  const failed = failedCalls === 0 ? "None failed" : `${plural(failedCalls, "call")} failed`;
  return estimatedCalls === 0 ? failed : `${failed}; tokens of ${formatCount(estimatedCalls)} estimated`;
}

function Total({
  label,
  value,
  exact,
  children,
}: {
  label: string;
  value: string;
  exact?: string | undefined;
  children: ReactNode;
}) {
  return (
    <Card withBorder padding="md" role="group" aria-label={label}>
      <Text size="sm" c="dimmed" fw={500}>
        {label}
      </Text>
      <Text fz={26} fw={650} lh={1.3} title={exact} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </Card>
  );
}
