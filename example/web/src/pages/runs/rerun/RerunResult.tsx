import { Badge, Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { ContextExplanation, Message, Rerun, UsageEvent } from "convex-agent-memory";
import { useId } from "react";
import { formatMoney } from "../../../shell/formats.js";
import { Pieces } from "../../../text/Difference.js";
import { diffWords, type DiffPiece } from "../../../text/diffWords.js";
import { textIn } from "../TextOf.js";
import classes from "../runs.module.css";
import { ContextChanges } from "./ContextChanges.js";
import { Figures } from "./Figures.js";
import type { MadeRerun } from "./madeRerun.js";

type RerunResultProps = {
  rerun: MadeRerun;
  message: Message;
  call: UsageEvent | undefined;
  explained: ContextExplanation;
};

/** One re-run beside the answer that was saved: words, figures and what each was shown. */
export function RerunResult({ rerun, message, call, explained }: RerunResultProps) {
  const { number, changes, result } = rerun;
  const headingId = useId();
  const before = textIn(message.parts);
  const pieces = diffWords(before, result.text);
  const isEqual = pieces.every(({ kind }) => kind === "same");
  return (
    <Paper component="section" withBorder p="md" aria-labelledby={headingId}>
      <Stack gap="sm">
        <Group gap="xs">
          <Title order={4} size="h5" id={headingId}>
            Re-run {number}
          </Title>
          {(changes.length === 0 ? ["nothing changed"] : changes).map((words) => (
            <Badge key={words} variant="light" tt="none">
              {words}
            </Badge>
          ))}
          <SameBytes context={result.context} />
        </Group>
        <div className={classes.compare}>
          <Side title="The saved answer" pieces={pieces} shows="removed">
            <Tools calls={callsIn(message)} />
          </Side>
          <Side title="The new answer" pieces={pieces} shows="added">
            <Tools calls={result.toolCalls} isNew />
          </Side>
        </div>
        {isEqual && <Text size="sm">Both say the same, word for word.</Text>}
        <Figures {...{ rerun, call, explained }} />
        <ContextChanges before={explained.sections} after={result.context.sections} />
        {result.warnings.map((warning) => (
          <Text key={warning} size="sm" c="dimmed">
            {warning}
          </Text>
        ))}
        <Text size="sm" c="dimmed">
          Nothing of this was saved in the conversation. It cost {formatMoney(result.costMicros)}, which is in
          your usage as a re-run.
        </Text>
      </Stack>
    </Paper>
  );
}

function SameBytes({ context: { isSame, changed } }: Pick<Rerun, "context">) {
  if (isSame)
    return (
      <Badge color="teal" variant="light" tt="none">
        shown the same bytes
      </Badge>
    );
  return (
    <Badge color={changed === undefined ? "gray" : "yellow"} variant="light" tt="none">
      {changed === undefined ? "shown something else" : "not all is as it was then"}
    </Badge>
  );
}

type SideProps = {
  title: string;
  pieces: readonly DiffPiece[];
  shows: "removed" | "added";
  children: React.ReactNode;
};

/** One of the two texts, with what the other does not have marked in it. */
function Side({ title, pieces, shows, children }: SideProps) {
  const own = pieces.filter(({ kind }) => kind === "same" || kind === shows);
  return (
    <section className={classes.side} aria-label={title}>
      <Text size="xs" c="dimmed" mb={4}>
        {title}
      </Text>
      <div className={classes.said} dir="auto">
        {own.length === 0 && <Text c="dimmed">No text.</Text>}
        <Pieces pieces={own} />
      </div>
      {children}
    </section>
  );
}

type Asked = { toolName: string; input: string };

const callsIn = ({ parts }: Message): Asked[] =>
  parts.flatMap((part) => (part.type === "toolCall" ? [{ toolName: part.toolName, input: part.input }] : []));

function Tools({ calls, isNew = false }: { calls: readonly Asked[]; isNew?: boolean }) {
  if (calls.length === 0) return null;
  return (
    <Stack gap={4} mt="xs">
      <Text size="xs" c="dimmed">
        {isNew ? "It asked for these tools, which were not run:" : "It asked for these tools:"}
      </Text>
      {calls.map(({ toolName, input }, index) => (
        <Text key={index} size="sm" style={{ overflowWrap: "anywhere" }}>
          <Text span fw={600} size="sm">
            {toolName}
          </Text>{" "}
          {input}
        </Text>
      ))}
    </Stack>
  );
}
