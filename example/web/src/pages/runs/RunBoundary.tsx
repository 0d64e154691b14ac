import { Button, Stack } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { Link } from "react-router";
import { ErrorState } from "../../shell/states.js";

type Props = { children: ReactNode; hasWayBack: boolean };

/** What is shown where a run cannot be: it is gone, or another's; and the way back. */
export class RunBoundary extends Component<Props, { error: unknown; hasFailed: boolean }> {
  override state = { error: null as unknown, hasFailed: false };

  static getDerivedStateFromError(error: unknown) {
    return { error, hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <Stack align="center" gap={0}>
        <ErrorState
          error={this.state.error}
          onRetry={() => this.setState({ error: null, hasFailed: false })}
        />
        {this.props.hasWayBack && (
          <Button component={Link} to="/runs" variant="light">
            Back to all runs
          </Button>
        )}
      </Stack>
    );
  }
}
