import { Component, type ReactNode } from "react";
import { NotThere } from "./NotThere.js";

/** What is shown where a run went while it was looked at. */
export class RunBoundary extends Component<{ children: ReactNode }, { error: unknown; hasFailed: boolean }> {
  override state = { error: null as unknown, hasFailed: false };

  static getDerivedStateFromError(error: unknown) {
    return { error, hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <NotThere error={this.state.error} onRetry={() => this.setState({ error: null, hasFailed: false })} />
    );
  }
}
