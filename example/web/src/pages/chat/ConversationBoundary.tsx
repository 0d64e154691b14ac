import { Button, Center, Stack } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { Link } from "react-router";
import { ErrorState } from "../../shell/states.js";

/** What is shown where a conversation cannot be: it is gone, or another's; and the way back. */
export class ConversationBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <Center h="100%">
        <Stack align="center" gap={0}>
          <ErrorState error={this.state.error} onRetry={() => this.setState({ error: null })} />
          <Button component={Link} to="/chat" variant="light">
            Back to your conversations
          </Button>
        </Stack>
      </Center>
    );
  }
}
