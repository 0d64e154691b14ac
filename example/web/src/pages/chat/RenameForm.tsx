import { Button, Group, Stack, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import type { Thread } from "convex-agent-memory";
import { useMutation } from "convex/react";
import { useState, type FormEvent } from "react";
import { api } from "../../api.js";
import { errorText } from "../../shell/errorText.js";
import { titleOf } from "./threadTitle.js";

const MOST_CHARACTERS = 200;

/** Another name for a conversation. */
export function RenameForm({ thread }: { thread: Thread }) {
  const [title, setTitle] = useState(titleOf(thread));
  const [error, setError] = useState<string | null>(null);
  const update = useMutation(api.chat.updateThread);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await update({ threadId: thread.threadId, title: title.trim() });
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
