import { Button, Group, Menu, Stack } from "@mantine/core";
import {
  IconArrowBackUp,
  IconClockHour4,
  IconDots,
  IconEraser,
  IconPencil,
  IconPin,
  IconPinnedOff,
} from "@tabler/icons-react";
import type { Fact } from "convex-agent-memory";
import { useState } from "react";
import { useAttempt } from "../../../data/useAttempt.js";
import { FailureNotice } from "../../../text/FailureNotice.js";
import { CorrectFact } from "./CorrectFact.js";
import { ExpireFact } from "./ExpireFact.js";
import type { FactActions } from "./factActions.js";
import type { FactDialogProps } from "./FactDialog.js";
import { isOpen } from "./factWords.js";
import { ForgetFact } from "./ForgetFact.js";
import { RetractFact } from "./RetractFact.js";

const DIALOGS = { correct: CorrectFact, expire: ExpireFact, retract: RetractFact, forget: ForgetFact };
type Dialog = keyof typeof DIALOGS;

/** What can be done about a fact, by its state. */
export function FactButtons({ fact, actions }: { fact: Fact; actions: FactActions }) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { failure, attempt, isBusy } = useAttempt();
  if (fact.state.kind === "forgotten") return null;
  const asked: FactDialogProps = { fact, actions, onClose: () => setDialog(null) };
  const Open = dialog === null ? null : DIALOGS[dialog];
  const act = (work: () => Promise<unknown>, done?: string) => void attempt(work, done);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {fact.state.kind === "candidate" && <Decide {...{ fact, actions, isBusy, act }} />}
        {isOpen(fact) && (
          <Change {...{ fact, actions, isBusy, act }} onCorrect={() => setDialog("correct")} />
        )}
        <More fact={fact} onChoose={setDialog} />
      </Group>
      <FailureNotice failure={failure} />
      {Open !== null && <Open {...asked} />}
    </Stack>
  );
}

type ActProps = {
  fact: Fact;
  actions: FactActions;
  isBusy: boolean;
  act: (work: () => Promise<unknown>, done?: string) => void;
};

function Decide({ fact: { factId }, actions, isBusy, act }: ActProps) {
  return (
    <>
      <Button size="xs" loading={isBusy} onClick={() => act(() => actions.confirm({ factId }), "Confirmed.")}>
        Confirm
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={isBusy}
        onClick={() => act(() => actions.decline({ factId }), "Declined.")}
      >
        Decline
      </Button>
    </>
  );
}

function Change({ fact, actions, isBusy, act, onCorrect }: ActProps & { onCorrect: () => void }) {
  const { factId, pinned, state } = fact;
  const PinIcon = pinned ? IconPinnedOff : IconPin;
  return (
    <>
      <Button
        size="xs"
        variant={state.kind === "candidate" ? "default" : "filled"}
        leftSection={<IconPencil size={14} aria-hidden />}
        onClick={onCorrect}
      >
        Correct
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={isBusy}
        leftSection={<PinIcon size={14} aria-hidden />}
        onClick={() => act(() => actions.update({ factId, pinned: !pinned }))}
      >
        {pinned ? "Unpin" : "Pin"}
      </Button>
    </>
  );
}

function More({ fact, onChoose }: { fact: Fact; onChoose: (dialog: Dialog) => void }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconDots size={14} aria-hidden />}>
          More
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {isOpen(fact) && (
          <Menu.Item
            leftSection={<IconClockHour4 size={14} aria-hidden />}
            onClick={() => onChoose("expire")}
          >
            Importance and expiry…
          </Menu.Item>
        )}
        {fact.state.kind === "active" && (
          <Menu.Item
            leftSection={<IconArrowBackUp size={14} aria-hidden />}
            onClick={() => onChoose("retract")}
          >
            It was never true…
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconEraser size={14} aria-hidden />} onClick={() => onChoose("forget")}>
          Forget for good…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
