import { Alert, VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useNow } from "../../data/useNow.js";
import { plural } from "../../shell/formats.js";
import type { SendProblem } from "./sendProblem.js";

const SECOND_MS = 1_000;

/** What kept something from being sent, with the seconds until it is worth to try again. */
export function ProblemAlert({ problem, onClose }: { problem: SendProblem; onClose: () => void }) {
  const { title, advice, retryAt } = problem;
  return (
    <Alert
      role="alert"
      color="red"
      mt="xs"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      withCloseButton
      closeButtonLabel="Close this notice"
      onClose={onClose}
    >
      {retryAt === undefined ? advice : <Countdown retryAt={retryAt} advice={advice} />}
    </Alert>
  );
}

/** The seconds go by for the eye; a screen reader hears of the first and of the end, not of each. */
function Countdown({ retryAt, advice }: { retryAt: number; advice: string }) {
  const now = useNow(SECOND_MS);
  const seconds = Math.ceil((retryAt - now) / SECOND_MS);
  const isOver = seconds <= 0;
  return (
    <>
      <span aria-hidden>{isOver ? OVER : `Try again in ${plural(seconds, "second")}.`}</span>
      <VisuallyHidden>{isOver ? OVER : advice}</VisuallyHidden>
    </>
  );
}

/** No promise: what may be asked by then, another tab may have asked. */
const OVER = "The wait is over: try it again.";
