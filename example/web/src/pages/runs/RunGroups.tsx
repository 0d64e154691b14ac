import { Badge, Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { Run } from "convex-agent-memory";
import { Link } from "react-router";
import { formatDuration, formatRelativeTime, formatTokens, plural } from "../../shell/formats.js";
import { costWords } from "./costWords.js";
import { runAddress } from "../../shell/addresses.js";
import { isActive } from "../../data/isActive.js";
import { useNow } from "../../data/useNow.js";
import { StateBadge } from "./StateBadge.js";
import { GROUPS, groupOf, runMs, waitSentence } from "./runWords.js";
import classes from "./runs.module.css";

/** A run, and the name of its conversation. */
export type ListedRun = { run: Run; title: string };

const TICK_MS = 1_000;
const IDLE_TICK_MS = 30_000;

/** Runs by where they stand; groups without any are left out. */
export function RunGroups({ runs }: { runs: readonly ListedRun[] }) {
  const now = useNow(runs.some(({ run }) => isActive(run)) ? TICK_MS : IDLE_TICK_MS);
  return GROUPS.map(({ group, title, about }) => {
    const own = runs
      .filter(({ run }) => groupOf(run) === group)
      .sort((left, right) => right.run.startedAt - left.run.startedAt);
    if (own.length === 0) return null;
    return (
      <Stack key={group} component="section" gap="xs" aria-label={title}>
        <Group gap="xs" align="baseline">
          <Title order={2} size="h4">
            {title}
          </Title>
          <Badge variant="light" color="gray" size="sm">
            {own.length}
          </Badge>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </Group>
        <Paper withBorder>
          {own.map((listed) => (
            <RunRow key={listed.run.runId} {...listed} now={now} />
          ))}
        </Paper>
      </Stack>
    );
  });
}

function RunRow({ run, title, now }: ListedRun & { now: number }) {
  const { inputTokens, outputTokens, costMicros } = run.totals;
  const waits = waitSentence(run);
  return (
    <Link to={runAddress(run)} className={classes.row}>
      <div style={{ minWidth: 0 }}>
        <Text fw={500} className={classes.cut} dir="auto">
          {title}
        </Text>
        <Text size="sm" c="dimmed" className={classes.numbers}>
          {run.agentName} · {formatRelativeTime(run.startedAt, now)} · {formatDuration(runMs(run, now))} ·{" "}
          {plural(run.steps, "step")} · {formatTokens(inputTokens + outputTokens)} · {costWords(costMicros)}
        </Text>
        {waits !== null && <Text size="sm">{waits}</Text>}
      </div>
      <StateBadge run={run} />
    </Link>
  );
}
