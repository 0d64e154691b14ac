import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import type { Block } from "convex-agent-memory";
import { api } from "../../../api.js";
import { useResult } from "../../../data/useResult.js";
import { useSession } from "../../../session/useSession.js";
import { Difference } from "../../../text/Difference.js";
import type { ScopeArgs } from "../useScope.js";
import { writerName } from "../writerName.js";

type Props = {
  block: Block;
  scope: ScopeArgs;
  /** What was written here. */
  value: string;
  isBusy: boolean;
  onKeep: () => void;
  onDrop: () => void;
};

/** Says that a block was changed while it was edited, shows both, and lets the person choose. */
export function BlockConflict({ block: { label, value: theirs, version }, scope, value, ...rest }: Props) {
  const { isBusy, onKeep, onDrop } = rest;
  const { user } = useSession();
  const newest = useResult(api.knowledge.blockHistory, { ...scope, label, cursor: null, limit: 1 });
  const writer = newest.kind === "ready" ? newest.value.page[0]?.writtenBy : undefined;
  const who = newest.kind === "ready" ? writerName(writer, user?.subject) : "Someone";
  return (
    <Alert
      role="alert"
      color="yellow"
      variant="outline"
      icon={<IconGitMerge aria-hidden />}
      title={`${who} changed this block ${who === "You" ? "elsewhere " : ""}while you were writing`}
    >
      <Stack gap="sm">
        <Text size="sm">
          It stands at version {version} now. What you wrote is still here; nothing is saved until you choose.
          From theirs to yours:
        </Text>
        <Difference before={theirs} after={value} />
        <Group gap="xs">
          <Button size="xs" loading={isBusy} onClick={onKeep}>
            Save mine over theirs
          </Button>
          <Button size="xs" variant="default" disabled={isBusy} onClick={onDrop}>
            Take theirs
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
