import { VisuallyHidden } from "@mantine/core";
import type { Run } from "convex-agent-memory";
import type { ThreadMessage } from "convex-agent-memory/react";
import { useState } from "react";
import { isActive } from "../../data/isActive.js";
import { textOf } from "../../messages/parts.js";

/** Characters of an answer that are read out when it is done. */
const ANNOUNCED_CHARACTERS = 300;

/** Tells who does not see the page how the answer stands: when it begins, waits or is done, not with each word. */
export function Announcer({ run, messages }: { run: Run | null; messages: ThreadMessage[] }) {
  const [first] = useState(run);
  // What was over before the page was opened is no news.
  const isOld = run === null || (first?.runId === run.runId && !isActive(first));
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {isOld ? "" : newsOf(run, messages)}
    </VisuallyHidden>
  );
}

function newsOf({ runId, state }: Run, messages: ThreadMessage[]): string {
  switch (state.kind) {
    case "queued":
      return "Your question waits for its turn.";
    case "running":
      return "The answer is being written.";
    case "awaitingApproval":
    case "awaitingResult":
      return "The answer waits for you.";
    case "completed": {
      const answer = messages.findLast(({ metadata }) => metadata?.runId === runId);
      const text = answer === undefined ? "" : textOf(answer);
      return `The answer is done: ${text.slice(0, ANNOUNCED_CHARACTERS)}`;
    }
    case "failed":
      return "The answer failed.";
    case "canceled":
      return "The answer was stopped.";
  }
}
