import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconBulb, IconRefresh } from "@tabler/icons-react";
import type { Message, UsageEvent } from "convex-agent-memory";
import { useEffect, useId, useRef, useState } from "react";
import { formatCount, formatDuration, formatMoney, plural } from "../../../shell/formats.js";
import { ContextTrace } from "../context/ContextTrace.js";
import { Facts } from "../Facts.js";
import { RerunPanel } from "../rerun/RerunPanel.js";
import { costWords } from "../costWords.js";
import { endWords } from "../runWords.js";
import { TextOf, textIn } from "../TextOf.js";
import classes from "../runs.module.css";
import { TimeAxis } from "./TimeAxis.js";
import type { Span, Step, StepState } from "./timeline.js";
import { ToolRows, type NestedOf } from "./ToolRows.js";

type StepProps = {
  step: Step;
  span: Required<Span>;
  /** Someone was led to this step: it shows at once why its model knew what it says. */
  isNamed: boolean;
  nestedOf: NestedOf;
};

const MARKS: Record<StepState, string> = {
  running: "var(--mantine-color-indigo-5)",
  done: "var(--mantine-color-teal-6)",
  failed: "var(--mantine-color-red-6)",
};

/** One call of the model with what came of it; why it knew what it knew, and the same again with something changed. */
export function StepCard({ step, span, isNamed, nestedOf }: StepProps) {
  const { number, state, message, tools } = step;
  const headingId = useId();
  const entry = useRef<HTMLLIElement>(null);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isNamed) return;
    entry.current?.scrollIntoView({ block: "start" });
    card.current?.focus({ preventScroll: true });
  }, [isNamed]);
  return (
    <li className={classes.entry} ref={entry}>
      <span
        className={classes.mark}
        data-live={state === "running" ? true : undefined}
        style={{ ["--mark" as string]: MARKS[state] }}
        aria-hidden
      />
      <Paper component="article" ref={card} tabIndex={-1} withBorder p="md" aria-labelledby={headingId}>
        <Stack gap="sm">
          <Group justify="space-between" gap="xs">
            <Title order={3} size="h5" id={headingId}>
              Step {number}: {whatItDid(step)}
            </Title>
            {state !== "done" && (
              <Badge variant="light" color={state === "running" ? "indigo" : "red"}>
                {state === "running" ? "Answering" : "Failed"}
              </Badge>
            )}
          </Group>
          <CallFacts step={step} />
          <TimeAxis whole={span} spans={spansOf(step)} />
          {message !== undefined && textIn(message.parts) !== "" && <TextOf parts={message.parts} />}
          {message?.state.kind === "failed" && (
            <Text size="sm" c="red" style={{ overflowWrap: "anywhere" }}>
              This answer was cut off and is kept out of context: {message.state.reason}
            </Text>
          )}
          <Retries events={step.others} />
          {tools.length > 0 && <ToolRows {...{ tools, nestedOf }} />}
          {message !== undefined && message.state.kind !== "streaming" && (
            <Panels key={`${isNamed}`} {...{ message, step, isNamed }} />
          )}
        </Stack>
      </Paper>
    </li>
  );
}

function whatItDid({ state, tools, message }: Step): string {
  if (state === "running") return "the model answers";
  if (tools.length > 0) return `the model asked for ${plural(tools.length, "tool")}`;
  return message === undefined ? "the model gave nothing" : "the model answered";
}

const spansOf = ({ span, tools }: Step) => [
  ...(span === undefined
    ? []
    : [{ ...span, label: "the call of the model", color: "var(--mantine-color-indigo-5)" }]),
  ...tools.flatMap(({ span: of, toolName }) =>
    of === undefined ? [] : [{ ...of, label: toolName, color: "var(--mantine-color-orange-5)" }],
  ),
];

function CallFacts({ step: { call, message } }: { step: Step }) {
  if (call === undefined)
    return message?.model === undefined ? null : <Facts facts={[["Model", message.model]]} />;
  const { provider, model, inputTokens, cachedInputTokens = 0, outputTokens, reasoningTokens = 0 } = call;
  return (
    <Facts
      facts={[
        ["Model", `${provider}/${model}`],
        ["Took", formatDuration(call.ms)],
        ["Tokens in", `${formatCount(inputTokens)}${call.isEstimated === true ? " (estimated)" : ""}`],
        ...(cachedInputTokens > 0 ? ([["Of these cached", formatCount(cachedInputTokens)]] as const) : []),
        ["Tokens out", formatCount(outputTokens)],
        ...(reasoningTokens > 0 ? ([["Of these reasoning", formatCount(reasoningTokens)]] as const) : []),
        ["Cost", formatMoney(call.costMicros)],
        ["Ended with", endWords(call.finishReason)],
      ]}
    />
  );
}

const PURPOSES: Record<UsageEvent["purpose"], string> = {
  answer: "A request that failed or was tried again",
  embedding: "Embedding for recall",
  tool: "What a tool paid for",
  extraction: "Finding facts",
  compaction: "Summing up",
  rerank: "Putting what was recalled in order",
  rerun: "A re-run",
};

/** What the step paid for besides its answer. */
function Retries({ events }: { events: readonly UsageEvent[] }) {
  if (events.length === 0) return null;
  return (
    <Stack gap={2}>
      {events.map((event) => (
        <Text key={event.eventId} size="sm" c="dimmed" className={classes.numbers}>
          {PURPOSES[event.purpose]}: {event.provider}/{event.model}, {formatDuration(event.ms)},{" "}
          {formatCount(event.inputTokens + event.outputTokens)} tokens, {costWords(event.costMicros)}
        </Text>
      ))}
    </Stack>
  );
}

type Panel = "context" | "rerun";

type PanelsProps = Pick<StepProps, "step" | "isNamed"> & { message: Message };

/** The two questions that a person has about an answer. */
function Panels({ message, step, isNamed }: PanelsProps) {
  const { messageId } = message;
  const [open, setOpen] = useState<Panel | null>(isNamed ? "context" : null);
  const panelId = useId();
  const toggle = (panel: Panel) => setOpen(open === panel ? null : panel);
  return (
    <div>
      <Group gap="xs">
        <Button
          size="xs"
          variant={open === "context" ? "filled" : "light"}
          leftSection={<IconBulb size={15} aria-hidden />}
          aria-expanded={open === "context"}
          aria-controls={`${panelId}-context`}
          onClick={() => toggle("context")}
        >
          Why did it know this?
        </Button>
        <Button
          size="xs"
          variant={open === "rerun" ? "filled" : "light"}
          leftSection={<IconRefresh size={15} aria-hidden />}
          aria-expanded={open === "rerun"}
          aria-controls={`${panelId}-rerun`}
          onClick={() => toggle("rerun")}
        >
          Run it again, changed
        </Button>
      </Group>
      <div id={`${panelId}-context`} className={open === "context" ? classes.panel : undefined}>
        {open === "context" && <ContextTrace messageId={messageId} />}
      </div>
      {/* Kept while it is closed: what was tried is not lost. */}
      <div
        id={`${panelId}-rerun`}
        className={open === "rerun" ? classes.panel : undefined}
        hidden={open !== "rerun"}
      >
        <RerunPanel message={message} call={step.call} isOpen={open === "rerun"} />
      </div>
    </div>
  );
}
