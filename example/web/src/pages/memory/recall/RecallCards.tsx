import { Group, Paper, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { RecallHit } from "../../../data/useRecall.js";
import { formatTokens } from "../../../shell/formats.js";
import classes from "../memory.module.css";
import { ExplainButton, HitSource, HitText } from "./hitBits.js";
import { HitExplanation } from "./HitExplanation.js";
import { rankText } from "./recallWords.js";

/** Hits one below the other, for narrow screens. */
export function RecallCards({ hits, question }: { hits: readonly RecallHit[]; question: string }) {
  const [openId, setOpenId] = useState<string | null>(null);
  return (
    <Stack component="ol" gap="sm" className={classes["plainList"]} aria-label="Hits">
      {hits.map((hit, index) => {
        const isOpen = hit.sourceId === openId;
        return (
          <Paper key={hit.sourceId} component="li" withBorder p="sm">
            <Stack gap={6}>
              <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
                <HitSource hit={hit} number={index + 1} />
                <ExplainButton
                  hit={hit}
                  isOpen={isOpen}
                  onToggle={() => setOpenId(isOpen ? null : hit.sourceId)}
                />
              </Group>
              <HitText hit={hit} question={question} isWhole={isOpen} />
              <Text size="xs" c="dimmed" className={classes["number"]}>
                Words {rankText(hit.lexicalRank)} · meaning {rankText(hit.vectorRank)} · score{" "}
                {hit.score.toFixed(2)} · {formatTokens(hit.tokens)}
              </Text>
              {isOpen && <HitExplanation hit={hit} />}
            </Stack>
          </Paper>
        );
      })}
    </Stack>
  );
}
