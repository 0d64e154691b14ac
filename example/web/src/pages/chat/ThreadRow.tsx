import { Badge, Loader } from "@mantine/core";
import type { Thread } from "convex-agent-memory";
import { useQuery } from "convex/react";
import { NavLink } from "react-router";
import { api } from "../../api.js";
import { chatAddress } from "../../shell/addresses.js";
import { formatRelativeTime } from "../../shell/formats.js";
import classes from "./chat.module.css";
import { ThreadMenu } from "./ThreadMenu.js";
import { titleOf } from "../../text/threadTitle.js";

type ThreadRowProps = { thread: Thread; now: number; isOpen: boolean; onChosen?: () => void };

/** A conversation in the list: its title, what was said last and when, and whether it is at work or waits. */
export function ThreadRow({ thread, now, isOpen, onChosen }: ThreadRowProps) {
  return (
    <li className={classes.rowFrame} data-open={isOpen}>
      <NavLink to={chatAddress(thread.threadId)} onClick={onChosen} className={classes.row}>
        <span className={classes.rowTitle} dir="auto">
          {titleOf(thread)}
        </span>
        <span className={classes.rowPreview}>
          {thread.activeRunId === undefined ? (
            formatRelativeTime(thread.lastActivityAt, now)
          ) : (
            <RunMark threadId={thread.threadId} />
          )}
        </span>
      </NavLink>
      <ThreadMenu thread={thread} />
    </li>
  );
}

/** What the run of a busy conversation does. */
function RunMark({ threadId }: { threadId: string }) {
  const run = useQuery(api.chat.getRun, { threadId });
  switch (run?.state.kind) {
    case "awaitingApproval":
    case "awaitingResult":
      return (
        <Badge size="xs" variant="light" color="orange" autoContrast>
          Waits for you
        </Badge>
      );
    case "running":
      return (
        <>
          <Loader size={10} mr={6} aria-hidden />
          Answering
        </>
      );
    case "queued":
      return "Waits for its turn";
    default:
      return " ";
  }
}
