import { Text } from "@mantine/core";
import type { Chunk } from "convex-agent-memory";
import { Markdown } from "../../messages/Markdown.js";
import { formatTokens } from "../../shell/formats.js";
import { chunkElementId } from "./chunkElement.js";
import classes from "./documents.module.css";

/** A chunk: what recall finds and an answer cites as one. */
export function ChunkText({
  chunk: { index, heading, text, tokens },
  isMarked,
}: {
  chunk: Chunk;
  isMarked: boolean;
}) {
  const name = `Chunk ${index + 1}${heading === "" ? "" : `, ${heading}`}${isMarked ? ", cited" : ""}`;
  return (
    <section
      id={chunkElementId(index)}
      tabIndex={-1}
      className={classes["chunk"]}
      data-marked={isMarked}
      aria-label={name}
    >
      <Text size="xs" c="dimmed" className={classes["chunkHead"]}>
        <span>
          {index + 1}
          {heading !== "" && !text.startsWith("#") && ` · ${heading}`}
        </span>
        <span>
          {isMarked && "cited · "}
          {formatTokens(tokens)}
        </span>
      </Text>
      <Markdown text={text} />
    </section>
  );
}
