import { useReducedMotion } from "@mantine/hooks";
import { useSmoothText } from "convex-agent-memory/react";
import type { CitationNumbers } from "./citations.js";
import { Markdown } from "./Markdown.js";
import classes from "./messages.module.css";
import { wholePartOf, type MessagePart } from "./parts.js";
import { useWholePart } from "./useWholePart.js";

type Text = Extract<MessagePart, { type: "text" }>;

/** What an answer says, at an even pace while it is being written. */
export function AnswerText({ part, numbers }: { part: Text; numbers: CitationNumbers }) {
  const { text, isWhole } = useWholePart(part.text, wholePartOf(part.providerMetadata));
  const prefersReducedMotion = useReducedMotion();
  const shown = useSmoothText(text, { isStreaming: part.state === "streaming", prefersReducedMotion });
  return (
    <>
      <Markdown text={part.state === "streaming" ? withoutHalfCitation(shown) : shown} numbers={numbers} />
      {!isWhole && <p className={classes.meta}>Loading the rest …</p>}
    </>
  );
}

/** A bracket at the end that is not closed yet, outside of code: it becomes the number of a source in a moment. */
const HALF_CITATION = /\[[^[\]\n]{0,300}$/;
const FENCES = /^ {0,3}(?:`{3,}|~{3,})/gm;

function withoutHalfCitation(text: string): string {
  const isInCode = (text.match(FENCES)?.length ?? 0) % 2 === 1;
  return isInCode ? text : text.replace(HALF_CITATION, "");
}

/** What a person said, as they wrote it. */
export function PromptText({ part }: { part: Text }) {
  const { text, isWhole } = useWholePart(part.text, wholePartOf(part.providerMetadata));
  return (
    <div className={classes.prompt} dir="auto" {...(text.length > LONG_PROMPT ? TAB_STOP : {})}>
      {text}
      {!isWhole && " …"}
    </div>
  );
}

/** Characters from which on a prompt may be higher than its box. */
const LONG_PROMPT = 1_000;
/** Such prompts scroll, so the keyboard must reach them. */
const TAB_STOP = { tabIndex: 0, role: "group", "aria-label": "What you said" } as const;
