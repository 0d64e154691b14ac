import { Chip, Group } from "@mantine/core";
import { api } from "../../../api.js";
import { useResult } from "../../../data/useResult.js";
import { formatCount } from "../../../shell/formats.js";
import type { ScopeArgs } from "../useScope.js";
import { STATES, STATUSES } from "./factWords.js";
import type { StatusChoice } from "./useFactFilter.js";

type Props = { scope: ScopeArgs; status: StatusChoice; onChange: (status: string) => void };

/** The states of facts, each with how many there are. */
export function StatusFilter({ scope, status, onChange }: Props) {
  const counted = useResult(api.knowledge.countFacts, scope);
  const counts = counted.kind === "ready" ? counted.value : null;
  return (
    <Chip.Group value={status} onChange={onChange}>
      <Group gap={6} role="radiogroup" aria-label="State of the facts">
        {STATUSES.map((one) => (
          <Chip key={one} value={one} size="xs" variant="outline">
            {STATES[one].label}
            {counts !== null && ` ${formatCount(counts[one])}`}
          </Chip>
        ))}
        <Chip value="any" size="xs" variant="outline">
          All
        </Chip>
      </Group>
    </Chip.Group>
  );
}
