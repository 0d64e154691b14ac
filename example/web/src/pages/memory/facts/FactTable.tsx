import { Table, Text } from "@mantine/core";
import type { Fact } from "convex-agent-memory";
import { Moment } from "../../../text/Moment.js";
import classes from "../memory.module.css";
import { Validity } from "./factBits.js";
import { FactLink } from "./FactLink.js";
import { ORIGINS } from "./factWords.js";
import type { FactFilter } from "./useFactFilter.js";

/** Facts as a table, for wide screens. */
export function FactTable({ facts, filter }: { facts: readonly Fact[]; filter: FactFilter }) {
  return (
    <Table verticalSpacing="xs" aria-label="Facts">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Fact</Table.Th>
          <Table.Th>From</Table.Th>
          <Table.Th>True</Table.Th>
          <Table.Th className={classes["end"]}>Learned</Table.Th>
          <Table.Th className={classes["end"]}>Importance</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {facts.map((fact) => (
          <Table.Tr key={fact.factId} className={classes["row"]}>
            <Table.Td>
              <FactLink fact={fact} filter={filter} />
            </Table.Td>
            <Table.Td style={{ whiteSpace: "nowrap" }}>{ORIGINS[fact.origin]}</Table.Td>
            <Table.Td style={{ whiteSpace: "nowrap" }}>
              <Validity fact={fact} />
            </Table.Td>
            <Table.Td className={classes["end"]}>
              <Moment at={fact.recordedAt} isDay />
            </Table.Td>
            <Table.Td className={classes["end"]}>{importanceText(fact)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function importanceText({ importance }: Fact) {
  if (importance !== undefined) return importance.toFixed(2);
  return (
    <Text span size="sm" c="dimmed" title="As any other">
      –
    </Text>
  );
}
