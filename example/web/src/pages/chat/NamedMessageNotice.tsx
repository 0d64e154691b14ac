import { Alert } from "@mantine/core";
import { useState } from "react";
import type { NamedMessage } from "./useNamedMessage.js";

const WORDS = {
  gone: "The message that the link leads to is not here: it was removed, or it belongs to another conversation.",
  far: "The message that the link leads to stands further up.",
};

/** Why the message that a link named is not shown. */
export function NamedMessageNotice({ problem }: Pick<NamedMessage, "problem">) {
  const [isClosed, setClosed] = useState(false);
  if (problem === null || isClosed) return null;
  return (
    <Alert
      role="status"
      color="gray"
      m="xs"
      withCloseButton
      closeButtonLabel="Close the notice"
      onClose={() => setClosed(true)}
    >
      {WORDS[problem]}
    </Alert>
  );
}
