import { Group, Input, SegmentedControl, Select, Stack, TextInput, VisuallyHidden } from "@mantine/core";
import { DIMENSION_LABELS, EVERY_LABELS, MEASURE_LABELS } from "./usageLabels.js";
import {
  DIMENSIONS,
  everyOf,
  MEASURES,
  type Measure,
  type Range,
  type Span,
  type UsageView,
} from "./usageView.js";

const RANGE_LABELS: readonly { value: Range; label: string }[] = [
  { value: "day", label: "24 hours" },
  { value: "week", label: "7 days" },
  { value: "month", label: "30 days" },
  { value: "year", label: "12 months" },
  { value: "custom", label: "Custom" },
];

type Props = {
  view: UsageView;
  span: Span;
  now: number;
  isAdmin: boolean;
  change: (changed: Partial<UsageView>) => void;
};

/** Whose usage, of when, by what, and what of it. */
export function UsageControls({ view, span, now, isAdmin, change }: Props) {
  const dimensions = DIMENSIONS.filter((by) => by !== "user" || view.whose === "tenant");
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        {isAdmin && (
          <Choice
            label="Whose usage"
            value={view.whose}
            data={[
              { value: "mine", label: "Mine" },
              { value: "tenant", label: "Everyone's" },
            ]}
            onChange={(whose) => change({ whose: whose as UsageView["whose"] })}
          />
        )}
        <Choice
          label="Of when"
          value={view.range}
          data={RANGE_LABELS}
          onChange={(range) => change({ range: range as Range })}
        />
        {view.range === "custom" && <Days view={view} change={change} />}
      </Group>
      <Group gap="sm" align="flex-end">
        <Choice
          label="What is counted"
          value={view.measure}
          data={MEASURES.map((value) => ({ value, label: MEASURE_LABELS[value] }))}
          onChange={(measure) => change({ measure: measure as Measure })}
        />
        <Select
          label="Split by"
          w={140}
          size="xs"
          allowDeselect={false}
          value={view.by}
          data={dimensions.map((value) => ({ value, label: DIMENSION_LABELS[value] }))}
          onChange={(by) => by !== null && change({ by })}
        />
        <Select
          label="One bar for each"
          w={140}
          size="xs"
          allowDeselect={false}
          value={view.every}
          data={everyOf(span, now).map((value) => ({ value, label: EVERY_LABELS[value] }))}
          onChange={(every) => every !== null && change({ every })}
        />
      </Group>
    </Stack>
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  data: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
};

/** On a phone the choices share the width. */
function Choice({ label, value, data, onChange }: ChoiceProps) {
  return (
    <Stack gap={4} maw="100%">
      <Input.Label component="div" size="xs" aria-hidden>
        {label}
      </Input.Label>
      <SegmentedControl
        aria-label={label}
        size="xs"
        value={value}
        data={data.map((choice) => ({ ...choice }))}
        onChange={onChange}
        style={{ maxWidth: "100%", overflowX: "auto" }}
      />
    </Stack>
  );
}

function Days({ view, change }: Pick<Props, "view" | "change">) {
  return (
    <Group gap="xs" align="flex-end" component="fieldset" bd={0} p={0} m={0}>
      <VisuallyHidden component="legend">Days, as the ledger counts them: from midnight UTC</VisuallyHidden>
      <TextInput
        type="date"
        label="From"
        size="xs"
        value={view.first}
        max={view.last}
        onChange={({ currentTarget: { value } }) => value !== "" && change({ first: value })}
      />
      <TextInput
        type="date"
        label="To"
        size="xs"
        value={view.last}
        min={view.first}
        onChange={({ currentTarget: { value } }) => value !== "" && change({ last: value })}
      />
    </Group>
  );
}
