import { Checkbox, Text } from "@mantine/core";
import { useState } from "react";
import { useAttempt } from "../../../data/useAttempt.js";
import classes from "../memory.module.css";
import { FactDialog, type FactDialogProps } from "./FactDialog.js";

/** Erases what a fact says, after a second yes. */
export function ForgetFact({ fact: { factId, text }, actions, onClose }: FactDialogProps) {
  const [isSure, setSure] = useState(false);
  const { isBusy, failure, attempt } = useAttempt();
  const forget = async () => {
    if (await attempt(() => actions.forget({ factId, reason: "The user asked." }), "Forgotten.")) onClose();
  };
  return (
    <FactDialog
      title="Forget for good"
      confirm="Forget it"
      color="red"
      isReady={isSure}
      {...{ isBusy, failure, onClose }}
      onConfirm={() => void forget()}
    >
      <Text size="sm" className={classes["text"]}>
        “{text}”
      </Text>
      <Text size="sm">
        Its words are erased from memory, from the past as well, and no extraction learns them again. Only
        that there was a fact, and when, is kept. The conversation that it came from stays as it is.
      </Text>
      <Checkbox
        label="I know that this cannot be undone"
        checked={isSure}
        onChange={({ currentTarget }) => setSure(currentTarget.checked)}
      />
    </FactDialog>
  );
}
