import { Button, Group, Modal, Stack } from "@mantine/core";
import type { Fact } from "convex-agent-memory";
import type { FormEvent, ReactNode } from "react";
import type { ErrorText } from "../../../shell/errorText.js";
import { FailureNotice } from "../../../text/FailureNotice.js";
import type { FactActions } from "./factActions.js";

/** What each dialog about a fact is given. */
export type FactDialogProps = { fact: Fact; actions: FactActions; onClose: () => void };

type Props = {
  title: string;
  confirm: string;
  color?: string;
  isBusy: boolean;
  isReady?: boolean;
  failure: ErrorText | null;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** A question with its form: what is entered, what went wrong, and the two ways out. */
export function FactDialog({ title, confirm, color, isReady = true, ...props }: Props) {
  const { isBusy, failure, onConfirm, onClose, children } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConfirm();
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": "Close the dialog" }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {children}
          <FailureNotice failure={failure} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color={color} loading={isBusy} disabled={!isReady}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
