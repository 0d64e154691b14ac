import { Anchor, Group } from "@mantine/core";
import type { Fact } from "convex-agent-memory";
import { Link } from "react-router";
import classes from "../memory.module.css";
import { FactMarks, KeyButton, StateBadge } from "./factBits.js";
import { factText, isOpen } from "./factWords.js";
import type { FactFilter } from "./useFactFilter.js";

/** What a fact says, as the way to all that is known of it, with its marks below. */
export function FactLink({ fact, filter }: { fact: Fact; filter: FactFilter }) {
  const { factId, key } = fact;
  return (
    <div>
      <Anchor
        component={Link}
        to={filter.addressOf(factId)}
        className={classes["rowLink"]}
        size="sm"
        fw={500}
        c={isOpen(fact) ? undefined : "dimmed"}
      >
        {factText(fact)}
      </Anchor>
      <Group gap={6} mt={4}>
        {filter.status !== fact.state.kind && <StateBadge state={fact.state} />}
        {key !== undefined && <KeyButton name={key} onChoose={() => filter.set({ key })} />}
        <FactMarks fact={fact} />
      </Group>
    </div>
  );
}
