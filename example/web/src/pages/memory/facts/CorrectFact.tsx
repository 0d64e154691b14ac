import { Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAttempt } from "../../../data/useAttempt.js";
import { timeOfInput } from "./dayInput.js";
import { FactDialog, type FactDialogProps } from "./FactDialog.js";

/** Closes a fact and puts another in its place. */
export function CorrectFact({ fact: { factId, text }, actions, onClose }: FactDialogProps) {
  const [corrected, setCorrected] = useState(text);
  const [since, setSince] = useState("");
  const { isBusy, failure, attempt } = useAttempt();
  const isReady = corrected.trim() !== "" && corrected.trim() !== text;
  const save = async () => {
    const validFrom = timeOfInput(since);
    const next = { text: corrected.trim(), ...(validFrom === undefined ? {} : { validFrom }) };
    if (
      await attempt(
        () => actions.supersede({ factId, facts: [next] }),
        "Corrected. The old fact stays in the history.",
      )
    )
      onClose();
  };
  return (
    <FactDialog
      title="Correct the fact"
      confirm="Save the correction"
      {...{ isBusy, failure, isReady, onClose }}
      onConfirm={() => void save()}
    >
      <Text size="sm">
        The fact as it stands is closed, and kept in the history as what was known until now. If it was never
        true, choose that instead.
      </Text>
      <Textarea
        label="What is true now"
        autosize
        minRows={2}
        value={corrected}
        onChange={({ currentTarget }) => setCorrected(currentTarget.value)}
        data-autofocus
      />
      <TextInput
        type="datetime-local"
        label="Since when"
        description="Left empty: from now on."
        value={since}
        onChange={({ currentTarget }) => setSince(currentTarget.value)}
      />
    </FactDialog>
  );
}
