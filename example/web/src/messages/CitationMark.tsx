import { UnstyledButton } from "@mantine/core";
import { use } from "react";
import { AnswerContext } from "./answerContext.js";
import classes from "./messages.module.css";

/** The number of a source in the text, which opens it. */
export function CitationMark({ number }: { number: number }) {
  const { cited, openSource } = use(AnswerContext);
  const source = cited.find((one) => one.number === number);
  if (source === undefined) return null;
  if (openSource === undefined) return <sup>{number}</sup>;
  return (
    <UnstyledButton
      className={classes.mark}
      aria-label={`Source ${number}: ${source.text}`}
      title={source.text}
      onClick={() => openSource(source)}
    >
      {number}
    </UnstyledButton>
  );
}
