import { ActionIcon, Menu, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconArchive, IconArchiveOff, IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import type { Thread } from "convex-agent-memory";
import { useMutation } from "convex/react";
import { use } from "react";
import { api } from "../../api.js";
import { telling } from "../../data/telling.js";
import { RenameForm } from "./RenameForm.js";
import { titleOf } from "../../text/threadTitle.js";
import { ThreadRemovalContext } from "./useThreadRemoval.js";

/** What can be done with a conversation: name it, archive it, remove it. */
export function ThreadMenu({ thread }: { thread: Thread }) {
  const update = useMutation(api.chat.updateThread);
  const remove = use(ThreadRemovalContext);
  const { threadId, status } = thread;
  const isArchived = status === "archived";
  const rename = () =>
    modals.open({
      title: "Rename the conversation",
      children: <RenameForm title={titleOf(thread)} onSave={(title) => update({ threadId, title })} />,
    });
  const archive = () => void telling(update({ threadId, status: isArchived ? "active" : "archived" }));
  const confirmRemoval = () =>
    modals.openConfirmModal({
      title: "Remove this conversation?",
      children: (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          “{titleOf(thread)}” and everything said in it will be gone for good. Facts that were kept about you
          stay; you find them in Memory.
        </Text>
      ),
      labels: { confirm: "Remove", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => remove(threadId),
    });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More about ${titleOf(thread)}`}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={rename}>
          Rename
        </Menu.Item>
        <Menu.Item
          leftSection={
            isArchived ? <IconArchiveOff size={16} aria-hidden /> : <IconArchive size={16} aria-hidden />
          }
          onClick={archive}
        >
          {isArchived ? "Take out of the archive" : "Archive"}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={confirmRemoval}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
