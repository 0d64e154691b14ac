import { Button, Group, Stack, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useState, type FormEvent } from "react";
import { useAttempt } from "../../data/useAttempt.js";

const MOST_CHARACTERS = 200;

type RenameFormProps = { title: string; onSave: (title: string) => Promise<unknown> };

/** Another name for a conversation. It stands in a dialog, outside of what gives hooks their client. */
export function RenameForm({ title: before, onSave }: RenameFormProps) {
  const [title, setTitle] = useState(before);
  const { isBusy, failure, attempt } = useAttempt();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await attempt(() => onSave(title.trim()))) modals.closeAll();
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack>
        <TextInput
          label="Title"
          value={title}
          maxLength={MOST_CHARACTERS}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={failure?.title}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => modals.closeAll()}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={title.trim() === ""}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
