import { Button, Group, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { InScope } from "../InScope.js";
import { ScopePicker } from "../ScopePicker.js";
import { useScope } from "../useScope.js";
import { BlockList } from "./BlockList.js";

/** The blocks of a scope. */
export function BlocksTab() {
  const scope = useScope();
  const [isCreating, setCreating] = useState(false);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <ScopePicker scope={scope} />
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={scope.args === null}
          onClick={() => setCreating(true)}
        >
          New block
        </Button>
      </Group>
      <InScope scope={scope}>
        {(args) => <BlockList scope={args} isCreating={isCreating} onCreated={() => setCreating(false)} />}
      </InScope>
    </Stack>
  );
}
