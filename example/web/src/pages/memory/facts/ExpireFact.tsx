import { NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAttempt } from "../../../data/useAttempt.js";
import { inputOfTime, timeOfInput } from "./dayInput.js";
import { FactDialog, type FactDialogProps } from "./FactDialog.js";

/** What recall prefers among equals, and until when a fact is kept. */
export function ExpireFact({ fact, actions, onClose }: FactDialogProps) {
  const { factId, pinned } = fact;
  const [importance, setImportance] = useState<string | number>(fact.importance ?? "");
  const [expiry, setExpiry] = useState(inputOfTime(fact.expiresAt));
  const { isBusy, failure, attempt } = useAttempt();
  // One that is there can be changed, and not taken away.
  const isReady = fact.importance === undefined || typeof importance === "number";
  const save = async () => {
    const changes = {
      ...(typeof importance === "number" ? { importance } : {}),
      ...(pinned ? {} : { expiresAt: timeOfInput(expiry) ?? null }),
    };
    if (await attempt(() => actions.update({ factId, ...changes }), "Saved.")) onClose();
  };
  return (
    <FactDialog
      title="Importance and expiry"
      confirm="Save"
      {...{ isBusy, failure, isReady, onClose }}
      onConfirm={() => void save()}
    >
      <NumberInput
        label="Importance"
        description={`From 0 to 1: what recall prefers among equals.${fact.importance === undefined ? " Left empty: as any other." : ""}`}
        min={0}
        max={1}
        step={0.1}
        decimalScale={2}
        value={importance}
        onChange={setImportance}
        data-autofocus
      />
      <TextInput
        type="datetime-local"
        label="Expires"
        description={
          pinned
            ? "A pinned fact never expires: unpin it first."
            : "Nobody finds it from then on. Left empty: never."
        }
        disabled={pinned}
        value={expiry}
        onChange={({ currentTarget }) => setExpiry(currentTarget.value)}
      />
    </FactDialog>
  );
}
