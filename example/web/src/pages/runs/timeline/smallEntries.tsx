import { Text } from "@mantine/core";
import { IconClock, IconMessage } from "@tabler/icons-react";
import type { Message } from "convex-agent-memory";
import { formatDuration, formatTime } from "../../../shell/formats.js";
import { TextOf } from "../TextOf.js";
import classes from "../runs.module.css";
import type { Entry } from "./timeline.js";

type Wait = Extract<Entry, { kind: "wait" }>;

const REASONS: Record<Wait["for"], string> = {
  begin: "to begin: for its turn, or for a free worker",
  approval: "for somebody to decide",
  answer: "for a result from outside",
};

/** A gap in which nothing was done, and why. */
export function WaitEntry({ entry: { for: reason, span }, now }: { entry: Wait; now: number }) {
  const isOver = span.to !== undefined;
  const ms = Math.max(0, (span.to ?? now) - span.from);
  return (
    <li className={`${classes.entry} ${classes.gap}`}>
      <span className={classes.mark} style={{ top: "0.55rem" }} aria-hidden>
        <IconClock size={11} />
      </span>
      <Text size="sm" c="dimmed" className={classes.numbers}>
        {isOver ? "Waited" : "Has waited"} {formatDuration(ms)} {REASONS[reason]}.
      </Text>
    </li>
  );
}

/** What somebody said to the run while it was under way. */
export function SteeringEntry({ message }: { message: Message }) {
  return (
    <li className={`${classes.entry} ${classes.gap}`}>
      <span className={classes.mark} style={{ top: "0.55rem" }} aria-hidden>
        <IconMessage size={11} />
      </span>
      <Text size="xs" c="dimmed">
        Said meanwhile, {formatTime(message.createdAt)}
      </Text>
      <TextOf parts={message.parts} />
    </li>
  );
}

/** The model is at work, and nothing of its answer is there yet. */
export function AskingEntry({ from, now }: { from: number; now: number }) {
  return (
    <li className={`${classes.entry} ${classes.gap}`}>
      <span
        className={classes.mark}
        data-live
        style={{ top: "0.55rem", ["--mark" as string]: "var(--mantine-color-indigo-5)" }}
        aria-hidden
      />
      <Text size="sm" c="dimmed" className={classes.numbers}>
        The model is asked … {formatDuration(Math.max(0, now - from))}
      </Text>
    </li>
  );
}
