import { Anchor, Skeleton, Text, Timeline } from "@mantine/core";
import {
  IconArrowBackUp,
  IconBulb,
  IconCheck,
  IconEraser,
  IconHourglass,
  IconX,
  type Icon,
} from "@tabler/icons-react";
import type { Fact } from "convex-agent-memory";
import { Link } from "react-router";
import { api } from "../../../api.js";
import { useResult } from "../../../data/useResult.js";
import { errorText } from "../../../shell/errorText.js";
import { Moment } from "../../../text/Moment.js";
import classes from "../memory.module.css";
import { Validity } from "./factBits.js";
import { closedAtOf, factText, reasonOf, STATES, type FactStatus } from "./factWords.js";
import { useFactFilter } from "./useFactFilter.js";

const ICONS: Readonly<Record<FactStatus, Icon>> = {
  active: IconCheck,
  candidate: IconHourglass,
  superseded: IconBulb,
  retracted: IconArrowBackUp,
  declined: IconX,
  forgotten: IconEraser,
};

/** The facts that followed each other, oldest first: what was true when, and when it was learned. */
export function FactHistory({ factId }: { factId: string }) {
  const history = useResult(api.knowledge.factHistory, { factId });
  if (history.kind === "loading") return <Skeleton h={80} aria-label="Loading the history" />;
  if (history.kind === "failed") return <Text size="sm">{errorText(history.error).title}</Text>;
  const { facts } = history.value;
  return (
    <Timeline bulletSize={24} lineWidth={2} active={facts.length} aria-label="History">
      {facts.map((fact) => {
        const StateIcon = ICONS[fact.state.kind];
        return (
          <Timeline.Item
            key={fact.factId}
            bullet={<StateIcon size={13} aria-hidden />}
            color={STATES[fact.state.kind].color}
          >
            <HistoryEntry fact={fact} isHere={fact.factId === factId} />
          </Timeline.Item>
        );
      })}
    </Timeline>
  );
}

function HistoryEntry({ fact, isHere }: { fact: Fact; isHere: boolean }) {
  const { addressOf } = useFactFilter();
  const closedAt = closedAtOf(fact);
  const reason = reasonOf(fact);
  return (
    <div>
      {isHere ? (
        <Text size="sm" fw={600} className={classes["text"]} aria-current="true">
          {factText(fact)}
        </Text>
      ) : (
        <Anchor component={Link} to={addressOf(fact.factId)} size="sm" className={classes["text"]}>
          {factText(fact)}
        </Anchor>
      )}
      <Text size="xs" c="dimmed" mt={2}>
        True <Validity fact={fact} /> · learned <Moment at={fact.recordedAt} />
      </Text>
      {closedAt !== undefined && (
        <Text size="xs" c="dimmed">
          {STATES[fact.state.kind].label} <Moment at={closedAt} />
          {reason !== undefined && `: ${reason}`}
        </Text>
      )}
    </div>
  );
}
