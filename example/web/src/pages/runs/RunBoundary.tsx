import type { ReactNode } from "react";
import { PageBoundary } from "../../shell/PageBoundary.js";
import { NotThere } from "./NotThere.js";

/** What is shown where a run went while it was looked at. */
export function RunBoundary({ children }: { children: ReactNode }) {
  return (
    <PageBoundary fallback={(error, retry) => <NotThere error={error} onRetry={retry} />}>
      {children}
    </PageBoundary>
  );
}
