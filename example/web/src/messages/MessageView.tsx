import { UnstyledButton } from "@mantine/core";
import type { ThreadMessage } from "convex-agent-memory/react";
import { memo, useMemo, useState } from "react";
import { Link } from "react-router";
import { LAST_ANSWER, runAddress } from "../shell/addresses.js";
import { timeOf } from "../shell/formats.js";
import { AnswerContext } from "./answerContext.js";
import { numberCitations, shortName, type CitationNumbers, type NumberedCitation } from "./citations.js";
import { MessageFile } from "./FileChip.js";
import classes from "./messages.module.css";
import { passagesIn, rowIdOf, type MessagePart } from "./parts.js";
import { Reasoning } from "./Reasoning.js";
import { SafeLink } from "./SafeLink.js";
import { AnswerText, PromptText } from "./TextPart.js";
import { ToolCard } from "./ToolCard.js";
import { webAddress } from "./webAddress.js";

export type MessageViewProps = {
  message: ThreadMessage;
  /** True for the message that someone came for. */
  isMarked?: boolean;
  /** True while its run goes on: between two steps it looks whole, and is not. */
  isUnderWay?: boolean;
  /** Opens what a citation of this message names; without it citations are mere numbers. */
  openSource?: (message: ThreadMessage, source: NumberedCitation) => void;
  /** Its thread, for the way from an answer to how it came about. */
  threadId?: string;
};

/** A message of a thread: a prompt, or an answer with its steps, its tools and its sources. */
export const MessageView = memo(function MessageView(props: MessageViewProps) {
  const { message, isMarked = false } = props;
  const isPrompt = message.role === "user";
  return (
    <article
      className={classes.message}
      aria-label={isPrompt ? "You" : "Answer"}
      tabIndex={isMarked ? -1 : undefined}
      aria-current={isMarked ? "location" : undefined}
      data-message={message.id}
      data-role={message.role}
      data-state={message.metadata?.state.kind}
    >
      {isPrompt ? <Prompt message={message} /> : <Answer {...props} />}
    </article>
  );
});

function Prompt({ message }: { message: ThreadMessage }) {
  const files = message.parts.filter((part) => part.type === "file");
  return (
    <>
      {files.length > 0 && (
        <div className={classes.files}>
          {files.map((part, index) => (
            <MessageFile key={index} part={part} messageId={rowIdOf(message)} />
          ))}
        </div>
      )}
      {message.parts.map((part, index) =>
        part.type === "text" ? <PromptText key={index} part={part} /> : null,
      )}
    </>
  );
}

function Answer({ message, isUnderWay = false, openSource, threadId }: MessageViewProps) {
  const numbers = useCitations(message);
  const answer = useMemo(
    () => ({
      cited: [...numbers.values()],
      ...(openSource === undefined
        ? {}
        : { openSource: (source: NumberedCitation) => openSource(message, source) }),
    }),
    [numbers, openSource, message],
  );
  const groups = useMemo(() => groupParts(message.parts), [message.parts]);
  return (
    <AnswerContext value={answer}>
      {groups.map(({ isStep, parts }, index) => {
        const shown = parts.map((part, place) => (
          <AnswerPart key={place} part={part} message={message} numbers={numbers} />
        ));
        return isStep ? (
          <div className={classes.steps} key={index}>
            {shown}
          </div>
        ) : (
          <div key={index}>{shown}</div>
        );
      })}
      <Sources {...answer} />
      {!isUnderWay && <Origin message={message} threadId={threadId} />}
    </AnswerContext>
  );
}

/** When an answer was given, and the way to how it came about. */
function Origin({ message: { metadata }, threadId }: Pick<MessageViewProps, "message" | "threadId">) {
  if (metadata?.state.kind !== "complete") return null;
  const { createdAt, runId } = metadata;
  return (
    <p className={classes.meta}>
      <time dateTime={new Date(createdAt).toISOString()}>{timeOf(createdAt)}</time>
      {threadId !== undefined && runId !== undefined && (
        <>
          {" · "}
          <Link to={runAddress({ threadId, runId }, LAST_ANSWER)}>Why this answer?</Link>
        </>
      )}
    </p>
  );
}

/** The citations of an answer; the same object while it names no other, so that what stands is not rendered again. */
function useCitations({ parts }: ThreadMessage): CitationNumbers {
  const found = useMemo(() => {
    const known = new Set(passagesIn(parts).map(({ citation }) => citation));
    return numberCitations(
      parts.map((part) => (part.type === "text" ? part.text : "")),
      known,
    );
  }, [parts]);
  const [kept, setKept] = useState(found);
  if (namesIn(kept) === namesIn(found)) return kept;
  setKept(found);
  return found;
}

/** They say all of what is cited. */
const namesIn = (numbers: CitationNumbers): string => [...numbers.keys()].join("\n");

type PartGroup = { isStep: boolean; parts: MessagePart[] };

/** Thoughts and tools that follow each other stand together, closer than what is said. */
function groupParts(parts: readonly MessagePart[]): PartGroup[] {
  const groups: PartGroup[] = [];
  for (const part of parts) {
    const isStep = part.type === "dynamic-tool" || part.type === "reasoning";
    if (part.type === "step-start") continue;
    const last = groups.at(-1);
    if (last?.isStep === isStep) last.parts.push(part);
    else groups.push({ isStep, parts: [part] });
  }
  return groups;
}

type AnswerPartProps = { part: MessagePart; message: ThreadMessage; numbers: CitationNumbers };

function AnswerPart({ part, message, numbers }: AnswerPartProps) {
  switch (part.type) {
    case "text":
      return <AnswerText part={part} numbers={numbers} />;
    case "reasoning":
      return <Reasoning part={part} />;
    case "dynamic-tool":
      return <ToolCard part={part} runId={message.metadata?.runId} />;
    case "file":
      return <MessageFile part={part} messageId={rowIdOf(message)} />;
    case "source-url":
      return (
        <p>
          Source: <SafeLink href={webAddress(part.url)}>{part.title ?? part.url}</SafeLink>
        </p>
      );
    case "source-document":
      return <p>Source: {part.title}</p>;
    default:
      return null; // what only an app or a provider knows
  }
}

function Sources({
  cited,
  openSource,
}: {
  cited: NumberedCitation[];
  openSource?: (source: NumberedCitation) => void;
}) {
  if (cited.length === 0 || openSource === undefined) return null;
  return (
    <ul className={classes.sources} aria-label="Sources">
      {cited.map((source) => (
        <li key={source.text}>
          <UnstyledButton className={classes.source} title={source.text} onClick={() => openSource(source)}>
            <span>{source.number}</span>
            <span>{shortName(source.citation)}</span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
