import { Alert, Button, Group, Menu, Stack } from "@mantine/core";
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
import { CorrectFact } from "./CorrectFact.js";
import { ExpireFact } from "./ExpireFact.js";
import type { FactActions } from "./factActions.js";
import { isOpen } from "./factWords.js";
import { ForgetFact } from "./ForgetFact.js";
import { RetractFact } from "./RetractFact.js";

type Dialog = "correct" | "expire" | "retract" | "forget";

/** What can be done about a fact, by its state. */
export function FactButtons({ fact, actions }: { fact: Fact; actions: FactActions }) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { failure, attempt, isBusy } = useAttempt();
  const { factId, pinned, state } = fact;
  const close = () => setDialog(null);
  const asked = { fact, actions, onClose: close };
  if (state.kind === "forgotten") return null;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {state.kind === "candidate" && (
          <>
            <Button size="xs" loading={isBusy} onClick={() => void attempt(() => actions.confirm({ factId }), "Confirmed.")}>
              Confirm
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={isBusy}
              onClick={() => void attempt(() => actions.decline({ factId }), "Declined.")}
            >
              Decline
            </Button>
          </>
        )}
        {isOpen(fact) && (
          <>
            <Button
              size="xs"
              variant={state.kind === "candidate" ? "default" : "filled"}
              leftSection={<IconPencil size={14} aria-hidden />}
              onClick={() => setDialog("correct")}
            >
              Correct
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={isBusy}
              leftSection={pinned ? <IconPinnedOff size={14} aria-hidden /> : <IconPin size={14} aria-hidden />}
              onClick={() => void attempt(() => actions.update({ factId, pinned: !pinned }))}
            >
              {pinned ? "Unpin" : "Pin"}
            </Button>
          </>
        )}
        <Menu position="bottom-start">
          <Menu.Target>
            <Button size="xs" variant="default" leftSection={<IconDots size={14} aria-hidden />}>
              More
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {isOpen(fact) && (
              <Menu.Item leftSection={<IconClockHour4 size={14} aria-hidden />} onClick={() => setDialog("expire")}>
                Importance and expiry…
              </Menu.Item>
            )}
            {state.kind === "active" && (
              <Menu.Item leftSection={<IconArrowBackUp size={14} aria-hidden />} onClick={() => setDialog("retract")}>
                It was never true…
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconEraser size={14} aria-hidden />} onClick={() => setDialog("forget")}>
              Forget for good…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {failure !== null && (
        <Alert role="alert" color="red" title={failure.title}>
          {failure.advice}
        </Alert>
      )}
      {dialog === "correct" && <CorrectFact {...asked} />}
      {dialog === "expire" && <ExpireFact {...asked} />}
      {dialog === "retract" && <RetractFact {...asked} />}
      {dialog === "forget" && <ForgetFact {...asked} />}
    </Stack>
  );
}
