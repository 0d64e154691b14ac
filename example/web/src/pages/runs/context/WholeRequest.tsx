import { Alert, Badge, Button, Stack, Text } from "@mantine/core";
import { IconCheck, IconHistory } from "@tabler/icons-react";
import { useId, useState } from "react";
import { api } from "../../../api.js";
import { useResult } from "../../../data/useResult.js";
import { errorText } from "../../../shell/errorText.js";
import { LoadingState } from "../../../shell/states.js";
import { FailureNotice } from "../../../text/FailureNotice.js";
import { RequestView } from "./RequestView.js";

/** The very request, built again from where its parts lie and compared with what was sent. */
export function WholeRequest({ messageId }: { messageId: string }) {
  const [isOpen, setOpen] = useState(false);
  const bodyId = useId();
  return (
    <Stack gap="sm" align="flex-start">
      <Button
        size="xs"
        variant="default"
        aria-expanded={isOpen}
        aria-controls={bodyId}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? "Hide the exact request" : "Show the exact request"}
      </Button>
      <div id={bodyId} style={{ width: "100%" }}>
        {isOpen && <Replayed messageId={messageId} />}
      </div>
    </Stack>
  );
}

function Replayed({ messageId }: { messageId: string }) {
  const found = useResult(api.inspect.replayContext, { messageId });
  if (found.kind === "loading") return <LoadingState label="Building the request again" />;
  if (found.kind === "failed") return <FailureNotice failure={errorText(found.error)} color="gray" />;
  const replayed = found.value;
  if (replayed.kind === "same")
    return (
      <Stack gap="sm">
        <div role="status">
          <Badge color="teal" variant="light" leftSection={<IconCheck size={12} aria-hidden />}>
            Same bytes
          </Badge>
        </div>
        <Text size="sm">
          Built again from the database, and byte for byte what the model was given: its hash is the one that
          was kept with the answer.
        </Text>
        <RequestView text={replayed.text} />
      </Stack>
    );
  const { kind, source } = replayed;
  return (
    <Alert color="yellow" icon={<IconHistory aria-hidden />} title="It cannot be shown again as it was">
      {SOURCES[source.kind] ?? "Something"} that the model was shown was{" "}
      {kind === "SOURCE_ERASED" ? "erased since. Erased words are never shown again." : "changed since."}
    </Alert>
  );
}

const SOURCES: Readonly<Record<string, string>> = {
  message: "A message",
  block: "A block",
  summary: "A summary",
  fact: "A fact",
  chunk: "A passage of a document",
  file: "A file",
  instructions: "The agent's instructions",
  rendering: "The way in which it is written",
  prepareStep: "Something that the agent changed for this call and",
};
