import { Paper, Stack, Text } from "@mantine/core";
import type { Fact } from "convex-agent-memory";
import { Moment } from "../../../text/Moment.js";
import classes from "../memory.module.css";
import { Validity } from "./factBits.js";
import { FactLink } from "./FactLink.js";
import { ORIGINS } from "./factWords.js";
import type { FactFilter } from "./useFactFilter.js";

/** Facts one below the other, for narrow screens. */
export function FactCards({ facts, filter }: { facts: readonly Fact[]; filter: FactFilter }) {
  return (
    <Stack component="ul" gap="xs" className={classes["plainList"]} aria-label="Facts">
      {facts.map((fact) => (
        <Paper key={fact.factId} component="li" withBorder p="sm" className={classes["row"]}>
          <FactLink fact={fact} filter={filter} />
          <Text size="xs" c="dimmed" mt={6}>
            {ORIGINS[fact.origin]} · true <Validity fact={fact} /> · learned{" "}
            <Moment at={fact.recordedAt} isDay />
          </Text>
        </Paper>
      ))}
    </Stack>
  );
}
