import { Component, type ReactNode } from "react";
import { errorCodeOf, isStalePage } from "./errorText.js";
import { SignedOut } from "./SignedOut.js";
import { ErrorState } from "./states.js";

type Props = {
  children: ReactNode;
  /** Where one is: another place is tried afresh. */
  place?: string;
  /** What is shown of what was thrown, in the place of the usual. */
  fallback?: (error: unknown, retry: () => void) => ReactNode;
};
type State = { error: unknown; hasFailed: boolean; place: string | undefined };

/** Shows, in the place of a page or a part of it, what that or one of its queries threw. */
export class PageBoundary extends Component<Props, State> {
  override state: State = { error: null, hasFailed: false, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error, hasFailed: true };
  }

  static getDerivedStateFromProps({ place }: Props, state: State): Partial<State> | null {
    return place === state.place ? null : { error: null, hasFailed: false, place };
  }

  private readonly retry = (): void => {
    if (isStalePage(this.state.error)) window.location.reload();
    else this.setState({ error: null, hasFailed: false });
  };

  override render(): ReactNode {
    const { error, hasFailed } = this.state;
    const { children, fallback } = this.props;
    if (!hasFailed) return children;
    if (errorCodeOf(error) === "UNAUTHENTICATED") return <SignedOut />;
    if (fallback !== undefined) return fallback(error, this.retry);
    return <ErrorState error={error} onRetry={this.retry} />;
  }
}
