import { Card, Text, Title } from "@mantine/core";
import type { UsageGroup, UsageSummary } from "convex-agent-memory";
import { formatCount, formatExactMoney, formatShare, plural, UNKNOWN } from "../../shell/formats.js";
import { NumbersTable, numberColumns } from "./NumbersTable.js";
import { DIMENSION_LABELS, groupKey, groupLabel } from "./usageLabels.js";
import { measured } from "./usageSeries.js";
import type { Dimension, Measure } from "./usageView.js";

type Props = { summary: UsageSummary; by: Dimension; measure: Measure };

/** Each group of the span, with exact numbers. */
export function UsageGroups({ summary, by, measure }: Props) {
  const { groups = [], groupsLeftOut = 0, currency } = summary;
  const whole = measured(summary, measure);
  const title = `By ${DIMENSION_LABELS[by].toLowerCase()}`;
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="groups">
      <Title order={2} size="h4" id="groups" mb="xs">
        {title}
      </Title>
      <NumbersTable
        label={title}
        minWidth={560}
        columns={[
          { title: DIMENSION_LABELS[by] },
          ...numberColumns("Calls", "Tokens in", "Tokens out", "Cost", "Share"),
        ]}
        rows={groups.map((group) => ({
          key: groupKey(group, by),
          cells: [
            groupLabel(group, by),
            formatCount(group.calls),
            formatCount(group.inputTokens),
            formatCount(group.outputTokens),
            costOf(group, currency),
            shareOf(group, measure, whole),
          ],
        }))}
      />
      {groupsLeftOut > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          And {plural(groupsLeftOut, "other")} that cost less; the sums above count them.
        </Text>
      )}
    </Card>
  );
}

/** Of calls whose cost is not known, their number stands where their cost would. */
function costOf({ costMicros, unpricedCalls }: UsageGroup, currency: string): string {
  const cost = formatExactMoney(costMicros, currency);
  return costMicros !== undefined && unpricedCalls > 0
    ? `${cost} and ${formatCount(unpricedCalls)} unknown`
    : cost;
}

function shareOf(group: UsageGroup, measure: Measure, whole: number): string {
  if (measure === "cost" && group.costMicros === undefined) return UNKNOWN;
  return formatShare(whole === 0 ? 0 : measured(group, measure) / whole);
}
