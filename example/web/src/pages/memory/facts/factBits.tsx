import { Badge, Text, UnstyledButton } from "@mantine/core";
import { IconClockHour4, IconPinFilled } from "@tabler/icons-react";
import type { Fact } from "convex-agent-memory";
import { formatDay } from "../../../shell/formats.js";
import { Moment } from "../../../text/Moment.js";
import classes from "../memory.module.css";
import { STATES } from "./factWords.js";

/** The state of a fact. */
export function StateBadge({ state }: Pick<Fact, "state">) {
  const { label, color } = STATES[state.kind];
  return (
    <Badge variant="dot" color={color} size="sm" tt="none" fw={500}>
      {label}
    </Badge>
  );
}

/** What a fact is about, as the way to all facts about it. */
export function KeyButton({ name, onChoose }: { name: string; onChoose: () => void }) {
  return (
    <UnstyledButton
      onClick={onChoose}
      className={classes["above"]}
      aria-label={`Show only facts about ${name}`}
    >
      <Badge variant="default" size="sm" tt="none" fw={400} ff="monospace">
        {name}
      </Badge>
    </UnstyledButton>
  );
}

/** That a fact is pinned, and when it expires. */
export function FactMarks({ fact: { pinned, expiresAt } }: { fact: Pick<Fact, "pinned" | "expiresAt"> }) {
  return (
    <>
      {pinned && (
        <Badge
          variant="default"
          size="sm"
          tt="none"
          fw={400}
          leftSection={<IconPinFilled size={11} aria-hidden />}
        >
          Pinned
        </Badge>
      )}
      {expiresAt !== undefined && (
        <Badge
          variant="default"
          size="sm"
          tt="none"
          fw={400}
          leftSection={<IconClockHour4 size={11} aria-hidden />}
        >
          Expires {formatDay(expiresAt)}
        </Badge>
      )}
    </>
  );
}

/** When a fact is true, from and until. */
export function Validity({ fact: { validFrom, validTo } }: { fact: Pick<Fact, "validFrom" | "validTo"> }) {
  if (validTo === undefined)
    return (
      <Text span inherit>
        since <Moment at={validFrom} isDay />
      </Text>
    );
  return (
    <Text span inherit>
      <Moment at={validFrom} isDay /> – <Moment at={validTo} isDay />
    </Text>
  );
}
