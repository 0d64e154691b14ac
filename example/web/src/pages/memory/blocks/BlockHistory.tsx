import { Alert, Button, Center, Drawer, Group, NavLink, Stack, Text } from "@mantine/core";
import type { Block } from "convex-agent-memory";
import { useState } from "react";
import { api } from "../../../api.js";
import { useAttempt } from "../../../data/useAttempt.js";
import { usePages } from "../../../data/usePages.js";
import { useSession } from "../../../session/useSession.js";
import { ErrorState, LoadingState } from "../../../shell/states.js";
import { Difference } from "../../../text/Difference.js";
import { Moment } from "../../../text/Moment.js";
import type { ScopeArgs } from "../useScope.js";
import { writerName } from "../writerName.js";
import type { BlockActions } from "./blockActions.js";

const PAGE_VERSIONS = 20;

type Props = { block: Block; scope: ScopeArgs; actions: BlockActions; onClose: () => void };

/** The values that a block had, each compared with the one that stands, and the way back to it. */
export function BlockHistory({ block, scope, actions, onClose }: Props) {
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={`History of ${block.label}`}
      closeButtonProps={{ "aria-label": "Close the history" }}
    >
      <Versions {...{ block, scope, actions }} />
    </Drawer>
  );
}

function Versions({ block, scope, actions: { restore } }: Omit<Props, "onClose">) {
  const { label, version, value } = block;
  const versions = usePages(api.knowledge.blockHistory, { ...scope, label }, PAGE_VERSIONS);
  const [chosen, setChosen] = useState<number | null>(null);
  const { isBusy, failure, attempt } = useAttempt();
  const { user } = useSession();
  if (versions.error !== null) return <ErrorState error={versions.error} />;
  if (versions.items.length === 0) return <LoadingState label="Loading the history" />;
  const open = versions.items.find((one) => one.version === chosen);
  const restoreOpen = async (from: number) => {
    if (await attempt(() => restore({ label, from, version }), `Version ${from} is back.`)) setChosen(null);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        The last 50 values are kept. Choose one to compare it with what the block says now.
      </Text>
      <nav aria-label="Versions">
        {versions.items.map((one) => (
          <NavLink
            key={one.version}
            component="button"
            active={one.version === chosen}
            onClick={() => setChosen(one.version)}
            label={`Version ${one.version}${one.version === version ? ", as it stands" : ""}`}
            description={
              <>
                {writerName(one.writtenBy, user?.subject)}, <Moment at={one.writtenAt} />
              </>
            }
          />
        ))}
      </nav>
      {versions.canLoadMore && (
        <Center>
          <Button size="xs" variant="default" onClick={versions.loadMore}>
            Show older versions
          </Button>
        </Center>
      )}
      {open !== undefined && open.version !== version && (
        <Stack gap="xs" component="section" aria-label={`Version ${open.version}`}>
          <Text size="sm" fw={500}>
            From version {version}, as it stands, to version {open.version}
          </Text>
          <Difference before={value} after={open.value} />
          {failure !== null && (
            <Alert role="alert" color="red" title={failure.title}>
              {failure.advice}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button size="xs" loading={isBusy} onClick={() => void restoreOpen(open.version)}>
              Restore version {open.version}
            </Button>
          </Group>
        </Stack>
      )}
    </Stack>
  );
}
