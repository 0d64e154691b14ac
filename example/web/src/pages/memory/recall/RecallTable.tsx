import { Table, VisuallyHidden } from "@mantine/core";
import { Fragment, useState } from "react";
import type { RecallHit } from "../../../data/useRecall.js";
import classes from "../memory.module.css";
import { ExplainButton, HitSource, HitText } from "./hitBits.js";
import { HitExplanation } from "./HitExplanation.js";
import { rankText } from "./recallWords.js";

const COLUMNS = 8;

/** Hits as a table, for wide screens; each row opens to why it stands where it does. */
export function RecallTable({ hits, question }: { hits: readonly RecallHit[]; question: string }) {
  const [openId, setOpenId] = useState<string | null>(hits[0]?.sourceId ?? null);
  return (
    <Table verticalSpacing="xs" aria-label="Hits" className={classes["hits"]}>
      <Head />
      <Table.Tbody>
        {hits.map((hit, index) => {
          const isOpen = hit.sourceId === openId;
          return (
            <Fragment key={hit.sourceId}>
              <Table.Tr>
                <Table.Td className={classes["end"]}>{index + 1}</Table.Td>
                <Table.Td>
                  <HitSource hit={hit} />
                  <HitText hit={hit} question={question} isWhole={isOpen} />
                </Table.Td>
                <Table.Td className={classes["end"]}>{rankText(hit.lexicalRank)}</Table.Td>
                <Table.Td className={classes["end"]}>{rankText(hit.vectorRank)}</Table.Td>
                <Table.Td className={classes["end"]}>{hit.why?.multiplier.toFixed(2) ?? "–"}</Table.Td>
                <Table.Td className={classes["end"]}>{hit.score.toFixed(2)}</Table.Td>
                <Table.Td className={classes["end"]}>{hit.tokens}</Table.Td>
                <Table.Td>
                  <ExplainButton
                    hit={hit}
                    isOpen={isOpen}
                    onToggle={() => setOpenId(isOpen ? null : hit.sourceId)}
                  />
                </Table.Td>
              </Table.Tr>
              {isOpen && (
                <Table.Tr>
                  <Table.Td />
                  <Table.Td colSpan={COLUMNS - 1} pb="lg">
                    <HitExplanation hit={hit} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function Head() {
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th className={classes["end"]}>#</Table.Th>
        <Table.Th>What was found</Table.Th>
        <Table.Th className={classes["end"]} title="Its place among what shares words with the question">
          Words
        </Table.Th>
        <Table.Th className={classes["end"]} title="Its place among what is near in meaning">
          Meaning
        </Table.Th>
        <Table.Th className={classes["end"]} title="By how much it counts more for being new and important">
          Weight
        </Table.Th>
        <Table.Th className={classes["end"]}>Score</Table.Th>
        <Table.Th className={classes["end"]}>Tokens</Table.Th>
        <Table.Th>
          <VisuallyHidden>Why</VisuallyHidden>
        </Table.Th>
      </Table.Tr>
    </Table.Thead>
  );
}
