import { Button, Stack } from "@mantine/core";
import { Link } from "react-router";
import { ErrorState } from "../../shell/states.js";

/** What is said where there is no such run or conversation for who asks, and the way back. */
export function NotThere({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <Stack align="center" gap={0}>
      <ErrorState error={error} {...(onRetry === undefined ? {} : { onRetry })} />
      <Button component={Link} to="/runs" variant="light">
        Back to all runs
      </Button>
    </Stack>
  );
}
