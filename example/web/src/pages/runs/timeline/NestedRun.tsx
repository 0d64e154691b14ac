import { Anchor, Group, Paper, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import type { Run } from "convex-agent-memory";
import { useQuery } from "convex/react";
import { useId, useState, type ReactNode } from "react";
import { Link } from "react-router";
import { api } from "../../../api.js";
import { runAddress } from "../../../shell/addresses.js";
import { formatDuration, formatTokens } from "../../../shell/formats.js";
import { useNow } from "../../../data/useNow.js";
import { costWords } from "../costWords.js";
import { StateBadge } from "../StateBadge.js";
import { isActive } from "../../../data/isActive.js";
import { runMs } from "../runWords.js";
import classes from "../runs.module.css";

const TICK_MS = 500;

/** A run of an agent that a tool asked: a line that opens to all of it, and to what it asked in turn. */
export function NestedRun({ run: listed, stepsOf }: { run: Run; stepsOf: (run: Run) => ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const bodyId = useId();
  const live = useQuery(api.chat.getRunById, isOpen ? { runId: listed.runId } : "skip");
  const run = live ?? listed;
  const now = useNow(isActive(run) ? TICK_MS : null);
  const { inputTokens, outputTokens, costMicros } = run.totals;
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="xs">
        <UnstyledButton aria-expanded={isOpen} aria-controls={bodyId} onClick={() => setOpen(!isOpen)}>
          <Group gap="xs" wrap="nowrap">
            <Chevron size={16} aria-hidden />
            <Text size="sm" fw={600}>
              Run of the {run.agentName}
            </Text>
            <StateBadge run={run} />
          </Group>
        </UnstyledButton>
        <Text size="xs" c="dimmed" className={classes.numbers}>
          {formatDuration(runMs(run, now))} · {formatTokens(inputTokens + outputTokens)} ·{" "}
          {costWords(costMicros)} ·{" "}
          <Anchor component={Link} to={runAddress(run)} size="xs">
            Open alone
          </Anchor>
        </Text>
      </Group>
      <div id={bodyId} className={isOpen ? classes.panel : undefined}>
        {isOpen && stepsOf(run)}
      </div>
    </Paper>
  );
}
