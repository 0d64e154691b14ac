import { Badge, Group, Stack, Text } from "@mantine/core";
import { IconLock, IconNotes } from "@tabler/icons-react";
import type { Block } from "convex-agent-memory";
import { useBlocks } from "convex-agent-memory/react";
import { Link, useSearchParams } from "react-router";
import { api } from "../../../api.js";
import { EmptyState, LoadingState } from "../../../shell/states.js";
import classes from "../memory.module.css";
import type { ScopeArgs } from "../useScope.js";
import { BlockEditor } from "./BlockEditor.js";
import { CreateBlock } from "./CreateBlock.js";
import { TokenMeter } from "./TokenMeter.js";
import { useKeptDraft } from "./useKeptDraft.js";

/** Blocks with how full each is, and the one that the address names, to be edited. */
export function BlockList({
  scope,
  isCreating,
  onCreated,
}: {
  scope: ScopeArgs;
  isCreating: boolean;
  onCreated: () => void;
}) {
  const { blocks, isLoading, ...actions } = useBlocks(api.knowledge, scope);
  const [search, setSearch] = useSearchParams();
  const named = search.get("block");
  const open = blocks.find(({ label }) => label === named) ?? (named === null ? blocks[0] : undefined);
  const choose = (label: string | null) => {
    const next = new URLSearchParams(search);
    if (label === null) next.delete("block");
    else next.set("block", label);
    setSearch(next);
  };
  const created = (label: string | null) => {
    if (label !== null) choose(label);
    onCreated();
  };
  return (
    <>
      {isLoading && <LoadingState label="Loading the blocks" />}
      {!isLoading && blocks.length === 0 && <NoBlocks />}
      {blocks.length > 0 && (
        <div className={classes["blocks"]}>
          <Stack component="nav" gap="xs" aria-label="Blocks">
            {blocks.map((block) => (
              <BlockCard key={block.blockId} {...{ block, search }} isOpen={block === open} />
            ))}
          </Stack>
          {open === undefined ? (
            <EmptyState icon={IconNotes} title="There is no such block">
              “{named}” was removed, or it is not yours. Choose another one.
            </EmptyState>
          ) : (
            <BlockEditor
              key={open.blockId}
              block={open}
              scope={scope}
              actions={actions}
              onRemoved={() => choose(null)}
            />
          )}
        </div>
      )}
      <CreateBlock isOpen={isCreating} onClose={created} create={actions.create} />
    </>
  );
}

type CardProps = { block: Block; isOpen: boolean; search: URLSearchParams };

function BlockCard({ block, isOpen, search }: CardProps) {
  const { label, description, value, tokens, maxTokens, readOnly } = block;
  const { draft } = useKeptDraft(block);
  const isUnsaved = draft !== null && draft.value !== value;
  const address = new URLSearchParams(search);
  address.set("block", label);
  return (
    <Link to={`?${address}`} className={classes["block"]} aria-current={isOpen}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text fw={500} ff="monospace" size="sm" truncate>
          {label}
        </Text>
        {isUnsaved && (
          <Badge size="sm" color="yellow" variant="light" tt="none" style={{ flexShrink: 0 }}>
            Not saved
          </Badge>
        )}
        {readOnly && (
          <Badge
            variant="default"
            size="sm"
            tt="none"
            fw={400}
            leftSection={<IconLock size={11} aria-hidden />}
          >
            Read-only
          </Badge>
        )}
      </Group>
      {description !== undefined && (
        <Text size="xs" c="dimmed" lineClamp={2} mb={6}>
          {description}
        </Text>
      )}
      <TokenMeter tokens={tokens} maxTokens={maxTokens} label={`Tokens of ${label}`} />
    </Link>
  );
}

function NoBlocks() {
  return (
    <EmptyState icon={IconNotes} title="No blocks yet">
      A block is a short text that stands before the agent in every conversation, such as how you like to be
      answered. Make one, and say what belongs in it.
    </EmptyState>
  );
}
