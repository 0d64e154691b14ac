import { Button, Center, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { PageBoundary } from "../../shell/PageBoundary.js";
import { ErrorState } from "../../shell/states.js";

/** What is shown where a conversation cannot be: it is gone, or another's; and the way back. */
export function ConversationBoundary({ children }: { children: ReactNode }) {
  return (
    <PageBoundary
      fallback={(error, retry) => (
        <Center h="100%">
          <Stack align="center" gap={0}>
            <ErrorState error={error} onRetry={retry} />
            <Button component={Link} to="/chat" variant="light">
              Back to your conversations
            </Button>
          </Stack>
        </Center>
      )}
    >
      {children}
    </PageBoundary>
  );
}
