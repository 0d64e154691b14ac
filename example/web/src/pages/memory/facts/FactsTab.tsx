import { Button, Group, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { InScope } from "../InScope.js";
import { ScopePicker } from "../ScopePicker.js";
import { useScope } from "../useScope.js";
import { FactList } from "./FactList.js";

/** The facts of a scope. */
export function FactsTab() {
  const scope = useScope();
  const [isAdding, setAdding] = useState(false);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <ScopePicker scope={scope} />
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
          disabled={scope.args === null}
        >
          Add a fact
        </Button>
      </Group>
      <InScope scope={scope}>
        {(args) => <FactList scope={args} isAdding={isAdding} onAdded={() => setAdding(false)} />}
      </InScope>
    </Stack>
  );
}
