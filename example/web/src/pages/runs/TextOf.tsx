import { Button, Text } from "@mantine/core";
import type { Part } from "convex-agent-memory";
import { useState } from "react";
import classes from "./runs.module.css";

/** Characters that are shown before somebody asks for more. */
const SHOWN_CHARACTERS = 1_200;

export const textIn = (parts: readonly Part[]): string =>
  parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");

/** The words of a message, as they are: what is in them is nobody's markup. */
export function TextOf({ parts }: { parts: readonly Part[] }) {
  return <PlainText text={textIn(parts)} />;
}

export function PlainText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > SHOWN_CHARACTERS;
  if (text === "") return <Text c="dimmed">No text.</Text>;
  return (
    <>
      <Text component="div" className={classes.said} dir="auto">
        {isCut ? `${text.slice(0, SHOWN_CHARACTERS)} …` : text}
      </Text>
      {isCut && (
        <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>
          Show the whole text
        </Button>
      )}
    </>
  );
}
