import { Text, VisuallyHidden } from "@mantine/core";
import classes from "./text.module.css";
import { diffWords, type DiffPiece } from "./diffWords.js";

/** What was added to a text and taken from it. */
export function Difference({ before, after }: { before: string; after: string }) {
  const pieces = diffWords(before, after);
  if (pieces.every(({ kind }) => kind === "same"))
    return (
      <Text size="sm" c="dimmed">
        There is no difference.
      </Text>
    );
  return (
    <div className={classes["difference"]} role="group" aria-label="Difference">
      <Pieces pieces={pieces} />
    </div>
  );
}

/** The stretches of a difference in a row, each told as what it is. */
export function Pieces({ pieces }: { pieces: readonly DiffPiece[] }) {
  return pieces.map(({ kind, text }, index) =>
    kind === "same" ? (
      <span key={index}>{text}</span>
    ) : kind === "added" ? (
      <ins key={index}>
        <VisuallyHidden>added: </VisuallyHidden>
        {text}
      </ins>
    ) : (
      <del key={index}>
        <VisuallyHidden>removed: </VisuallyHidden>
        {text}
      </del>
    ),
  );
}
