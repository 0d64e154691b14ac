import { Text } from "@mantine/core";
import type { Chunk } from "convex-agent-memory";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { HEADING_MARK } from "../../messages/citations.js";
import { chunkElementId } from "./chunkElement.js";
import classes from "./documents.module.css";

/** How far each level of headings stands from the one above. */
const INDENT_REM = 0.7;

/** The headings of a document; one leads to its first chunk as soon as that is loaded. */
export function Outline({ documentKey, chunks }: { documentKey: string; chunks: readonly Chunk[] }) {
  const outline = useResult(api.documents.documentOutline, { scope: "tenant", key: documentKey });
  const headings = outline.kind === "ready" ? outline.value.headings.filter((heading) => heading !== "") : [];
  if (headings.length === 0) return <div />;
  const places = new Map<string, number>();
  for (const { heading, index } of chunks) if (!places.has(heading)) places.set(heading, index);
  return (
    <nav className={classes["outline"]} aria-label="Outline">
      <Text size="xs" c="dimmed" mb={6} fw={500}>
        On this page
      </Text>
      {headings.map((heading) => {
        const index = places.get(heading);
        const path = heading.split(HEADING_MARK);
        const shown = {
          className: classes["outlineLink"],
          style: { paddingInlineStart: `${path.length * INDENT_REM}rem` },
        };
        return index === undefined ? (
          <Text key={heading} size="sm" c="dimmed" {...shown}>
            {path.at(-1)}
          </Text>
        ) : (
          <a key={heading} href={`#${chunkElementId(index)}`} {...shown}>
            {path.at(-1)}
          </a>
        );
      })}
    </nav>
  );
}
