import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import type { RecallHit } from "../../../data/useRecall.js";
import { listName } from "../../../text/recallLists.js";
import classes from "../memory.module.css";
import { rankText, SIGNAL_NAMES } from "./recallWords.js";

type Why = NonNullable<RecallHit["why"]>;

/** Contributions below this say nothing. */
const LEAST_TOLD = 0.005;

/** Why a hit stands where it does: in words, its place in each list, and what each signal added. */
export function HitExplanation({ hit: { why } }: { hit: RecallHit }) {
  if (why === undefined) return null;
  return (
    <Stack gap="sm">
      <Text size="sm">Found because {why.because}.</Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
        <Places lists={why.lists} />
        <Signals why={why} />
      </SimpleGrid>
    </Stack>
  );
}

function Places({ lists }: { lists: Why["lists"] }) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={6}>
        Its place in each list
      </Text>
      <Stack gap={4} role="list" maw={320}>
        {Object.entries(lists).map(([list, rank]) => (
          <Group key={list} justify="space-between" gap="xs" role="listitem">
            <Text size="xs">{listName(list)}</Text>
            <Text size="xs" className={classes["number"]}>
              {rankText(rank)}
            </Text>
          </Group>
        ))}
      </Stack>
    </div>
  );
}

function Signals({ why: { signals, multiplier } }: { why: Why }) {
  const told = Object.entries(signals)
    .filter(([, added]) => Math.abs(added) >= LEAST_TOLD)
    .sort(([, one], [, other]) => other - one);
  const largest = Math.max(...told.map(([, added]) => Math.abs(added)), LEAST_TOLD);
  return (
    <div>
      <Text size="xs" c="dimmed" mb={6}>
        What each signal added, before × {multiplier.toFixed(2)} for how new and important it is
      </Text>
      <Stack gap={4} role="list">
        {told.map(([signal, added]) => (
          <div key={signal} className={classes["signal"]} role="listitem">
            <span>{SIGNAL_NAMES[signal] ?? signal}</span>
            <div className={classes["bar"]} data-negative={added < 0} aria-hidden>
              <div style={{ width: `${(Math.abs(added) / largest) * 100}%` }} />
            </div>
            <span className={classes["end"]}>
              {added > 0 ? "+" : "−"}
              {Math.abs(added).toFixed(2)}
            </span>
          </div>
        ))}
      </Stack>
    </div>
  );
}
