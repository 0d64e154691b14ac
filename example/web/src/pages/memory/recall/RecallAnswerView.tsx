import { Alert, Group, List, Stack, Text } from "@mantine/core";
import type { RecallAnswer, RecallAsk } from "../../../data/useRecall.js";
import { formatCount, formatDuration, formatTokens, plural } from "../../../shell/formats.js";
import { useIsWide } from "../useIsWide.js";
import { RecallCards } from "./RecallCards.js";
import { RecallTable } from "./RecallTable.js";

/** What was found, with how much and how fast. */
export function RecallAnswerView({ ask, answer, ms }: { ask: RecallAsk; answer: RecallAnswer; ms: number }) {
  const isWide = useIsWide();
  const { hits, warnings = [] } = answer;
  const tokens = hits.reduce((sum, hit) => sum + hit.tokens, 0);
  const shown = { hits, question: ask.query };
  return (
    <Stack gap="sm">
      <Group gap="md">
        <Text size="sm" fw={500}>
          {plural(hits.length, "hit")}
        </Text>
        <Text size="sm" c="dimmed">
          {formatCount(tokens)} of {formatTokens(ask.maxTokens ?? tokens)}
        </Text>
        <Text size="sm" c="dimmed">
          {formatDuration(ms)}
        </Text>
      </Group>
      {warnings.length > 0 && (
        <Alert color="yellow" title="Not all went well">
          <List size="sm">
            {warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {isWide ? <RecallTable {...shown} /> : <RecallCards {...shown} />}
      <Text size="xs" c="dimmed">
        The best come first and fill the room. What does not fit any more is passed over; a score compares
        inside one answer only.
      </Text>
    </Stack>
  );
}
