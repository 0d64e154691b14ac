import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { Block } from "convex-agent-memory";
import { useAttempt } from "../../../data/useAttempt.js";
import { FailureNotice } from "../../../text/FailureNotice.js";
import type { BlockActions } from "./blockActions.js";

type Props = { block: Block; actions: BlockActions; onRemoved: () => void; onClose: () => void };

/** Removes a block after a second yes. */
export function RemoveBlock({ block: { label }, actions, onRemoved, onClose }: Props) {
  const { isBusy, failure, attempt } = useAttempt();
  const remove = async () => {
    if (!(await attempt(() => actions.remove({ label }), `“${label}” was removed.`))) return;
    onClose();
    onRemoved();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Remove “${label}”?`}
      closeButtonProps={{ "aria-label": "Close the dialog" }}
    >
      <Stack gap="sm">
        <Text size="sm">
          It goes with its history, and no agent is shown it any more. This cannot be undone.
        </Text>
        <FailureNotice failure={failure} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it
          </Button>
          <Button color="red" loading={isBusy} onClick={() => void remove()}>
            Remove the block
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
