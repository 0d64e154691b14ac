import { Drawer, Stack, Text } from "@mantine/core";
import type { ThreadMessage } from "convex-agent-memory/react";
import { shortName, type NumberedCitation } from "./citations.js";
import { QuietBoundary } from "./QuietBoundary.js";
import { BlockSource, FactSource, SaidSource } from "./sourcesOfMemory.js";
import { DocumentSource } from "./DocumentSource.js";

/** A citation that was opened, and the answer in which it stands. */
export type OpenedSource = { message: ThreadMessage; source: NumberedCitation };

/** What a citation names, beside the conversation. Escape closes it. */
export function SourcePanel({ opened, onClose }: { opened: OpenedSource | null; onClose: () => void }) {
  return (
    <Drawer
      opened={opened !== null}
      onClose={onClose}
      position="right"
      size="md"
      title={
        opened === null ? "Source" : `Source ${opened.source.number}: ${shortName(opened.source.citation)}`
      }
      closeButtonProps={{ "aria-label": "Close the source" }}
      styles={{ title: { fontWeight: 600, overflowWrap: "anywhere" } }}
    >
      {opened !== null && (
        <QuietBoundary key={opened.source.text} fallback={<Gone />}>
          <Stack gap="md" onClick={({ target }) => isLink(target) && onClose()}>
            <Source {...opened} />
          </Stack>
        </QuietBoundary>
      )}
    </Drawer>
  );
}

/** True for what leads elsewhere: there the panel would hide what was asked for. */
const isLink = (target: EventTarget): boolean => target instanceof Element && target.closest("a") !== null;

function Source({ message, source: { text, citation } }: OpenedSource) {
  switch (citation.kind) {
    case "document":
      return <DocumentSource citation={citation} text={text} message={message} />;
    case "fact":
      return <FactSource message={message} factKey={citation.key} />;
    case "block":
      return <BlockSource label={citation.label} />;
    case "message":
      return <SaidSource message={message} text={text} place={citation.place} />;
  }
}

const Gone = () => (
  <Text c="dimmed">This is not there any more: it was changed or erased since the answer was written.</Text>
);
