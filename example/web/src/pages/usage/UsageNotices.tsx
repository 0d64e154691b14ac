import { Alert, Code, List, Stack } from "@mantine/core";
import { IconAlertTriangle, IconCoinOff } from "@tabler/icons-react";
import type { UsageGroup, UsageSummary } from "convex-agent-memory";
import { plural } from "../../shell/formats.js";
import classes from "./usage.module.css";
import { groupKey, groupLabel } from "./usageLabels.js";

/** What a reader must know of the sums before they trust them. */
export function UsageNotices({
  summary,
  unpriced,
}: {
  summary: UsageSummary;
  unpriced: readonly UsageGroup[];
}) {
  return (
    <Stack gap="sm" role="status" className={classes["notices"]}>
      {!summary.isComplete && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title="These sums are of a part only">
          There is more in this span than one question may read, so the oldest is left out and every sum is
          too small. Choose a shorter span.
        </Alert>
      )}
      {summary.unpricedCalls > 0 && (
        <Alert
          color="yellow"
          icon={<IconCoinOff aria-hidden />}
          title={`The cost of ${plural(summary.unpricedCalls, "call")} is not known`}
        >
          Their models had no price when they were called. They are in the counts of calls and tokens, and in
          no sum of costs.
          {unpriced.length > 0 && (
            <List size="sm" my="xs">
              {unpriced.map((group) => (
                <List.Item key={groupKey(group, "model")}>
                  {groupLabel(group, "model")}: {plural(group.unpricedCalls, "call")}
                </List.Item>
              ))}
            </List>
          )}
          Whoever runs the app adds prices to <Code>convex/prices.ts</Code> and loads them with{" "}
          <Code>npx convex run prices:load</Code>: they count from then on.
        </Alert>
      )}
    </Stack>
  );
}
