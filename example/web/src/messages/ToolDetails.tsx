import { Text } from "@mantine/core";
import type { ToolCall } from "convex-agent-memory";
import { useQuery } from "convex/react";
import { api } from "../api.js";
import { useSession } from "../session/useSession.js";
import { formatDuration, momentWords } from "../shell/formats.js";
import { JsonView } from "./JsonView.js";
import classes from "./messages.module.css";
import { wholePartOf, type ToolPart } from "./parts.js";
import { useWholePart } from "./useWholePart.js";

/** Calls of one run that are looked through for the one that is shown. */
const MOST_CALLS = 100;

/** What went into a call, what came out of it, how long it took, and what people decided about it. */
export function ToolDetails({ part, runId }: { part: ToolPart; runId: string | undefined }) {
  return (
    <div className={classes.toolBody}>
      {runId !== undefined && <CallFacts part={part} runId={runId} />}
      <Input part={part} />
      <Output part={part} />
    </div>
  );
}

function CallFacts({ part, runId }: { part: ToolPart; runId: string }) {
  const calls = useQuery(api.chat.listToolCalls, { runId, cursor: null, limit: MOST_CALLS });
  const call = calls?.page.findLast(({ callId }) => callId === part.toolCallId);
  if (call === undefined) return null;
  return (
    <>
      {call.ms !== undefined && <Text size="sm">Took {formatDuration(call.ms)}.</Text>}
      <Decision call={call} />
    </>
  );
}

/** Who decided about a call, when and why. */
export function Decision({ call: { decision, answeredBy } }: { call: ToolCall }) {
  const nameOf = useNameOf();
  if (decision === undefined)
    return answeredBy === undefined ? null : <Text size="sm">Answered by {nameOf(answeredBy)}.</Text>;
  const when = momentWords(decision.at);
  if (decision.kind === "expired") return <Text size="sm">Nobody decided in time. It ended {when}.</Text>;
  const words = decision.kind === "approved" ? "Approved" : "Denied";
  return (
    <Text size="sm">
      {words} by {nameOf(decision.by)} {when}
      {decision.reason === undefined ? "." : `: ${decision.reason}`}
      {decision.askedInput !== undefined && ` It asked for ${decision.askedInput} and was given other input.`}
    </Text>
  );
}

/** A person by their id: "you", or the last part of an id that the identity provider made. */
function useNameOf(): (userId: string | undefined) => string {
  const { user } = useSession();
  return (userId = "somebody") => {
    const subject = userId.split("|").at(-1) ?? userId;
    return subject === user.subject ? "you" : subject;
  };
}

function Input({ part }: { part: ToolPart }) {
  const whole = wholePartOf(part.callProviderMetadata);
  const { text } = useWholePart("", whole);
  if (part.state === "input-streaming") return <JsonView label="Input so far" value={part.rawInput ?? ""} />;
  return <JsonView label="Input" value={text === "" ? part.input : text} />;
}

function Output({ part }: { part: ToolPart }) {
  switch (part.state) {
    case "output-available":
      return <JsonView label="Output" value={part.output} />;
    case "output-error":
      return <JsonView label="It failed" value={part.errorText} />;
    case "output-denied":
      return <JsonView label="It was not allowed" value={part.approval.reason ?? "No reason was given."} />;
    case "input-streaming":
    case "input-available":
    case "approval-requested":
    case "approval-responded":
      return null;
  }
}
