import { Alert } from "@mantine/core";
import { IconPlugConnected, IconPlugConnectedX, type Icon } from "@tabler/icons-react";
import type { Notice } from "./connection.js";

type Said = { title: string; text: string; color: string; icon: Icon };

const TEXTS: Readonly<Record<Exclude<Notice, "none">, Said>> = {
  unreachable: {
    title: "The host cannot be reached",
    text: "This page tries again by itself. Look whether you are online, and whether the host runs.",
    color: "red",
    icon: IconPlugConnectedX,
  },
  lost: {
    title: "You are offline",
    text: "What you see may be old. It goes on by itself as soon as the connection is back.",
    color: "yellow",
    icon: IconPlugConnectedX,
  },
  back: {
    title: "You are back online",
    text: "What you see is up to date.",
    color: "teal",
    icon: IconPlugConnected,
  },
};

/** Says that what is shown may be old while there is no connection, and when it is back. */
export function ConnectionNotice({ notice, isSending }: { notice: Notice; isSending: boolean }) {
  const said = notice === "none" ? null : TEXTS[notice];
  const isHostGone = notice === "lost" && navigator.onLine;
  // The region is there before its words are: only then do screen readers say them.
  return (
    <div role="status" aria-live="polite">
      {said !== null && (
        <Alert
          radius={0}
          color={said.color}
          icon={<said.icon aria-hidden />}
          title={isHostGone ? "The connection is lost" : said.title}
          role="presentation"
        >
          {said.text}
          {notice === "lost" &&
            isSending &&
            " What you sent waits here, and goes out then: leave this page open."}
        </Alert>
      )}
    </div>
  );
}
