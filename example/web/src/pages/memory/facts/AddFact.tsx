import {
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { FailureNotice } from "../../../text/FailureNotice.js";
import { notifications } from "@mantine/notifications";
import { useState, type FormEvent } from "react";
import { useAttempt } from "../../../data/useAttempt.js";
import { timeOfInput } from "./dayInput.js";
import type { FactActions } from "./factActions.js";

type Props = { isOpen: boolean; onClose: () => void; append: FactActions["append"] };

/** Writes a fact by hand. */
export function AddFact({ isOpen, onClose, append }: Props) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Add a fact"
      closeButtonProps={{ "aria-label": "Close the dialog" }}
    >
      <AddFactForm append={append} onClose={onClose} />
    </Modal>
  );
}

const EMPTY = {
  text: "",
  key: "",
  since: "",
  importance: "" as string | number,
  pinned: false,
  isHeld: false,
};

function AddFactForm({ append, onClose }: Omit<Props, "isOpen">) {
  const [given, setGiven] = useState(EMPTY);
  const { isBusy, failure, attempt } = useAttempt();
  const change = (changes: Partial<typeof EMPTY>) => setGiven((before) => ({ ...before, ...changes }));
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const isAdded = await attempt(async () => {
      const { facts } = await append({ facts: [factOf(given)] });
      notifications.show({ message: WRITTEN[facts[0]?.kind ?? "written"] });
    });
    if (isAdded) onClose();
  };
  return (
    <form onSubmit={(event) => void add(event)}>
      <Stack gap="sm">
        <Fields given={given} change={change} />
        <FailureNotice failure={failure} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={given.text.trim() === ""}>
            Add the fact
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type FieldsProps = { given: typeof EMPTY; change: (changes: Partial<typeof EMPTY>) => void };

function Fields({ given, change }: FieldsProps) {
  return (
    <>
      <Textarea
        label="What is true"
        description="One sentence that can be understood alone."
        required
        autosize
        minRows={2}
        value={given.text}
        onChange={({ currentTarget }) => change({ text: currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label="About"
        description="A short key where facts follow each other, such as home.city."
        value={given.key}
        onChange={({ currentTarget }) => change({ key: currentTarget.value })}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          type="datetime-local"
          label="True since"
          value={given.since}
          onChange={({ currentTarget }) => change({ since: currentTarget.value })}
        />
        <NumberInput
          label="Importance"
          placeholder="0 to 1"
          min={0}
          max={1}
          step={0.1}
          decimalScale={2}
          value={given.importance}
          onChange={(importance) => change({ importance })}
        />
      </SimpleGrid>
      <Checkbox
        label="Pin it: it never expires"
        checked={given.pinned}
        onChange={({ currentTarget }) => change({ pinned: currentTarget.checked })}
      />
      <Checkbox
        label="Hold it back for review"
        checked={given.isHeld}
        onChange={({ currentTarget }) => change({ isHeld: currentTarget.checked })}
      />
    </>
  );
}

/** What an append did, in words. */
const WRITTEN = {
  written: "Added.",
  duplicate: "This was known already.",
  confirmed: "This waited for review: it is confirmed now.",
} as const;

function factOf({ text, key, since, importance, pinned, isHeld }: typeof EMPTY) {
  const validFrom = timeOfInput(since);
  return {
    text: text.trim(),
    ...(key.trim() === "" ? {} : { key: key.trim() }),
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(typeof importance === "number" ? { importance } : {}),
    ...(pinned ? { pinned } : {}),
    ...(isHeld ? { status: "candidate" as const } : {}),
  };
}
