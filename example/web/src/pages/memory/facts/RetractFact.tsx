import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAttempt } from "../../../data/useAttempt.js";
import classes from "../memory.module.css";
import { FactDialog, type FactDialogProps } from "./FactDialog.js";

/** Says that a fact was never true. */
export function RetractFact({ fact: { factId, text }, actions, onClose }: FactDialogProps) {
  const [reason, setReason] = useState("");
  const { isBusy, failure, attempt } = useAttempt();
  const retract = async () => {
    const why = reason.trim() === "" ? {} : { reason: reason.trim() };
    if (await attempt(() => actions.retract({ factId, ...why }), "Withdrawn.")) onClose();
  };
  return (
    <FactDialog
      title="It was never true"
      confirm="Withdraw the fact"
      {...{ isBusy, failure, onClose }}
      onConfirm={() => void retract()}
    >
      <Text size="sm" className={classes["text"]}>
        “{text}”
      </Text>
      <Text size="sm">
        No answer finds it any more. It stays in the history as what was believed until now.
      </Text>
      <TextInput
        label="Why"
        description="If you like: it is kept with the fact."
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
        data-autofocus
      />
    </FactDialog>
  );
}
