import { Alert, Group, Loader, Text, VisuallyHidden } from "@mantine/core";
import { errorText } from "../../shell/errorText.js";
import classes from "./chat.module.css";
import type { Wanted } from "./useWantedMessage.js";

const NOT_FOUND = {
  gone: {
    title: "The message is not here any more",
    advice: "It was removed since, or the address is wrong. This is the conversation as it stands.",
  },
  far: {
    title: "The message was not reached",
    advice: "It is far back, or could not be loaded. Scroll up to look for it, or search the conversations.",
  },
};

/** What became of the message that the address names. */
export function WantedNotice({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  switch (wanted.kind) {
    case "none":
      return null;
    case "looking":
      return (
        <Group role="status" className={classes.wanted} gap="xs">
          <Loader size={14} aria-hidden />
          <Text size="sm">Looking for the message …</Text>
        </Group>
      );
    case "found":
      return <VisuallyHidden role="status">The message that you came for is marked.</VisuallyHidden>;
    case "gone":
    case "far":
    case "failed": {
      const { title, advice } = wanted.kind === "failed" ? errorText(wanted.error) : NOT_FOUND[wanted.kind];
      return (
        <Alert
          className={classes.wanted}
          role="alert"
          color="yellow"
          title={title}
          withCloseButton
          closeButtonLabel="Close this notice"
          onClose={onClose}
        >
          {advice}
        </Alert>
      );
    }
  }
}
