import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { useNow } from "../../data/useNow.js";
import { useSession } from "../../session/useSession.js";
import { readView, spanOf, writeView, type Span, type UsageView } from "./usageView.js";

/** How often the page looks whether another hour or day has begun. */
const CLOCK_MS = 60_000;

/** What the address asks for, the span that it is of by now, and how to ask for something else. */
export function useUsageView() {
  const { user } = useSession();
  const isAdmin = user.role === "admin";
  const [params, setParams] = useSearchParams();
  const now = useNow(CLOCK_MS);
  const view = useMemo(() => readView(params, { isAdmin, now }), [params, isAdmin, now]);
  const change = useCallback(
    (changed: Partial<UsageView>) => {
      // The address itself, not what was last drawn: two choices may come faster than that.
      const asked = readView(new URLSearchParams(window.location.search), { isAdmin, now });
      const next = writeView({ ...asked, ...changed });
      if (changed.range !== undefined) next.delete("every"); // each range has one that suits it
      setParams(next, { replace: true });
    },
    [isAdmin, now, setParams],
  );
  const { from, to } = spanOf(view, now);
  const span: Span = useMemo(() => (to === undefined ? { from } : { from, to }), [from, to]);
  return { view, span, change, isAdmin, now };
}
