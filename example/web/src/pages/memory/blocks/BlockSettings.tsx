import { Modal } from "@mantine/core";
import type { Block } from "convex-agent-memory";
import { useAttempt } from "../../../data/useAttempt.js";
import type { BlockActions } from "./blockActions.js";
import { BlockForm, type BlockSettingsValue } from "./BlockForm.js";

type Props = { block: Block; actions: BlockActions; onClose: () => void };

/** Changes what a block is for, how long it may become and who may write it. */
export function BlockSettings({
  block: { label, description = "", maxTokens, readOnly },
  actions,
  onClose,
}: Props) {
  const { isBusy, failure, attempt } = useAttempt();
  const save = async (settings: BlockSettingsValue) => {
    if (await attempt(() => actions.update({ label, ...settings }), "Saved.")) onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Settings of ${label}`}
      closeButtonProps={{ "aria-label": "Close the dialog" }}
    >
      <BlockForm
        initial={{ description, maxTokens, readOnly }}
        confirm="Save the settings"
        {...{ isBusy, failure }}
        onSave={(settings) => void save(settings)}
        onCancel={onClose}
      />
    </Modal>
  );
}
