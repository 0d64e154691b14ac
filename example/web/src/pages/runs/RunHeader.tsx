import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import type { Run } from "convex-agent-memory";
import { Link } from "react-router";
import { formatCount, formatDuration, formatMoney, formatTime } from "../../shell/formats.js";
import { chatAddress, runAddress } from "../../shell/addresses.js";
import { focusMain } from "../../shell/pageFocus.js";
import { isActive } from "../../data/isActive.js";
import { useAttempt } from "../../data/useAttempt.js";
import { useNow } from "../../data/useNow.js";
import { Facts } from "./Facts.js";
import { StateBadge } from "./StateBadge.js";
import { runMs } from "./runWords.js";

type RunHeaderProps = { run: Run; cancel: () => Promise<unknown> };

const TICK_MS = 500;

/** Whose run it is, how it stands, and what it took. */
export function RunHeader({ run, cancel }: RunHeaderProps) {
  const now = useNow(isActive(run) ? TICK_MS : null);
  const { inputTokens, outputTokens, costMicros, unpricedCalls = 0 } = run.totals;
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm" align="center">
        <Group gap="sm">
          <Title order={1} size="h2" tabIndex={-1}>
            Run of the {run.agentName}
          </Title>
          <div role="status">
            <StateBadge run={run} />
          </div>
        </Group>
        <Group gap="xs">
          <Button component={Link} to={chatAddress(run.threadId)} variant="default" size="xs">
            Open the conversation
          </Button>
          {isActive(run) && <CancelButton cancel={cancel} />}
        </Group>
      </Group>
      <Paper withBorder p="md">
        <Facts
          facts={[
            ["Started", formatTime(run.startedAt)],
            [isActive(run) ? "Running for" : "Took", formatDuration(runMs(run, now))],
            ["Steps", formatCount(run.steps)],
            ["Tokens in", formatCount(inputTokens)],
            ["Tokens out", formatCount(outputTokens)],
            [
              "Cost",
              unpricedCalls > 0 && costMicros !== undefined
                ? `${formatMoney(costMicros)} and more`
                : formatMoney(costMicros),
            ],
            ["Engine", run.engine === "durable" ? "durable" : "one action"],
          ]}
        />
        {run.parentRunId !== undefined && (
          <Text size="sm" mt="xs">
            Another run asked for this one.{" "}
            <Link to={runAddress({ threadId: run.threadId, runId: run.parentRunId })}>
              Open the run that asked
            </Link>
          </Text>
        )}
      </Paper>
    </Stack>
  );
}

/** Goes once the run has ended: the focus goes to the beginning of the page. */
function CancelButton({ cancel }: Pick<RunHeaderProps, "cancel">) {
  const { isBusy, failure, attempt } = useAttempt();
  const act = async (): Promise<void> => {
    if (await attempt(cancel)) focusMain();
  };
  return (
    <>
      <Button
        size="xs"
        color="red"
        variant="light"
        loading={isBusy}
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        onClick={() => void act()}
      >
        Cancel this run
      </Button>
      {failure !== null && (
        <Text size="sm" c="red" role="alert">
          {failure.title}
        </Text>
      )}
    </>
  );
}
