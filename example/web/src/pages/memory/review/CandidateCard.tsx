import { Badge, Button, Checkbox, Group, Paper, Stack, Text } from "@mantine/core";
import { IconArrowsExchange, IconCheck, IconX } from "@tabler/icons-react";
import type { Fact } from "convex-agent-memory";
import { api } from "../../../api.js";
import { useResult } from "../../../data/useResult.js";
import { Moment } from "../../../text/Moment.js";
import { FactSources } from "../facts/FactSources.js";
import { factText, ORIGINS } from "../facts/factWords.js";
import classes from "../memory.module.css";
import type { Decision } from "./useCandidateKeys.js";

type Props = {
  fact: Fact;
  isChosen: boolean;
  isBusy: boolean;
  onChoose: (isChosen: boolean) => void;
  onDecide: (decision: Decision) => void;
};

/** One fact to decide about. */
export function CandidateCard({ fact, isChosen, isBusy, onChoose, onDecide }: Props) {
  const { factId, text, key, supersedes, origin, recordedAt, state } = fact;
  const editedAt = state.kind === "candidate" ? state.editedAt : undefined;
  return (
    <Paper component="li" withBorder p="md" data-fact={factId} className={classes["candidate"]}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Checkbox
            style={{ flex: "1 1 240px" }}
            label={
              <Text span fw={500} className={classes["text"]}>
                {text}
              </Text>
            }
            checked={isChosen}
            onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
          />
          <DecideButtons {...{ text, isBusy, onDecide }} />
        </Group>
        <Group gap="xs">
          {key !== undefined && (
            <Badge variant="default" size="sm" tt="none" fw={400} ff="monospace">
              {key}
            </Badge>
          )}
          <Text size="xs" c="dimmed">
            {ORIGINS[origin]}, <Moment at={recordedAt} />
          </Text>
        </Group>
        {editedAt !== undefined && (
          <Text size="sm">
            It was known until <Moment at={editedAt} />, when the message that it rests on was edited. Is it
            still true?
          </Text>
        )}
        {supersedes !== undefined && <Replaces factId={supersedes} />}
        {fact.sources.length > 0 && <FactSources fact={fact} />}
      </Stack>
    </Paper>
  );
}

function DecideButtons({ text, isBusy, onDecide }: Pick<Props, "isBusy" | "onDecide"> & { text: string }) {
  return (
    <Group gap="xs">
      <Button
        size="xs"
        leftSection={<IconCheck size={14} aria-hidden />}
        disabled={isBusy}
        onClick={() => onDecide("confirm")}
        aria-label={`Confirm: ${text}`}
      >
        Confirm
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconX size={14} aria-hidden />}
        disabled={isBusy}
        onClick={() => onDecide("decline")}
        aria-label={`Decline: ${text}`}
      >
        Decline
      </Button>
    </Group>
  );
}

/** The fact that a confirmation closes. */
function Replaces({ factId }: { factId: string }) {
  const replaced = useResult(api.knowledge.getFact, { factId });
  if (replaced.kind !== "ready") return null;
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <IconArrowsExchange size={16} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <Text size="sm" className={classes["text"]}>
        Replaces “{factText(replaced.value)}”, true since <Moment at={replaced.value.validFrom} isDay />
      </Text>
    </Group>
  );
}
