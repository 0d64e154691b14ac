import { Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAttempt } from "../../../data/useAttempt.js";
import type { BlockActions } from "./blockActions.js";
import { BlockForm, type BlockSettingsValue } from "./BlockForm.js";

const DEFAULT_TOKENS = 500;

type Props = { isOpen: boolean; onClose: (label: string | null) => void; create: BlockActions["create"] };

/** Makes a block; closes with its label. */
export function CreateBlock({ isOpen, onClose, create }: Props) {
  return (
    <Modal
      opened={isOpen}
      onClose={() => onClose(null)}
      title="New block"
      closeButtonProps={{ "aria-label": "Close the dialog" }}
    >
      <CreateForm onClose={onClose} create={create} />
    </Modal>
  );
}

function CreateForm({ onClose, create }: Omit<Props, "isOpen">) {
  const [given, setLabel] = useState("");
  const { isBusy, failure, attempt } = useAttempt();
  const label = given.trim();
  const save = async ({ description, ...settings }: BlockSettingsValue) => {
    const said = description.trim() === "" ? {} : { description: description.trim() };
    if (await attempt(() => create({ label, ...settings, ...said }), `“${label}” was made.`)) onClose(label);
  };
  return (
    <BlockForm
      initial={{ description: "", maxTokens: DEFAULT_TOKENS, readOnly: false }}
      confirm="Make the block"
      isReady={label !== ""}
      {...{ isBusy, failure }}
      onSave={(settings) => void save(settings)}
      onCancel={() => onClose(null)}
    >
      <TextInput
        label="Name"
        description="By which agents know it, such as profile."
        required
        value={given}
        onChange={({ currentTarget }) => setLabel(currentTarget.value)}
        data-autofocus
      />
    </BlockForm>
  );
}
