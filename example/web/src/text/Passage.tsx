import { Highlight, type HighlightProps } from "@mantine/core";
import { wordsOf } from "./questionWords.js";

/** A text as it is stored, with the words of a question marked. */
export function Passage({
  children,
  question,
  ...props
}: { children: string; question: string } & Omit<HighlightProps, "children" | "highlight">) {
  return (
    <Highlight
      size="sm"
      style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
      {...props}
      highlight={wordsOf(question)}
    >
      {children}
    </Highlight>
  );
}
