import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useNow } from "../../messages/time.js";
import type { SendProblem } from "./sendProblem.js";

const SECOND_MS = 1_000;

/** What kept something from being sent, with the seconds until it may be. */
export function ProblemAlert({ problem, onClose }: { problem: SendProblem; onClose: () => void }) {
  const { title, advice, retryAt } = problem;
  const now = useNow(retryAt === undefined ? null : SECOND_MS);
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / SECOND_MS);
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
      {retryAt === undefined ? advice : waitWords(seconds)}
    </Alert>
  );
}

const waitWords = (seconds: number): string =>
  seconds > 0
    ? `You can send it again in ${seconds === 1 ? "1 second" : `${seconds} seconds`}.`
    : "You can send it again now.";
