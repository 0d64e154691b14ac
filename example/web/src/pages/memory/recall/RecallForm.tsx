import { Button, Chip, Fieldset, Group, NumberInput, Paper, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import type { RecallAsk } from "../../../data/useRecall.js";
import { ThreadSelect } from "../ScopePicker.js";

type Kind = NonNullable<RecallAsk["kinds"]>[number];
type Scope = NonNullable<RecallAsk["scopes"]>[number];

const KINDS: readonly { value: Kind; label: string }[] = [
  { value: "message", label: "Messages" },
  { value: "fact", label: "Facts" },
  { value: "chunk", label: "Documents" },
];
const SCOPES: readonly { value: Scope; label: string }[] = [
  { value: "user", label: "My own" },
  { value: "tenant", label: "My tenant’s" },
  { value: "thread", label: "One conversation" },
];
const DEFAULT_TOKENS = 2_000;
const LEAST_TOKENS = 50;
const MOST_TOKENS = 20_000;

type Given = {
  query: string;
  kinds: Kind[];
  scopes: Scope[];
  threadId: string | null;
  maxTokens: string | number;
};
const FIRST: Given = {
  query: "",
  kinds: KINDS.map(({ value }) => value),
  scopes: ["user", "tenant"],
  threadId: null,
  maxTokens: DEFAULT_TOKENS,
};

/** A question, what to look through, and how much of it a context would have room for. */
export function RecallForm({ isBusy, onAsk }: { isBusy: boolean; onAsk: (ask: RecallAsk) => void }) {
  const [given, setGiven] = useState(FIRST);
  const change = (changes: Partial<Given>) => setGiven((before) => ({ ...before, ...changes }));
  const missing = missingIn(given);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (missing === null) onAsk(askOf(given));
  };
  return (
    <Paper withBorder p="md">
      <form onSubmit={submit} role="search">
        <Stack gap="md">
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              flex={1}
              label="Question"
              placeholder="Which day do I deploy?"
              leftSection={<IconSearch size={16} aria-hidden />}
              value={given.query}
              onChange={({ currentTarget }) => change({ query: currentTarget.value })}
            />
            <Button type="submit" disabled={missing !== null} loading={isBusy}>
              Recall
            </Button>
          </Group>
          <Where given={given} change={change} />
          {given.scopes.includes("thread") && (
            <ThreadSelect value={given.threadId} onChange={(threadId) => change({ threadId })} />
          )}
          {missing !== null && given.query.trim() !== "" && (
            <Text size="sm" role="status">
              {missing}
            </Text>
          )}
        </Stack>
      </form>
    </Paper>
  );
}

/** What to look through, whose it is, and how much room there is for it. */
function Where({ given, change }: { given: Given; change: (changes: Partial<Given>) => void }) {
  return (
    <Group gap="xl" align="flex-start">
      <Choice
        name="Look through"
        options={KINDS}
        value={given.kinds}
        onChange={(kinds) => change({ kinds })}
      />
      <Choice
        name="Whose memory"
        options={SCOPES}
        value={given.scopes}
        onChange={(scopes) => change({ scopes })}
      />
      <NumberInput
        label="Room, in tokens"
        size="xs"
        w={120}
        min={LEAST_TOKENS}
        max={MOST_TOKENS}
        step={100}
        allowDecimal={false}
        thousandSeparator=","
        value={given.maxTokens}
        onChange={(maxTokens) => change({ maxTokens })}
      />
    </Group>
  );
}

type ChoiceProps<Value extends string> = {
  name: string;
  options: readonly { value: Value; label: string }[];
  value: Value[];
  onChange: (value: Value[]) => void;
};

/** As the labels of other fields. */
const LEGEND = { legend: { fontSize: "var(--mantine-font-size-xs)", fontWeight: 500 } };

function Choice<Value extends string>({ name, options, value, onChange }: ChoiceProps<Value>) {
  const choose = (chosen: string[]) =>
    onChange(options.flatMap((option) => (chosen.includes(option.value) ? [option.value] : [])));
  return (
    <Fieldset legend={name} variant="unstyled" styles={LEGEND}>
      <Chip.Group multiple value={value} onChange={choose}>
        <Group gap={6}>
          {options.map((option) => (
            <Chip key={option.value} value={option.value} size="xs" variant="outline">
              {option.label}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Fieldset>
  );
}

/** What a question still lacks, in words; null when it can be asked. */
function missingIn({ query, kinds, scopes, threadId, maxTokens }: Given): string | null {
  if (query.trim() === "") return "Write a question first.";
  if (kinds.length === 0) return "Choose what to look through.";
  if (scopes.length === 0) return "Choose whose memory to look through.";
  if (scopes.includes("thread") && threadId === null) return "Choose a conversation.";
  return typeof maxTokens === "number" ? null : "Say how much room there is.";
}

function askOf({ query, kinds, scopes, threadId, maxTokens }: Given): RecallAsk {
  return {
    query: query.trim(),
    kinds,
    scopes,
    ...(scopes.includes("thread") && threadId !== null ? { threadId } : {}),
    ...(typeof maxTokens === "number" ? { maxTokens } : {}),
    explain: true,
  };
}
