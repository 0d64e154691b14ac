import { Alert, Button, Group, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconHistory, IconLock, IconSettings, IconTrash } from "@tabler/icons-react";
import type { Block } from "convex-agent-memory";
import { estimateTokens } from "convex-agent-memory/react";
import { useState } from "react";
import { FailureNotice } from "../../../text/FailureNotice.js";
import { Moment } from "../../../text/Moment.js";
import classes from "../memory.module.css";
import type { ScopeArgs } from "../useScope.js";
import type { BlockActions } from "./blockActions.js";
import { BlockConflict } from "./BlockConflict.js";
import { BlockHistory } from "./BlockHistory.js";
import { BlockSettings } from "./BlockSettings.js";
import { RemoveBlock } from "./RemoveBlock.js";
import { TokenMeter } from "./TokenMeter.js";
import { useBlockDraft, type BlockDraft } from "./useBlockDraft.js";

type Props = {
  block: Block;
  scope: ScopeArgs;
  actions: BlockActions;
  onRemoved: () => void;
};
type Dialog = "history" | "settings" | "remove";

/** The value of a block, to be changed; what another writes meanwhile is told and never lost. */
export function BlockEditor({ block, scope, actions, onRemoved }: Props) {
  const draft = useBlockDraft(block, actions.update);
  const { value, isConflict, edit, drop, save, isBusy, failure } = draft;
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { label, maxTokens, readOnly } = block;
  const tokens = estimateTokens(value);
  const isOver = tokens > maxTokens;
  const close = () => setDialog(null);
  return (
    <Paper withBorder p="md" component="section" aria-label={`Block ${label}`}>
      <Stack gap="sm">
        <BlockHead block={block} onOpen={setDialog} />
        {readOnly && (
          <Alert
            color="gray"
            icon={<IconLock aria-hidden />}
            title="Agents read this block, and never write it"
          >
            You can change it here.
          </Alert>
        )}
        <Textarea
          label="What it says"
          autosize
          minRows={6}
          maxRows={24}
          value={value}
          onChange={({ currentTarget }) => edit(currentTarget.value)}
          error={isOver && "This is longer than the block may be: shorten it to save."}
          classNames={{ input: classes["value"] }}
        />
        <TokenMeter tokens={tokens} maxTokens={maxTokens} label="Tokens of what is written here" />
        {isConflict && <BlockConflict {...{ block, scope, value, isBusy }} onKeep={save} onDrop={drop} />}
        {!isConflict && <FailureNotice failure={failure} />}
        <BlockFoot block={block} draft={draft} isOver={isOver} />
      </Stack>
      {dialog === "history" && <BlockHistory {...{ block, scope, actions }} onClose={close} />}
      {dialog === "settings" && <BlockSettings {...{ block, actions }} onClose={close} />}
      {dialog === "remove" && <RemoveBlock {...{ block, actions, onRemoved }} onClose={close} />}
    </Paper>
  );
}

function BlockHead({
  block: { label, description },
  onOpen,
}: {
  block: Block;
  onOpen: (dialog: Dialog) => void;
}) {
  return (
    <Group justify="space-between" gap="xs" align="flex-start">
      <div style={{ flex: "1 1 200px" }}>
        <Title order={2} size="h4" ff="monospace">
          {label}
        </Title>
        <Text size="sm" c="dimmed">
          {description ?? "It is not said what belongs in it."}
        </Text>
      </div>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconHistory size={14} aria-hidden />}
          onClick={() => onOpen("history")}
        >
          History
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconSettings size={14} aria-hidden />}
          onClick={() => onOpen("settings")}
        >
          Settings
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash size={14} aria-hidden />}
          onClick={() => onOpen("remove")}
        >
          Remove
        </Button>
      </Group>
    </Group>
  );
}

type FootProps = { block: Block; draft: BlockDraft; isOver: boolean };

function BlockFoot({ block: { version, updatedAt }, draft, isOver }: FootProps) {
  const { isChanged, isConflict, isBusy, drop, save } = draft;
  return (
    <Group justify="space-between" gap="xs">
      <Text size="xs" c="dimmed">
        Version {version}, <Moment at={updatedAt} />
      </Text>
      <Group gap="xs">
        <Button variant="default" disabled={!isChanged || isBusy} onClick={drop}>
          Undo changes
        </Button>
        <Button disabled={!isChanged || isOver || isConflict} loading={isBusy} onClick={save}>
          Save
        </Button>
      </Group>
    </Group>
  );
}
