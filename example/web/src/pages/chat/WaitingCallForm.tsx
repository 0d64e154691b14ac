import { Button, Code, Group, JsonInput, Paper, Stack, Text, Textarea, TextInput } from "@mantine/core";
import type { WaitingCall } from "convex-agent-memory";
import type { RunActions } from "convex-agent-memory/react";
import { useRef, useState, type RefObject } from "react";
import { readJson } from "../../data/json.js";
import { useWholePart } from "../../messages/useWholePart.js";
import { answerWords, askWords } from "../../messages/toolWords.js";
import { momentWords } from "../../shell/formats.js";
import { focusMain } from "../../shell/pageFocus.js";
import classes from "./chat.module.css";
import { ProblemAlert } from "./ProblemAlert.js";
import { useSending } from "./useSending.js";
import { isToldInWords, WhatIsMeant } from "./WhatIsMeant.js";

type FormProps = { call: WaitingCall } & Pick<RunActions, "approve" | "deny" | "answer">;

/** A call that waits for a person: it asks whether it may run, or for the result itself. */
export function WaitingCallForm({ call, approve, deny, answer }: FormProps) {
  const whole = call.isCut ? { messageId: call.messageId, part: call.part, bytes: 0 } : null;
  const { text: input } = useWholePart(call.input, whole);
  const form = useRef<HTMLDivElement>(null);
  const { isBusy, failure, clear, act } = useAct(form);
  return (
    <Paper
      ref={form}
      withBorder
      p="md"
      my="xs"
      className={classes.ask}
      role="group"
      aria-label={titleOf(call)}
    >
      <Stack gap="sm">
        <Text fw={600}>{titleOf(call)}</Text>
        {call.requestReason !== undefined && <Text size="sm">{call.requestReason}</Text>}
        <WhatIsMeant toolName={call.toolName} input={input} />
        {call.kind === "approval" ? (
          <ApprovalFields key={input} input={input} isBusy={isBusy} act={act} {...{ call, approve, deny }} />
        ) : (
          <AnswerFields input={input} isBusy={isBusy} act={act} {...{ call, answer }} />
        )}
        <Text size="xs" c="dimmed">
          Nothing goes on until you decide. Without a decision it ends {momentWords(call.expiresAt)}.
        </Text>
        {failure !== null && <ProblemAlert problem={failure} onClose={clear} />}
      </Stack>
    </Paper>
  );
}

const titleOf = ({ kind, toolName }: WaitingCall): string =>
  kind === "approval" ? askWords(toolName) : answerWords(toolName);

type Act = (deed: () => Promise<unknown>) => Promise<void>;

/**
 * Does one thing at a time, and tells what kept it from being done. What is decided goes from the page: the focus goes
 * to the conversation in which it stood, or to the beginning of the page.
 */
function useAct(form: RefObject<HTMLElement | null>) {
  const { attempt, ...sending } = useSending();
  const act: Act = async (deed) => {
    const log = form.current?.closest<HTMLElement>("[role=log]");
    if (!(await attempt(deed))) return;
    if (log === null || log === undefined) focusMain();
    else log.focus({ preventScroll: true });
  };
  return { ...sending, act };
}

type Fields = { call: WaitingCall; input: string; isBusy: boolean; act: Act };

function ApprovalFields({
  call,
  input,
  isBusy,
  act,
  approve,
  deny,
}: Fields & Pick<FormProps, "approve" | "deny">) {
  const [edited, setEdited] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const parsed = edited === null ? null : readJson(edited);
  const isInvalid = parsed?.isValid === false;
  return (
    <>
      {edited === null ? (
        !isToldInWords(call.toolName) && <AskedInput input={input} />
      ) : (
        <JsonInput
          label="Input"
          description="The tool is given this instead of what was asked for."
          autosize
          minRows={3}
          maxRows={14}
          value={edited}
          onChange={setEdited}
          error={isInvalid ? "This is no JSON: check quotes, commas and brackets." : null}
        />
      )}
      <TextInput
        label="Reason, if you deny it"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button
          size="sm"
          loading={isBusy}
          disabled={isInvalid}
          onClick={() =>
            void act(() => approve(call, parsed === null || !parsed.isValid ? {} : { input: parsed.value }))
          }
        >
          Approve
        </Button>
        <Button
          size="sm"
          variant="default"
          disabled={isBusy}
          onClick={() => void act(() => deny(call, reason.trim() === "" ? {} : { reason: reason.trim() }))}
        >
          Deny
        </Button>
        <Button size="sm" variant="subtle" onClick={() => setEdited(edited === null ? pretty(input) : null)}>
          {edited === null ? "Edit the input" : "Leave the input as it is"}
        </Button>
      </Group>
    </>
  );
}

function AnswerFields({ call, input, isBusy, act, answer }: Fields & Pick<FormProps, "answer">) {
  const [text, setText] = useState("");
  const give = (): Promise<unknown> => {
    const parsed = readJson(text);
    return answer(call, { output: parsed.isValid ? parsed.value : text });
  };
  return (
    <>
      <AskedInput input={input} />
      <Textarea
        label="Your answer"
        autosize
        minRows={2}
        maxRows={12}
        dir="auto"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button size="sm" loading={isBusy} disabled={text.trim() === ""} onClick={() => void act(give)}>
          Answer
        </Button>
        <Button
          size="sm"
          variant="default"
          disabled={isBusy}
          onClick={() =>
            void act(() => answer(call, { error: text.trim() === "" ? "There is no answer." : text.trim() }))
          }
        >
          There is none
        </Button>
      </Group>
    </>
  );
}

const AskedInput = ({ input }: { input: string }) => (
  <Code block className={classes.asked}>
    {pretty(input)}
  </Code>
);

function pretty(input: string): string {
  const parsed = readJson(input);
  return parsed.isValid ? (JSON.stringify(parsed.value, null, 2) ?? input) : input;
}
