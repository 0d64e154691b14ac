import { Button, Stack, VisuallyHidden } from "@mantine/core";
import { Link } from "react-router";
import { errorCodeOf } from "../../shell/errorText.js";
import { SignedOut } from "../../shell/SignedOut.js";
import { ErrorState } from "../../shell/states.js";

/** What is said where there is no such run or conversation for who asks, and the way back. */
export function NotThere({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (errorCodeOf(error) === "UNAUTHENTICATED") return <SignedOut />;
  return (
    <Stack align="center" gap={0}>
      <VisuallyHidden component="h1">Runs</VisuallyHidden>
      <ErrorState error={error} {...(onRetry === undefined ? {} : { onRetry })} />
      <Button component={Link} to="/runs" variant="light">
        Back to all runs
      </Button>
    </Stack>
  );
}
