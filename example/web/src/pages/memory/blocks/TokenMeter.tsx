import { Group, Progress, Text } from "@mantine/core";
import { formatCount, formatTokens } from "../../../shell/formats.js";
import classes from "../memory.module.css";

/** From this share on a limit is near. */
const NEAR = 0.9;

/** How much of a limit is used; beyond it, by how much. */
export function TokenMeter({
  tokens,
  maxTokens,
  label,
}: {
  tokens: number;
  maxTokens: number;
  label: string;
}) {
  const share = maxTokens === 0 ? 1 : tokens / maxTokens;
  const isOver = tokens > maxTokens;
  return (
    <div>
      <Progress
        value={Math.min(1, share) * 100}
        size="sm"
        color={isOver ? "red" : share >= NEAR ? "yellow" : undefined}
        aria-label={label}
      />
      <Group justify="space-between" gap="xs" mt={2}>
        <Text size="xs" c="dimmed" className={classes["number"]}>
          {formatCount(tokens)} of {formatTokens(maxTokens)}
        </Text>
        {isOver && (
          <Text size="xs" fw={500} className={classes["number"]}>
            {formatTokens(tokens - maxTokens)} too many
          </Text>
        )}
      </Group>
    </div>
  );
}
