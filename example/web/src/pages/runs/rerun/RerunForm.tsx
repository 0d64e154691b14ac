import {
  Button,
  Chip,
  Fieldset,
  Group,
  Input,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
} from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { asItWas, RECALL_SCOPES, type RerunChoices } from "./rerunArgs.js";

type RerunFormProps = {
  /** As they were. */
  instructions: string;
  models: readonly string[];
  isBusy: boolean;
  onRun: (choices: RerunChoices, firstModel: string | undefined) => void;
};

const MOST_TOKENS = 1_000_000;

/** What may be another: everything is as it was until it is changed. */
export function RerunForm({ instructions, models, isBusy, onRun }: RerunFormProps) {
  const [choices, setChoices] = useState(() => asItWas(instructions));
  const change = (changed: Partial<RerunChoices>) => setChoices((before) => ({ ...before, ...changed }));
  return (
    <form
      aria-label="Run it again, changed"
      onSubmit={(event) => {
        event.preventDefault();
        onRun(choices, models[0]);
      }}
    >
      <Stack gap="sm">
        <Textarea
          label="Instructions"
          autosize
          minRows={3}
          maxRows={12}
          dir="auto"
          value={choices.instructions}
          onChange={(event) => change({ instructions: event.currentTarget.value })}
        />
        <ModelFields {...{ choices, change, models }} />
        <ContextFields choices={choices} change={change} />
        <Group gap="xs">
          <Button type="submit" loading={isBusy} leftSection={<IconPlayerPlay size={16} aria-hidden />}>
            Run again
          </Button>
          <Button variant="subtle" disabled={isBusy} onClick={() => setChoices(asItWas(instructions))}>
            As it was
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type FieldsProps = { choices: RerunChoices; change: (changed: Partial<RerunChoices>) => void };

function ModelFields({ choices, change, models }: FieldsProps & { models: readonly string[] }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
      <Select
        label="Model"
        data={[...models]}
        value={choices.model ?? models[0] ?? null}
        onChange={(model) => change({ model })}
        disabled={models.length === 0}
        allowDeselect={false}
      />
      <NumberField
        label="Temperature"
        max={2}
        step={0.1}
        value={choices.temperature}
        onChange={(temperature) => change({ temperature })}
      />
      <NumberField
        label="Tokens of answer"
        min={1}
        value={choices.maxOutputTokens}
        onChange={(maxOutputTokens) => change({ maxOutputTokens })}
      />
      <NumberField
        label="Tokens of context"
        min={1}
        value={choices.maxTokens}
        onChange={(maxTokens) => change({ maxTokens })}
      />
    </SimpleGrid>
  );
}

function ContextFields({ choices, change }: FieldsProps) {
  const { hasRecalled, recallsAnew } = choices;
  return (
    <Fieldset legend="What the model is shown">
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="xs">
          <Choice label="Memory blocks" isOn={choices.hasBlocks} set={(hasBlocks) => change({ hasBlocks })} />
          <Choice label="Summary" isOn={choices.hasSummary} set={(hasSummary) => change({ hasSummary })} />
          <Choice label="Earlier messages" isOn={choices.hasTail} set={(hasTail) => change({ hasTail })} />
          <Choice label="What was recalled" isOn={hasRecalled} set={(on) => change({ hasRecalled: on })} />
          <Choice
            label="Facts among that"
            isOn={hasRecalled && choices.hasFacts}
            isDisabled={!hasRecalled}
            set={(hasFacts) => change({ hasFacts })}
          />
          <Choice label="Its tools" isOn={choices.hasTools} set={(hasTools) => change({ hasTools })} />
        </SimpleGrid>
        <Choice
          label="Recall anew, in the memory as it is now"
          isOn={hasRecalled && recallsAnew}
          isDisabled={!hasRecalled}
          set={(on) => change({ recallsAnew: on })}
        />
        {hasRecalled && recallsAnew && <RecallFields choices={choices} change={change} />}
      </Stack>
    </Fieldset>
  );
}

function RecallFields({ choices: { recallScopes, recallTokens }, change }: FieldsProps) {
  const choose = (chosen: string[]) =>
    change({ recallScopes: RECALL_SCOPES.map(({ value }) => value).filter((one) => chosen.includes(one)) });
  return (
    <Group gap="md" align="flex-end">
      <Input.Wrapper
        label="Whose memory"
        labelElement="div"
        description="None chosen: as it was."
        role="group"
        aria-label="Whose memory"
      >
        <Chip.Group multiple value={recallScopes} onChange={choose}>
          <Group gap={6} mt={6}>
            {RECALL_SCOPES.map(({ value, label }) => (
              <Chip key={value} value={value} size="xs" variant="outline">
                {label}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
      <NumberField
        label="Tokens of recalled text"
        min={1}
        value={recallTokens}
        onChange={(tokens) => change({ recallTokens: tokens })}
      />
    </Group>
  );
}

type ChoiceProps = { label: string; isOn: boolean; isDisabled?: boolean; set: (isOn: boolean) => void };

const Choice = ({ label, isOn, isDisabled = false, set }: ChoiceProps) => (
  <Switch
    label={label}
    checked={isOn}
    disabled={isDisabled}
    onChange={(event) => set(event.currentTarget.checked)}
  />
);

type NumberProps = {
  label: string;
  min?: number;
  max?: number;
  step?: number;
  value: number | "";
  onChange: (value: number | "") => void;
};

function NumberField({ min = 0, max = MOST_TOKENS, onChange, ...field }: NumberProps) {
  return (
    <NumberInput
      {...field}
      min={min}
      max={max}
      placeholder="as it was"
      clampBehavior="strict"
      allowDecimal={field.step !== undefined}
      onChange={(value) => onChange(typeof value === "number" ? value : "")}
    />
  );
}
