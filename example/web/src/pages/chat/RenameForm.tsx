import { Button, Group, Stack, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useState, type FormEvent } from "react";
import { errorText } from "../../shell/errorText.js";

const MOST_CHARACTERS = 200;

type RenameFormProps = { title: string; onSave: (title: string) => Promise<unknown> };

/** Another name for a conversation. It stands in a dialog, outside of what gives hooks their client. */
export function RenameForm({ title: before, onSave }: RenameFormProps) {
  const [title, setTitle] = useState(before);
  const [error, setError] = useState<string | null>(null);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await onSave(title.trim());
      modals.closeAll();
    } catch (refused) {
      setError(errorText(refused).title);
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack>
        <TextInput
          label="Title"
          value={title}
          maxLength={MOST_CHARACTERS}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={error}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => modals.closeAll()}>
            Cancel
          </Button>
          <Button type="submit" disabled={title.trim() === ""}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
