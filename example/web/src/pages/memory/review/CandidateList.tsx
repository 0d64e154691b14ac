import { Button, Group, Kbd, Stack, Text } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import type { Fact } from "convex-agent-memory";
import { useFacts } from "convex-agent-memory/react";
import { useState } from "react";
import { api } from "../../../api.js";
import { useAttempt } from "../../../data/useAttempt.js";
import { EmptyState, LoadingState } from "../../../shell/states.js";
import { plural } from "../../../shell/formats.js";
import { FailureNotice } from "../../../text/FailureNotice.js";
import classes from "../memory.module.css";
import { ShowMore } from "../ShowMore.js";
import type { ScopeArgs } from "../useScope.js";
import { CandidateCard } from "./CandidateCard.js";
import { useCandidateKeys, type Decision } from "./useCandidateKeys.js";

const PAGE_CANDIDATES = 30;

/** Facts that are out of recall until someone confirms them, each with what it rests on and what it would replace. */
export function CandidateList({ scope }: { scope: ScopeArgs }) {
  const list = useFacts(api.knowledge, { ...scope, status: "candidate", limit: PAGE_CANDIDATES });
  const { facts, isLoading, confirm, decline } = list;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { isBusy, failure, attempt } = useAttempt();
  const decide = (factIds: readonly string[], decision: Decision) =>
    attempt(
      async () => {
        // One by one: each is a transaction of its own, and what was decided stays where a later one fails.
        for (const factId of factIds)
          await (decision === "confirm" ? confirm({ factId }) : decline({ factId }));
      },
      `${plural(factIds.length, "fact")} ${decision === "confirm" ? "confirmed" : "declined"}.`,
    );
  useCandidateKeys((factId, decision) => void decide([factId], decision), isBusy);
  if (facts.length === 0) return isLoading ? <LoadingState label="Loading what waits" /> : <NothingWaits />;
  const selected = facts.filter(({ factId }) => chosen.has(factId));
  const choose = (factId: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(factId);
    else next.delete(factId);
    setChosen(next);
  };
  return (
    <Stack gap="sm">
      <Toolbar
        selected={selected}
        isBusy={isBusy}
        onDecide={(factIds, decision) => void decide(factIds, decision)}
      />
      <FailureNotice failure={failure} />
      <Stack component="ul" gap="sm" className={classes["plainList"]} aria-label="Facts to review">
        {facts.map((fact) => (
          <CandidateCard
            key={fact.factId}
            fact={fact}
            isChosen={chosen.has(fact.factId)}
            onChoose={(isChosen) => choose(fact.factId, isChosen)}
            onDecide={(decision) => void decide([fact.factId], decision)}
            isBusy={isBusy}
          />
        ))}
      </Stack>
      <ShowMore list={list}>Show more</ShowMore>
    </Stack>
  );
}

type ToolbarProps = {
  selected: readonly Fact[];
  isBusy: boolean;
  onDecide: (factIds: readonly string[], decision: Decision) => void;
};

/** What can be done about several facts at once. */
function Toolbar({ selected, isBusy, onDecide }: ToolbarProps) {
  const all = selected.map(({ factId }) => factId);
  // What replaces another fact is decided by itself, with both before one's eyes.
  const safe = selected.filter(({ supersedes }) => supersedes === undefined).map(({ factId }) => factId);
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" visibleFrom="sm">
          In a card: <Kbd>C</Kbd> confirms, <Kbd>D</Kbd> declines, <Kbd>↓</Kbd> <Kbd>↑</Kbd> move.
        </Text>
        <Group gap="xs" role="group" aria-label="All that are selected">
          <Button size="xs" disabled={safe.length === 0 || isBusy} onClick={() => onDecide(safe, "confirm")}>
            Confirm {safe.length === 0 ? "selected" : plural(safe.length, "selected fact")}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={all.length === 0 || isBusy}
            onClick={() => onDecide(all, "decline")}
          >
            Decline {all.length === 0 ? "selected" : plural(all.length, "selected fact")}
          </Button>
        </Group>
      </Group>
      {safe.length < all.length && (
        <Text size="sm">
          {plural(all.length - safe.length, "selected fact")} would replace another: confirm such facts one by
          one.
        </Text>
      )}
    </>
  );
}

function NothingWaits() {
  return (
    <EmptyState icon={IconChecklist} title="Nothing waits for you">
      Facts come here when an extraction or an agent is told to ask first, when you hold one back as you add
      it, and when the message that a fact rests on is edited.
    </EmptyState>
  );
}
