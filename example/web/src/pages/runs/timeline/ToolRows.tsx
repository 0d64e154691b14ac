import { Badge, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import type { Run, ToolCall } from "convex-agent-memory";
import { useId, useState, type ReactNode } from "react";
import { formatDuration } from "../../../shell/formats.js";
import { JsonView } from "../../../messages/JsonView.js";
import { Decision } from "../../../messages/ToolDetails.js";
import { toolWords } from "../../../messages/toolWords.js";
import { useWholePart } from "../../../messages/useWholePart.js";
import { readJson } from "../../../data/json.js";
import classes from "../runs.module.css";
import type { TimelineTool } from "./timeline.js";

/** How the run of an agent that a tool asked is shown: it may ask others in turn. */
export type NestedOf = (run: Run) => ReactNode;

/** The tools that a step asked for, each with what went in and what came out. */
export function ToolRows({ tools, nestedOf }: { tools: readonly TimelineTool[]; nestedOf: NestedOf }) {
  return (
    <ul className={classes.tools} aria-label="Tools">
      {tools.map((tool, index) => (
        <ToolRow key={`${tool.callId} ${index}`} tool={tool} nestedOf={nestedOf} />
      ))}
    </ul>
  );
}

function ToolRow({ tool, nestedOf }: { tool: TimelineTool; nestedOf: NestedOf }) {
  const [isOpen, setOpen] = useState(false);
  const bodyId = useId();
  const { toolName, asked, call, nested } = tool;
  const input = readJson(asked.part.input);
  const { about } = toolWords({ toolName, input: input.isValid ? input.value : undefined }, true);
  const { word, color } = callWords(call, tool);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <li>
      <UnstyledButton
        className={classes.tool}
        aria-expanded={isOpen}
        aria-controls={bodyId}
        onClick={() => setOpen(!isOpen)}
      >
        <Chevron size={16} aria-hidden />
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={600} component="span">
            {toolName}
          </Text>{" "}
          <Text size="sm" c="dimmed" component="span" dir="auto" style={{ overflowWrap: "anywhere" }}>
            {about}
          </Text>
        </div>
        <span>
          {call?.ms !== undefined && (
            <Text size="xs" c="dimmed" component="span" mr="xs" className={classes.numbers}>
              {formatDuration(call.ms)}
            </Text>
          )}
          <Badge size="sm" variant="light" color={color}>
            {word}
          </Badge>
        </span>
      </UnstyledButton>
      <div id={bodyId}>
        {isOpen && <ToolBody tool={tool} />}
        {nested !== undefined && <div className={classes.toolBody}>{nestedOf(nested)}</div>}
      </div>
    </li>
  );
}

function ToolBody({ tool: { asked, result, call } }: { tool: TimelineTool }) {
  const input = useWholePart(asked.part.input, wholeOf(asked));
  const output = useWholePart(result?.part.output ?? "", result === undefined ? null : wholeOf(result));
  return (
    <Stack gap="xs" className={classes.toolBody}>
      {call !== undefined && <Decision call={call} />}
      <JsonView label="Input" value={valueOf(input.text)} />
      {result === undefined ? (
        <Text size="sm" c="dimmed">
          There is no result yet.
        </Text>
      ) : (
        <JsonView
          label={result.part.outputKind === "error" ? "It failed" : "Output"}
          value={result.part.outputKind === "json" ? valueOf(output.text) : output.text}
        />
      )}
    </Stack>
  );
}

type Placed = { part: { payload?: { bytes: number } }; messageId: string; index: number };

const wholeOf = ({ part: { payload }, messageId, index }: Placed) =>
  payload === undefined ? null : { messageId, part: index, bytes: payload.bytes };

function valueOf(text: string): unknown {
  const parsed = readJson(text);
  return parsed.isValid ? parsed.value : text;
}

const STATES: Record<ToolCall["state"]["kind"], { word: string; color: string }> = {
  pending: { word: "To run", color: "gray" },
  awaitingApproval: { word: "Needs approval", color: "yellow" },
  awaitingResult: { word: "Needs an answer", color: "yellow" },
  started: { word: "Running", color: "indigo" },
  done: { word: "Done", color: "teal" },
  failed: { word: "Failed", color: "red" },
  interrupted: { word: "Interrupted", color: "red" },
  denied: { word: "Denied", color: "gray" },
};

/** A call that ran in an action has no row of its own where nobody had to decide: its result tells. */
function callWords(
  call: ToolCall | undefined,
  { result, asked }: TimelineTool,
): { word: string; color: string } {
  if (call !== undefined) return STATES[call.state.kind];
  if (result === undefined) return asked.part.providerExecuted === true ? STATES.done : STATES.pending;
  switch (result.part.outputKind) {
    case "error":
      return STATES.failed;
    case "denied":
      return STATES.denied;
    case "interrupted":
      return STATES.interrupted;
    default:
      return STATES.done;
  }
}
