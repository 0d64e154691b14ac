import { Alert, Button, Drawer, Group, NavLink, Stack, Text } from "@mantine/core";
import type { Block, BlockVersion } from "convex-agent-memory";
import { useState } from "react";
import { api } from "../../../api.js";
import { useAttempt } from "../../../data/useAttempt.js";
import { usePages } from "../../../data/usePages.js";
import { useSession } from "../../../session/useSession.js";
import { PageBoundary } from "../../../shell/PageBoundary.js";
import { LoadingState } from "../../../shell/states.js";
import { Difference } from "../../../text/Difference.js";
import { FailureNotice } from "../../../text/FailureNotice.js";
import { Moment } from "../../../text/Moment.js";
import { ShowMore } from "../ShowMore.js";
import type { ScopeArgs } from "../useScope.js";
import { writerName } from "../writerName.js";
import type { BlockActions } from "./blockActions.js";

const PAGE_VERSIONS = 20;
const NEWEST_FIRST = {
  idOf: ({ version }: BlockVersion) => String(version),
  compare: (left: BlockVersion, right: BlockVersion) => right.version - left.version,
};

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
      <PageBoundary>
        <Versions {...{ block, scope, actions }} />
      </PageBoundary>
    </Drawer>
  );
}

function Versions({ block, scope, actions: { restore } }: Omit<Props, "onClose">) {
  const { label, version } = block;
  const versions = usePages(api.knowledge.blockHistory, {
    args: { ...scope, label, limit: PAGE_VERSIONS },
    order: NEWEST_FIRST,
  });
  const [chosen, setChosen] = useState<number | null>(null);
  const { user } = useSession();
  if (versions.error !== undefined) throw versions.error; // the boundary around it says it
  if (versions.items.length === 0) return <LoadingState label="Loading the history" />;
  const open = versions.items.find((one) => one.version === chosen);
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
      <ShowMore list={versions} size="xs">
        Show older versions
      </ShowMore>
      {open !== undefined && open.version !== version && (
        <Comparison
          key={open.version}
          block={block}
          old={open}
          restore={restore}
          onRestored={() => setChosen(null)}
        />
      )}
    </Stack>
  );
}

type ComparisonProps = {
  block: Block;
  old: BlockVersion;
  restore: BlockActions["restore"];
  onRestored: () => void;
};

/** An old value beside the one that stands, and the way back to it. */
function Comparison({ block: { label, version, value }, old, restore, onRestored }: ComparisonProps) {
  const [isChanged, setChanged] = useState(false);
  const { isBusy, failure, attempt } = useAttempt();
  const restoreOld = () =>
    attempt(async () => {
      const { kind } = await restore({ label, from: old.version, version });
      setChanged(kind === "conflict");
      if (kind === "written") onRestored();
    });
  return (
    <Stack gap="xs" component="section" aria-label={`Version ${old.version}`}>
      <Text size="sm" fw={500}>
        From version {version}, as it stands, to version {old.version}
      </Text>
      <Difference before={value} after={old.value} />
      {isChanged && (
        <Alert role="alert" color="yellow" title="The block was changed meanwhile">
          Nothing was restored. Compare with how it stands now, and choose again.
        </Alert>
      )}
      <FailureNotice failure={failure} />
      <Group justify="flex-end">
        <Button size="xs" loading={isBusy} onClick={() => void restoreOld()}>
          Restore version {old.version}
        </Button>
      </Group>
    </Stack>
  );
}
