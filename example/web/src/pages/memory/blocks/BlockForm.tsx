import { Button, Group, NumberInput, Stack, Switch, Textarea } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import type { ErrorText } from "../../../shell/errorText.js";
import { FailureNotice } from "../../../text/FailureNotice.js";

/** What a block is besides its value. */
export type BlockSettingsValue = { description: string; maxTokens: number; readOnly: boolean };

/** While it is typed the limit may be empty. */
type Given = Omit<BlockSettingsValue, "maxTokens"> & { maxTokens: number | "" };

const MOST_TOKENS = 4_000;

type Props = {
  initial: BlockSettingsValue;
  confirm: string;
  isBusy: boolean;
  isReady?: boolean;
  failure: ErrorText | null;
  onSave: (settings: BlockSettingsValue) => void;
  onCancel: () => void;
  /** Fields before these. */
  children?: ReactNode;
};

/** The settings of a block, of a new one or of one that is there. */
export function BlockForm({
  initial,
  confirm,
  isBusy,
  isReady = true,
  failure,
  onSave,
  onCancel,
  children,
}: Props) {
  const [settings, setSettings] = useState<Given>(initial);
  const { description, maxTokens, readOnly } = settings;
  const change = (changes: Partial<Given>) => setSettings((before) => ({ ...before, ...changes }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (maxTokens !== "") onSave({ description, maxTokens, readOnly });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {children}
        <Textarea
          label="What belongs in it"
          description="For the agent that keeps it."
          autosize
          minRows={2}
          value={description}
          onChange={({ currentTarget }) => change({ description: currentTarget.value })}
        />
        <NumberInput
          label="Longest value, in tokens"
          description="It stands in every conversation: short is cheap."
          min={1}
          max={MOST_TOKENS}
          allowDecimal={false}
          value={maxTokens}
          onChange={(given) => change({ maxTokens: typeof given === "number" ? given : "" })}
        />
        <Switch
          label="Agents may read it, but not write it"
          checked={readOnly}
          onChange={({ currentTarget }) => change({ readOnly: currentTarget.checked })}
        />
        <FailureNotice failure={failure} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={!isReady || maxTokens === ""}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
