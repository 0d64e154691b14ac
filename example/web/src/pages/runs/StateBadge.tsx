import { Badge } from "@mantine/core";
import type { Run } from "convex-agent-memory";
import { stateWords } from "./runWords.js";

/** How a run stands, in a word. */
export function StateBadge({ run }: { run: Pick<Run, "state" | "waitsUntil"> }) {
  const { word, color } = stateWords(run);
  return (
    <Badge variant="light" color={color} style={{ flex: "none" }}>
      {word}
    </Badge>
  );
}
